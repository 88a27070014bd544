"""What was used between readings that count, and on which local days: shared evenly over time, in ticks."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import pairwise

from functions.utilities.local_days import DAY, day_of, midnight
from functions.utilities.readings.dials import Dial
from functions.utilities.readings.models import Interval, Reading


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


def shares(interval: Interval, cuts: Sequence[int]) -> Iterator[tuple[int, int]]:
    """An interval cut at instants: (place, ticks), evenly over time and adding up exactly.

    Place n lies between `cuts[n - 1]` and `cuts[n]`.
    """
    start, end, ticks, _ = interval
    first = bisect_right(cuts, start)
    counted = 0
    for place in range(first, bisect_left(cuts, end)):
        until = ticks * (cuts[place] - start) // (end - start)
        yield place, until - counted
        counted = until
    yield bisect_left(cuts, end), ticks - counted


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
