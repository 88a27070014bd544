from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from functions.utilities.readings.arrivals import merged
from functions.utilities.readings.dials import Dial
from functions.utilities.readings.intervals import intervals, per_day, shares
from functions.utilities.readings.models import DAY_MS, Interval, Reading
from functions.utilities.readings.standings import with_standings

HOUR_MS = 3_600_000
START = 1_767_600_000_000
DIAL = Dial(modulus=100_000, most_per_day=30_000)
ZONE = "Asia/Shanghai"

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


@given(firsts, steps, seeds, st.lists(st.integers(1, 5), max_size=40))
def test_any_order_and_any_duplication_give_the_same_consumption(
    first: int, steps: list[tuple[int, int]], random: Random, sizes: list[int]
) -> None:
    readings = running(first, steps)
    expected = entered(readings)
    shuffled = [*readings, *random.choices(readings, k=len(readings))]
    random.shuffle(shuffled)
    assert entered(shuffled, sizes) == expected
    assert per_day(intervals(entered(shuffled, sizes), DIAL), ZONE) == per_day(
        intervals(expected, DIAL), ZONE
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


@given(st.dictionaries(st.integers(0, 60), st.integers(0, 99_999), max_size=25), seeds)
def test_whatever_the_dial_showed_the_order_of_arrival_does_not_matter(
    shown: dict[int, int], random: Random
) -> None:
    readings = [Reading(START + n * HOUR_MS, ticks) for n, ticks in shown.items()]
    shuffled = random.sample(readings, len(readings))
    assert entered(readings) == entered(shuffled)


@given(firsts, steps, firsts, steps)
def test_nothing_is_subtracted_across_a_replacement(
    first: int, old: list[tuple[int, int]], other: int, new: list[tuple[int, int]]
) -> None:
    before, after = running(first, old), running(other, new)
    closed = [*before[:-1], replace(before[-1], kind="final")]
    opened = [replace(after[0], kind="initial"), *after[1:]]
    used = total(entered(closed)) + total(entered(opened))
    assert used == sum(used for _, used in old) + sum(used for _, used in new)


@given(
    st.integers(1, 400 * DAY_MS),
    st.integers(0, 10**9),
    st.lists(st.integers(-DAY_MS, 401 * DAY_MS), max_size=30, unique=True).map(sorted),
)
def test_shares_add_up_exactly(length: int, ticks: int, cuts: list[int]) -> None:
    parts = list(shares(Interval(0, length, ticks, False), cuts))
    assert sum(part for _, part in parts) == ticks
    assert all(part >= 0 for _, part in parts)


def at(hour: int, ticks: int, **more: object) -> Reading:
    return replace(Reading(START + hour * HOUR_MS, ticks), **more)


def standings(*readings: Reading) -> list[str]:
    return [each.standing for each in entered(readings)]


def test_a_drop_is_held_and_the_rest_counts() -> None:
    assert standings(at(0, 100), at(1, 110), at(2, 50), at(3, 120)) == ["kept", "kept", "held", "kept"]
    assert total(entered([at(0, 100), at(1, 110), at(2, 50), at(3, 120)])) == 20


def test_a_single_high_reading_is_the_one_that_was_wrong_once_the_next_confirms_it() -> None:
    assert standings(at(0, 100), at(1, 900), at(2, 105)) == ["kept", "kept", "held"]
    assert standings(at(0, 100), at(1, 900), at(2, 105), at(3, 106)) == ["kept", "held", "kept", "kept"]


def test_a_rollover_must_come_from_the_upper_half_and_fit_the_time() -> None:
    assert total(entered([at(0, 99_990), at(1, 10)])) == 20
    assert standings(at(0, 40_000), at(1, 10)) == ["kept", "held"]
    assert standings(at(0, 60_000), at(1, 10)) == ["kept", "held"], "40,010 in an hour is not possible"
    assert standings(at(0, 60_000), at(48, 10)) == ["kept", "kept"]


def test_a_conflict_is_held_and_the_first_value_counts() -> None:
    known = merged([at(0, 100), at(1, 110)], [at(1, 115)], DIAL)
    assert known.fates == ["conflict"]
    assert total(known.readings) == 10


def test_an_estimate_gives_way_to_an_actual_reading() -> None:
    estimate = at(1, 150, kind="estimate")
    assert total(entered([at(0, 100), estimate])) == 50
    assert total(entered([at(0, 100), estimate, at(2, 130)])) == 30, "it was too high"
    assert total(entered([at(0, 100), estimate, at(1, 120)])) == 20, "the same instant was read after all"
    assert merged([at(1, 120)], [estimate], DIAL).fates == ["duplicate"]


@pytest.mark.parametrize("value", [5, 50])
def test_what_a_manager_accepts_begins_anew(value: int) -> None:
    accepted = [at(0, 100), at(1, value, decided=True), at(2, value + 5)]
    readings = with_standings(accepted, DIAL, from_the_first=True)
    assert [each.standing for each in readings] == ["kept"] * 3
    assert total(readings) == 5
