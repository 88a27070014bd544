"""Which readings of a register count (采信).

That is found from all readings around one, in order of measurement, and never from the order in which they
arrived: the same readings give the same consumption, however they come.

Between two readings that a human vouches for, the longest series counts that the connection can pass. What no
series reaches is held, and so is what goes on from it: implausible readings do not make each other true. The
dial that goes on from the last believed one does, and a human's word.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from functions.utilities.readings.dials import Dial
from functions.utilities.readings.models import Reading, Standing
from functions.utilities.readings.roundings import rounded
from functions.utilities.readings.series import believed


def standings_of(readings: Sequence[Reading], dial: Dial, *, from_the_first: bool = True) -> list[Standing]:
    """Which of these live readings, in order of time, count.

    An estimate gives way to the actual readings around it, and one that was rounded to finer ones.
    """
    standings: list[Standing] = ["kept"] * len(readings)
    actual = [number for number, each in enumerate(readings) if each.kind != "estimate"]
    if not _goes_on([readings[number] for number in actual], dial):
        first = None if from_the_first else 0
        for number in rounded(readings, actual, dial):
            standings[number] = "kept" if number == first else "superseded"
        exact = [number for number in actual if standings[number] == "kept"]
        series = believed([readings[number] for number in exact], dial, from_the_first=from_the_first)
        for place, number in enumerate(exact):
            if place not in series:
                standings[number] = "held"
    if len(actual) < len(readings):
        _reconcile(readings, standings, dial, from_the_first=from_the_first)
    return standings


def _goes_on(readings: Sequence[Reading], dial: Dial) -> bool:
    """Whether nothing is to be found out: each goes on from the one before, to one that is no error code."""
    if readings and dial.is_error_code(readings[-1].ticks) and not readings[-1].trusted:
        return False
    return all(dial.advance(before, after) is not None for before, after in pairwise(readings))


def _reconcile(
    readings: Sequence[Reading], standings: list[Standing], dial: Dial, *, from_the_first: bool
) -> None:
    counting = [n for n, each in enumerate(readings) if each.kind != "estimate" and standings[n] == "kept"]
    before: Reading | None = None
    for number, each in enumerate(readings):
        if each.kind == "estimate" and (number or from_the_first):
            place = bisect_left(counting, number)
            after = readings[counting[place]] if place < len(counting) else None
            if (
                (dial.is_error_code(each.ticks) and not each.trusted)
                or (before is not None and dial.advance(before, each) is None)
                or (after is not None and dial.advance(each, after) is None)
            ):
                standings[number] = "superseded"
        if standings[number] == "kept":
            before = each


def with_standings(readings: list[Reading], dial: Dial, *, from_the_first: bool) -> list[Reading]:
    """A register's readings with the standing of each found anew.

    `from_the_first`: whether these are the register's first readings. If not, what was held at the beginning
    stays so: the reading that it fell behind is not among these.
    """
    live = [number for number, each in enumerate(readings) if each.live]
    if not from_the_first:
        first = next((place for place, n in enumerate(live) if readings[n].standing == "kept"), 0)
        live = live[first:]
    result = list(readings)
    found = standings_of([readings[number] for number in live], dial, from_the_first=from_the_first)
    for number, standing in zip(live, found, strict=True):
        if result[number].standing != standing:
            result[number] = replace(result[number], standing=standing)
    return result
