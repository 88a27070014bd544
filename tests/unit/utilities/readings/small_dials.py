"""A dial of five digits, which rolls over often, and its readings, entered some at a time."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import strategies as st

from functions.utilities.readings.arrivals import merged
from functions.utilities.readings.dials import Dial
from functions.utilities.readings.intervals import intervals
from functions.utilities.readings.models import Reading

HOUR_MS = 3_600_000
START = 1_767_600_000_000
DIAL = Dial(modulus=100_000, most_per_day=30_000)


steps = st.lists(st.tuples(st.integers(60_000, 40 * HOUR_MS), st.integers(0, 900)), min_size=1, max_size=40)


firsts = st.integers(0, 99_999)
seeds = st.randoms(use_true_random=False)


def running(first: int, steps: Sequence[tuple[int, int]]) -> list[Reading]:
    """A dial that only runs forwards, and over its end."""
    readings, at, total = [Reading(START, first)], START, first
    for elapsed, used in steps:
        at, total = at + elapsed, total + used
        readings.append(Reading(at, total % DIAL.modulus))
    return readings


def entered(readings: Sequence[Reading], sizes: Sequence[int] = ()) -> list[Reading]:
    """The readings after they came in this order, some at a time."""
    known: list[Reading] = []
    left, each = list(readings), iter(sizes)
    while left:
        size = next(each, 1)
        known = merged(known, left[:size], DIAL).readings
        left = left[size:]
    return known


def total(readings: Sequence[Reading]) -> int:
    return sum(each.ticks for each in intervals(readings, DIAL))


def at(hour: int, ticks: int, **more: object) -> Reading:
    return replace(Reading(START + hour * HOUR_MS, ticks), **more)


def standings(*readings: Reading) -> list[str]:
    return [each.standing for each in entered(readings)]
