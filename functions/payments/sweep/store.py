"""Callbacks that have been stored and not been settled."""

from datetime import datetime

from functions.payments import inbox, waking
from functions.payments.inbox import Mismatched, Stored
from functions.payments.tables import CallbackRow
from linli.errors import LinliError
from linli.tables import find


def sweep(now: datetime) -> str:
    """Settle what is due. Returns the outcome of the run."""
    keys = waking.due(CallbackRow, "callback", now)
    return waking.each("swept_callback", keys, now, lambda pk, sk: _settle(pk, sk, now))


def _settle(pk: str, sk: str, now: datetime) -> str:
    row = find(CallbackRow, (pk, sk))
    if row.wake_at is None or row.wake_at > now or row.notice is None:
        return "settled_before"
    stored = Stored(waking.community_of(row), pk.rpartition("#")[2], row.notice, row.outcome, row.mismatch)
    try:
        return inbox.settle(stored, now)
    except Mismatched:
        return "mismatched"
    except LinliError:
        tries = int(row.tries or 0)
        row.update(
            [CallbackRow.wake_at.set(now + waking.later(tries)), CallbackRow.tries.set(tries + 1)],
            CallbackRow.outcome.does_not_exist(),
        )
        raise
