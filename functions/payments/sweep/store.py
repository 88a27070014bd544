"""Callbacks that have been stored and not been settled."""

from datetime import datetime

from functions.payments.books.retries import store as retries
from functions.payments.books.retries.pauses import pause_after
from functions.payments.books.rows import CallbackRow
from functions.payments.callbacks import store as callbacks
from functions.payments.callbacks.models import Mismatched
from linli.due import due, see_to_each
from linli.errors import LinliError

MOST_A_RUN = 500  # per shard: ten minutes of twenty callbacks a second are settled within as long


def sweep(now: datetime) -> str:
    """Settle the stored callbacks that are due. Returns the outcome of the run."""
    rows = due(CallbackRow, now, MOST_A_RUN)
    return see_to_each("swept_callback", rows, now, lambda row: _take_effect(row, now))


def _take_effect(found: CallbackRow, now: datetime) -> str:
    row = retries.claim(found, now)
    if row is None or row.notice is None:
        return "settled_before"
    try:
        return callbacks.take_effect(callbacks.stored_in(row, row.notice), now)
    except Mismatched:
        return "mismatched"
    except LinliError:
        retries.put_off(row, now + pause_after(int(row.tries or 0)))
        raise
