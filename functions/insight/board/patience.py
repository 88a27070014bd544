"""How long a thing may be open without a word of it, before its end may have been lost.

An end is lost where what told of it is gone: a table that was restored, a dead letter that nobody sent again.
The board must not say for ever what nobody can end.
"""

from datetime import datetime, timedelta

from functions.insight.board.models import Item, Kind
from functions.insight.board.things import Thing

DOUBTED_AFTER: dict[Kind, timedelta] = {
    "sos": timedelta(days=1),  # care calls somebody every few minutes until it is resolved
    "alert": timedelta(days=2),
    "emergency": timedelta(days=3),
    "breach": timedelta(days=14),
    "hazard": timedelta(days=7),
    "gate_alarm": timedelta(hours=12),
    "device_lost": timedelta(days=30),
    "device_fault": timedelta(days=30),
    "refund_stuck": timedelta(days=30),
}
GIVEN_UP_AFTER = 6  # times as long; no service has such a thing open
FORCED, FORCED_FOR = "forced", timedelta(days=1)  # of which nobody tells an end


def looked_at(thing: Thing) -> datetime | None:
    """When somebody has to look at a thing next, to doubt it or to give it up; never at what is over."""
    item = thing.item
    if item is None:
        return None
    return thing.told_at + (_given_up_after(item) if item.doubtful else _doubted_after(item))


def later(thing: Thing, now: datetime) -> Thing:
    """What a thing has become by `now`, if nobody has told of it since."""
    item = thing.item
    if item is None:
        return thing
    silent = now - thing.told_at
    if silent >= _given_up_after(item):
        return thing.model_copy(update={"given_up": thing.told_at})
    if silent >= _doubted_after(item):
        return thing.model_copy(update={"doubted": thing.told_at})
    return thing


def _doubted_after(item: Item) -> timedelta:
    return FORCED_FOR if item.what.code == FORCED else DOUBTED_AFTER[item.kind]


def _given_up_after(item: Item) -> timedelta:
    return FORCED_FOR if item.what.code == FORCED else DOUBTED_AFTER[item.kind] * GIVEN_UP_AFTER
