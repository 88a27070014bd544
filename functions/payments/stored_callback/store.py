"""The inbox as operations see it."""

from datetime import datetime

from functions.payments.books.rows import CallbackRow
from functions.payments.callbacks.store import read_again, stored_in, take_effect
from functions.payments.stored_callback.models import CallbacksAsked, CallbackView
from linli.cursors import Page, page_of
from linli.tables import find


def callbacks(community: str, asked: CallbacksAsked) -> Page[CallbackView]:
    """The callbacks in a state, the last first, or those refused on a day. Raises InvalidCursor."""
    if asked.refused_on is not None:
        partition = CallbackRow.refused.partition(community, asked.refused_on.isoformat())
        return page_of(CallbackRow, partition, asked, _shown)
    shelf = CallbackRow.in_state(community, asked.state)
    return page_of(CallbackRow.by_shelf, shelf, asked, _shown, newest_first=True)


def callback(community: str, name: str) -> CallbackView:
    """One callback that was accepted. Raises NotFound."""
    return _shown(find(CallbackRow, CallbackRow.key(community, name)))


def replay(community: str, name: str, now: datetime) -> CallbackView:
    """Settle a stored callback anew. Raises NotFound, Mismatched if it still does not fit,
    Unreadable if it still cannot be read.
    """
    row = find(CallbackRow, CallbackRow.key(community, name))
    if row.verdict == "unreadable":
        take_effect(read_again(community, row, now), now)
    elif row.notice is not None:
        take_effect(stored_in(row, row.notice), now, anew=row.outcome in {None, "mismatched"})
    return callback(community, name)


def _shown(row: CallbackRow) -> CallbackView:
    name = row.key.parts(row)[1] if row.sk == "callback" else row.sk
    return CallbackView(
        callback=name,
        provider=row.provider,
        verdict=row.verdict,
        outcome=row.outcome,
        mismatch=row.mismatch,
        notice=row.notice,
        deliveries=int(row.deliveries or 0),
        first_at=row.first_at,
        last_at=row.last_at,
    )
