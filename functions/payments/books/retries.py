"""What has to be looked at again: put off before it is looked at, and for longer after each try."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import TypeVar

from functions.payments.books.rows import CallbackRow, IntentRow, RefundRow
from linli.tables import ConditionsFailed, Row, change

LONGEST = timedelta(hours=1)
Sleeper = TypeVar("Sleeper", CallbackRow, IntentRow, RefundRow)


def later(tries: int) -> timedelta:
    """How long to wait after so many tries: 2, 4, 8 … minutes, an hour at most."""
    return min(timedelta(minutes=2 ** min(max(tries, 1), 10)), LONGEST)


def claimed(row: Sleeper, now: datetime) -> Sleeper | None:
    """A row that was due, read and put off before anybody looks into it; None if another run was faster.

    So neither a row that cannot be read nor a run that is killed holds up the others; the former waits
    longest.
    """
    kind: type[Sleeper] = type(row)
    key = row.pk, row.sk
    try:
        change(row, [kind.due_at.set(now + later(1)), kind.tries.add(1)], kind.due_at <= now)
    except ConditionsFailed:
        return None
    except (ValueError, TypeError):
        with suppress(ValueError, TypeError, ConditionsFailed):  # the answer to this cannot be read either
            change(kind(*key), [kind.due_at.set(now + LONGEST)], kind.due_at.exists())
        raise
    return row


def wait(row: Sleeper, due_at: datetime) -> None:
    """Let a claimed row wait until then, unless somebody has changed that since."""
    kind: type[Sleeper] = type(row)
    if due_at != row.due_at:
        with suppress(ConditionsFailed):
            change(row, [kind.due_at.set(due_at)], kind.due_at == row.due_at)


def community_of(row: Row) -> str:
    """The community that a row belongs to."""
    return str(row.pk).partition("#")[0]
