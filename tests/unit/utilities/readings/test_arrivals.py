from random import Random

from hypothesis import given
from hypothesis import strategies as st

from functions.utilities.readings.arrivals import merged
from functions.utilities.readings.intervals import intervals, per_day
from functions.utilities.readings.models import Reading
from tests.unit.utilities.readings.small_dials import (
    DIAL,
    HOUR_MS,
    START,
    at,
    entered,
    firsts,
    running,
    seeds,
    steps,
    total,
)
from tests.unit.utilities.readings.water_dials import daily, in_turn, kept


@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.one_of(st.integers(0, 99_999_999), st.integers(120_000, 200_000))),
        max_size=25,
        unique_by=lambda each: each[0],
    ),
    seeds,
)
def test_whatever_was_told_the_order_of_arrival_does_not_matter(
    shown: list[tuple[int, int]], random: Random
) -> None:
    readings = [Reading(START + n * HOUR_MS, ticks) for n, ticks in shown]
    assert in_turn(readings) == in_turn(random.sample(readings, len(readings)))


def test_of_two_values_of_an_instant_the_one_counts_that_the_dial_can_have_shown() -> None:
    shown = [*daily(100.0, 100.3), *daily(100.9, 101.2, first=3)]
    two = [*daily(117.7, first=2), *daily(100.6, first=2)]
    for order in ([*shown, *two], [*shown, *two[::-1]], [*two, *shown], [*two[::-1], *shown]):
        assert kept(in_turn(order)) == [100_000, 100_300, 100_600, 100_900, 101_200]


def test_an_error_code_first_at_an_instant_does_not_keep_the_reading_of_that_instant_out() -> None:
    code, shown = Reading(START + HOUR_MS, 16_777_215), Reading(START + HOUR_MS, 120_600)
    for order in ([code, shown], [shown, code]):
        assert kept(in_turn([Reading(START, 120_500), *order])) == [120_500, 120_600]


ZONE = "Asia/Shanghai"


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


@given(st.dictionaries(st.integers(0, 60), st.integers(0, 99_999), max_size=25), seeds)
def test_whatever_the_dial_showed_the_order_of_arrival_does_not_matter(
    shown: dict[int, int], random: Random
) -> None:
    readings = [Reading(START + n * HOUR_MS, ticks) for n, ticks in shown.items()]
    shuffled = random.sample(readings, len(readings))
    assert entered(readings) == entered(shuffled)


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
