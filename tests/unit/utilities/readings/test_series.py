"""The longest series counts: what is impossible does not become true by its number, nor by waiting."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.utilities.readings.models import DAY_MS, Reading
from functions.utilities.readings.series import believed
from tests.unit.utilities.readings.small_dials import HOUR_MS, START, seeds
from tests.unit.utilities.readings.water_dials import CODES, WATER, daily, every, in_all, in_turn, kept

true_dials = st.lists(
    st.tuples(st.integers(HOUR_MS // 2, 60 * HOUR_MS), st.integers(0, 900)), min_size=2, max_size=30
)


def running(steps: Sequence[tuple[int, int]], first: int = 120_507) -> list[Reading]:
    readings, at, ticks = [Reading(START, first)], START, first
    for elapsed, used in steps:
        at, ticks = at + elapsed, ticks + used
        readings.append(Reading(at, ticks))
    return readings


@given(true_dials, st.lists(st.tuples(st.integers(0, 29), st.sampled_from(CODES)), max_size=12), seeds)
def test_an_error_code_never_changes_what_is_billed(
    steps: list[tuple[int, int]], codes: list[tuple[int, int]], random: Random
) -> None:
    readings = running(steps)
    wrong = [
        Reading(readings[place % len(readings)].at + 60_000 * (n + 1), ticks)
        for n, (place, ticks) in enumerate(codes)
    ]
    both = [*readings, *wrong]
    random.shuffle(both)
    found = in_turn(both)
    assert in_all(found) == in_all(in_turn(readings))
    assert not {each.at for each in wrong} & {each.at for each in found if each.standing == "kept"}


@given(true_dials, st.integers(1, 40), st.integers(200_000, 90_000_000), st.booleans(), seeds)
def test_a_run_of_high_readings_gives_way_to_the_dial_that_goes_on(
    steps: list[tuple[int, int]], length: int, high: int, rising: bool, random: Random
) -> None:
    readings = running(steps)
    middle = readings[len(readings) // 2].at
    wrong = [
        Reading(middle + n * 1000, readings[-1].ticks + high + (n if rising else 0))
        for n in range(1, length + 1)
    ]
    both = [*readings, *wrong]
    random.shuffle(both)
    found = in_turn(both)
    assert [each for each in found if each.standing == "kept"] == readings
    assert in_all(found) == in_all(readings)


@given(true_dials, st.lists(st.integers(0, 900), min_size=1, max_size=30), st.integers(1, 90))
def test_an_implausible_run_does_not_become_true_by_its_length_or_by_waiting(
    steps: list[tuple[int, int]], run: list[int], days: int
) -> None:
    readings = running(steps)
    at, ticks = readings[-1].at + HOUR_MS, readings[-1].ticks + 400_000
    wrong = []
    for used in run:
        wrong.append(Reading(at, ticks))
        at, ticks = at + days * DAY_MS, ticks + used
    assert kept(in_turn([*readings, *wrong])) == [each.ticks for each in readings]


def test_any_number_of_equal_plausible_high_readings_gives_way_too() -> None:
    before, high = every(30, 120.0, 120.5), every(30, *[123.0] * 9, after=1)
    true = every(30, 120.6, 120.7, 120.8, after=2)
    assert kept(in_turn([*before, *high, *true])) == [120_000, 120_500, 120_600, 120_700, 120_800]


@pytest.mark.parametrize(("litres", "a_day"), [(15_100, 60), (1_500, 0.2), (900, 0)])
def test_litres_for_cubic_metres_are_held_for_good_however_long_one_waits(
    litres: float, a_day: float
) -> None:
    shown = [*daily(12.0, 15.0), *daily(*(litres + a_day * n for n in range(200)), first=2)]
    found = in_turn(shown)
    assert kept(found) == [12_000, 15_000]
    assert {each.standing for each in found[2:]} == {"held"}


@pytest.mark.parametrize("noughts", [1, 2, 7])
def test_noughts_after_a_restart_are_held_and_what_counts_up_from_them(noughts: int) -> None:
    before, after = every(30, 120.0, 120.5), every(30, 120.6, 120.7, after=2)
    restart = every(30, *[0.0] * noughts, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, after=1)
    assert kept(in_turn([*before, *restart])) == [120_000, 120_500]
    assert kept(in_turn([*before, *restart, *after])) == [120_000, 120_500, 120_600, 120_700]


def test_a_meter_that_begins_at_nought_begins_there_and_one_that_does_not_gives_up_its_nought() -> None:
    assert kept(in_turn(daily(0, 0, 0))) == [0, 0, 0]
    assert kept(in_turn(daily(0, 0, 0.2))) == [0, 0, 200]
    assert kept(in_turn(daily(0, 5000.0, 5000.3))) == [5_000_000, 5_000_300]


def test_an_error_code_that_the_dial_goes_on_from_was_none() -> None:
    assert kept(in_turn(daily(60.2, 65.535))) == [60_200]
    assert kept(in_turn(daily(60.2, 65.535, 65.9))) == [60_200, 65_535, 65_900]
    assert kept(in_turn(daily(60.2, 65.535, 60.4))) == [60_200, 60_400]
    final = replace(daily(99_999.999, first=2)[0], kind="final")
    assert kept(in_turn([*daily(99_990.0, 99_991.0), final]))[-1] == 99_999_999


@given(true_dials)
def test_all_of_a_dial_that_runs_on_is_believed(steps: list[tuple[int, int]]) -> None:
    readings = running(steps)
    assert believed(readings, WATER, from_the_first=True) == set(range(len(readings)))
    assert believed([], WATER, from_the_first=True) == set()
