"""A beat each time the sweep has gone through."""

from contextlib import suppress
from datetime import datetime

from linli.escalation.beats.rows import BeatRow
from linli.tables import ConditionsFailed, change, read


def beat(now: datetime) -> None:
    """The sweep of `now` has gone through; an older run that is tried again later does not set it back."""
    newer = BeatRow.at.does_not_exist() | (BeatRow.at < now)
    with suppress(ConditionsFailed):
        change(BeatRow(*BeatRow.key()), [BeatRow.kind.set(BeatRow), BeatRow.at.set(now)], newer)


def last() -> datetime | None:
    """When the sweep last went through, if it ever has."""
    row = read([BeatRow.key()]).one(BeatRow, BeatRow.key())
    return row.at if row else None
