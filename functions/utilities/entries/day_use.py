"""What a change of a register's readings makes of its use by local day, and which days are told to others."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from functions.utilities.local_days import DAY, day_of, midnight, month_of
from functions.utilities.readings.intervals import per_day
from functions.utilities.readings.models import Interval

DAYS_TOLD = 35  # how far back of the newest reading consumption is published
Days = Mapping[str, Mapping[str, Sequence[int]]]
"""By month and day of the month: ticks, and how often they were told."""


@dataclass(frozen=True, slots=True)
class UseChange:
    """How many ticks more or less were used on which local days, and the days that are over since."""

    by_day: Mapping[date, int]
    over: frozenset[date]

    @property
    def months(self) -> list[str]:
        """The months that it touches, in order."""
        return sorted({month_of(day) for day in self.by_day.keys() | self.over})


class DayTold(NamedTuple):
    """A day's use as others are told it: for the `version`th time."""

    day: date
    ticks: int
    version: int


def use_change(
    before: Iterable[Interval], after: Iterable[Interval], zone: str, was_last: int | None, last_at: int
) -> UseChange:
    """What changes when the intervals `before` become those `after`.

    `was_last`, `last_at`: when the last counting reading was taken, in ms, before and after; None where there
    was none.
    """
    old, new = list(before), list(after)
    known, current = set(old), set(new)
    lost = per_day([each for each in old if each not in current], zone)
    won = per_day([each for each in new if each not in known], zone)
    changed = sorted(day for day in lost.keys() | won.keys() if lost.get(day) != won.get(day))
    over = frozenset[date]() if was_last is None else _over(was_last, last_at, zone)
    return UseChange({day: won.get(day, 0) - lost.get(day, 0) for day in changed}, over)


def _over(was: int, now: int, zone: str) -> frozenset[date]:
    """The days that were not over at the last reading before, and are now."""
    first, last = day_of(was, zone), day_of(now, zone)
    count = min((last - first).days, DAYS_TOLD + 1)
    return frozenset(last - n * DAY for n in range(1, count + 1))


def changed_days(
    days: Days, change: UseChange, last_at: int, zone: str
) -> tuple[dict[str, dict[str, list[int]]], list[DayTold]]:
    """The months of a change as they become, and those of its days that are over and not too long ago."""
    found = {month: {day: list(each) for day, each in days.get(month, {}).items()} for month in change.months}
    for day, ticks in change.by_day.items():
        found[month_of(day)].setdefault(f"{day.day:02}", [0, 0])[0] += ticks
    earliest = day_of(last_at, zone) - timedelta(days=DAYS_TOLD)
    told = []
    for day in sorted(change.by_day.keys() | change.over):
        if day < earliest or midnight(day + DAY, zone) > last_at:
            continue
        entry = found[month_of(day)].get(f"{day.day:02}")
        if entry is not None:
            entry[1] += 1
            told.append(DayTold(day, entry[0], entry[1]))
    return found, told
