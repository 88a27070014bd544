"""Use that somebody must have caused: a sign of life (生命迹象) for those who are watched over.

A sign that is none costs more than one that is missed: it would put off an alert about somebody who lies on
the floor. So what runs by itself does not count (a leak, a tap left open, a boiler, an air conditioner), and
where it cannot be told apart nothing is said. All of it goes by the readings of the day before; Longgang and
Taicang take less than 0.01 m3 of water as none, in 12 and 24 h.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from operator import attrgetter
from typing import NamedTuple
from zoneinfo import ZoneInfo

from functions.utilities.meters.models import Medium, Register
from functions.utilities.readings.models import DAY_MS, Interval
from linli.instants import from_millis

HOUR_MS = 3_600_000
LONGEST = 2 * HOUR_MS  # of an interval: of a whole day's use nobody can tell when, nor whether it leaked away
PAUSE = 3 * HOUR_MS  # nobody uses something longer than that without one, and everybody sleeps
LEAST_KNOWN = 6 * HOUR_MS  # of the day before; what runs by itself is not known from less
FEWEST_TICKS = 2  # one may be what dripped since long ago
ASLEEP = range(5)  # hours, local: what runs then runs by itself, or not longer than the rest of the night


class Threshold(NamedTuple):
    """What is clearly more than runs by itself: `times` that, and `least` in the medium's unit besides."""

    least: Decimal
    times: Decimal


THRESHOLDS: dict[Medium, Threshold] = {
    "water": Threshold(Decimal("0.003"), Decimal(2)),  # 3 l: half a flush, and no drip
    "electricity": Threshold(Decimal("0.15"), Decimal("1.5")),  # 0.15 kWh: a rice cooker, and no refrigerator
}


def sign_of_life(
    medium: Medium, register: Register, intervals: Sequence[Interval], new: Collection[Interval], zone: str
) -> Interval | None:
    """The newest of the `new` intervals in which somebody used something; None where none is sure.

    `intervals` are all that are known around them, in order of time, from a day before.
    """
    threshold = THRESHOLDS.get(medium)
    if threshold is None:
        return None
    for number in range(len(intervals) - 1, -1, -1):
        each = intervals[number]
        if each in new:
            first = bisect_left(intervals, each.start - DAY_MS, key=attrgetter("start"))
            if _caused(intervals[first : number + 1], threshold, register, zone, medium):
                return each
    return None


def _caused(
    day: Sequence[Interval], threshold: Threshold, register: Register, zone: str, medium: Medium
) -> bool:
    """Whether somebody caused the use of the last of these intervals of a day.

    It began no longer than `PAUSE` ago, and some time in the day before nothing was used for as long: what
    comes and goes round the clock, as a cistern that leaks and fills, is nobody.
    """
    last = day[-1]
    known = [each for each in day[:-1] if _tells(each)]
    if not _tells(last) or sum(each.end - each.start for each in known) < LEAST_KNOWN:
        return False
    rate = _by_itself(known, zone) if medium == "electricity" else min(map(_rate, known))
    if rate is None:
        return False
    use = {each: _is_use(each, rate, threshold, register) for each in [*known, last]}
    runs = list(_runs(use))
    (begun, ended), in_use = runs[-1]
    paused = any(end - start >= PAUSE for (start, end), used in runs if not used)
    return in_use and ended - begun <= PAUSE and paused


def _runs(use: dict[Interval, bool]) -> Iterator[tuple[tuple[int, int], bool]]:
    """Stretches of time with use, and without; a gap between readings ends one."""
    start = end = None
    before = False
    for each, used in use.items():
        if start is not None and end is not None and (each.start != end or used != before):
            yield (start, end), before
            start = None
        start, end, before = each.start if start is None else start, each.end, used
    if start is not None and end is not None:
        yield (start, end), before


def _tells(each: Interval) -> bool:
    return not each.estimated and each.end - each.start <= LONGEST


def _rate(each: Interval) -> Decimal:
    """Ticks per hour."""
    return Decimal(each.ticks) * HOUR_MS / (each.end - each.start)


def _by_itself(known: Sequence[Interval], zone: str) -> Decimal | None:
    """The most that ran in any interval of the last night; None when the night is not known.

    A refrigerator, a boiler that keeps warm and an air conditioner come and go, awake or asleep.
    """
    asleep = [each for each in known if _hour(each.start, zone) in ASLEEP]
    hours = sum(each.end - each.start for each in asleep) / HOUR_MS
    return max(map(_rate, asleep)) if hours >= len(ASLEEP) - 1 else None


def _hour(ms: int, zone: str) -> int:
    return from_millis(ms).astimezone(ZoneInfo(zone)).hour


def _is_use(each: Interval, rate: Decimal, threshold: Threshold, register: Register) -> bool:
    by_itself = rate * (each.end - each.start) / HOUR_MS * threshold.times
    above = Decimal(each.ticks) - by_itself
    least = (threshold.least / register.multiplier).scaleb(register.decimals)
    return each.ticks >= FEWEST_TICKS and above >= least
