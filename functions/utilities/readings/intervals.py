"""What was used between readings that count, and on which local days: shared evenly over time, in ticks."""

from collections.abc import Iterable
from datetime import date
from itertools import pairwise

from functions.utilities.local_days import DAY, day_of, midnight
from functions.utilities.readings.dials import Dial
from functions.utilities.readings.models import Interval, Reading
from linli.prices import shares


def intervals(readings: Iterable[Reading], dial: Dial) -> list[Interval]:
    """What was used between counting readings."""
    kept = [each for each in readings if each.standing == "kept"]
    return [
        Interval(
            before.at,
            after.at,
            dial.passed(before, after),
            "estimate" in (before.kind, after.kind),
        )
        for before, after in pairwise(kept)
    ]


def per_day(intervals: Iterable[Interval], zone: str) -> dict[date, int]:
    """What was used on each local day, in ticks. What spans midnight is shared evenly over time."""
    used: dict[date, int] = {}
    for each in intervals:
        first, last = day_of(each.start, zone), day_of(each.end - 1, zone)
        if first == last:
            used[first] = used.get(first, 0) + each.ticks
            continue
        cuts = [midnight(first + n * DAY, zone) for n in range(1, (last - first).days + 1)]
        for place, ticks in shares(each, cuts):
            day = first + place * DAY
            used[day] = used.get(day, 0) + ticks
    return used


def days_of(intervals: Iterable[Interval], zone: str) -> set[date]:
    """The local days that intervals touch."""
    found: set[date] = set()
    for each in intervals:
        first, last = day_of(each.start, zone), day_of(each.end - 1, zone)
        found |= {first + n * DAY for n in range((last - first).days + 1)}
    return found
