"""Rows that are to be looked at again: claimed by one run, and put off."""

from contextlib import suppress
from datetime import datetime
from typing import TypeVar

from functions.payments.books.retries.pauses import LONGEST, pause_after
from functions.payments.books.rows import CallbackRow, IntentRow, RefundRow
from linli.tables import ConditionsFailed, change

Sleeper = TypeVar("Sleeper", CallbackRow, IntentRow, RefundRow)


def claim(row: Sleeper, now: datetime) -> Sleeper | None:
    """Put a due row off and read it, before anybody looks into it. None if another run was faster.

    So neither a row that cannot be read nor a run that is killed holds up the others; the former waits
    longest.
    """
    kind: type[Sleeper] = type(row)
    key = row.pk, row.sk
    try:
        change(row, [kind.due_at.set(now + pause_after(1)), kind.tries.add(1)], kind.due_at <= now)
    except ConditionsFailed:
        return None
    except (ValueError, TypeError):
        with suppress(ValueError, TypeError, ConditionsFailed):  # the answer to this cannot be read either
            change(kind(*key), [kind.due_at.set(now + LONGEST)], kind.due_at.exists())
        raise
    return row


def put_off(row: Sleeper, due_at: datetime) -> None:
    """Let a claimed row wait until `due_at`, unless somebody has changed that since."""
    kind: type[Sleeper] = type(row)
    if due_at != row.due_at:
        with suppress(ConditionsFailed):
            change(row, [kind.due_at.set(due_at)], kind.due_at == row.due_at)
