from dataclasses import replace
from datetime import date
from itertools import pairwise

from hypothesis import assume, given
from hypothesis import strategies as st

from functions.utilities.local_days import midnight
from functions.utilities.readings.intervals import intervals, per_day
from functions.utilities.readings.models import Interval, Reading
from tests.unit.utilities.readings.small_dials import (
    DIAL,
    HOUR_MS,
    START,
    entered,
    firsts,
    running,
    steps,
    total,
)


@given(firsts, steps)
def test_the_sum_of_intervals_is_last_minus_first_plus_rollovers(
    first: int, steps: list[tuple[int, int]]
) -> None:
    readings = entered(running(first, steps))
    assume(not DIAL.is_error_code(readings[-1].ticks))
    rollovers = sum(b.ticks < a.ticks for a, b in pairwise(readings))
    assert {each.standing for each in readings} == {"kept"}
    assert total(readings) == readings[-1].ticks - readings[0].ticks + rollovers * DIAL.modulus
    assert total(readings) == sum(used for _, used in steps)


anything = st.lists(
    st.builds(
        Reading,
        at=st.integers(0, 60).map(lambda n: START + n * HOUR_MS),
        ticks=st.integers(0, 99_999),
        kind=st.sampled_from(["actual", "actual", "estimate"]),
    ),
    max_size=30,
)


@given(anything)
def test_nothing_is_negative_and_nothing_is_dropped(readings: list[Reading]) -> None:
    known = entered(readings)
    assert all(each.ticks >= 0 for each in intervals(known, DIAL))
    actual = {(each.at, each.ticks) for each in readings if each.kind == "actual"}
    assert actual == {(each.at, each.ticks) for each in known if each.kind == "actual"}


@given(firsts, steps, firsts, steps)
def test_nothing_is_subtracted_across_a_replacement(
    first: int, old: list[tuple[int, int]], other: int, new: list[tuple[int, int]]
) -> None:
    before, after = running(first, old), running(other, new)
    closed = [*before[:-1], replace(before[-1], kind="final")]
    opened = [replace(after[0], kind="initial"), *after[1:]]
    used = total(entered(closed)) + total(entered(opened))
    assert used == sum(used for _, used in old) + sum(used for _, used in new)


def test_what_spans_midnight_is_shared_evenly() -> None:
    start = midnight(date(2026, 1, 5), "Asia/Shanghai") - 3_600_000
    used = per_day([Interval(start, start + 4 * 3_600_000, 10, False)], "Asia/Shanghai")
    assert used == {date(2026, 1, 4): 2, date(2026, 1, 5): 8}
