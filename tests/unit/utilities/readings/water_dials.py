"""A water meter's readings, told by the day, by the minute, or as a dial runs on, and in_turn one by one."""

from collections.abc import Sequence

from functions.utilities.readings.arrivals import merged
from functions.utilities.readings.dials import Dial
from functions.utilities.readings.intervals import intervals
from functions.utilities.readings.models import DAY_MS, Reading
from tests.unit.utilities.readings.small_dials import START

WATER = Dial(modulus=10**8, most_per_day=120_000)  # 5 + 3 digits; 120 m3 a day
CODES = [0, 65_535, 999_999, 16_777_215, 99_999_999, 65_535_000, 2**31 - 1, 2**32 - 1]


def in_turn(readings: Sequence[Reading], dial: Dial = WATER) -> list[Reading]:
    known: list[Reading] = []
    for each in readings:
        known = merged(known, [each], dial).readings
    return known


def kept(readings: Sequence[Reading]) -> list[int]:
    return [each.ticks for each in readings if each.standing == "kept"]


def in_all(readings: Sequence[Reading], dial: Dial = WATER) -> int:
    return sum(each.ticks for each in intervals(readings, dial))


def daily(*values: float, first: int = 0) -> list[Reading]:
    return [Reading(START + (first + n) * DAY_MS, round(each * 1000)) for n, each in enumerate(values)]


def every(minutes: int, *values: float, after: int = 0) -> list[Reading]:
    return [
        Reading(START + after * DAY_MS + n * minutes * 60_000, round(each * 1000))
        for n, each in enumerate(values)
    ]
