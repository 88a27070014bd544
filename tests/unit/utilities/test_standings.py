"""Which readings count: no rise above the maximum, no error code, in any order of arrival."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.utilities.readings.arrivals import merged
from functions.utilities.readings.dials import Dial
from functions.utilities.readings.doubts import contradiction
from functions.utilities.readings.intervals import intervals
from functions.utilities.readings.models import DAY_MS, Reading
from functions.utilities.readings.standings import with_standings

HOUR_MS = 3_600_000
START = 1_767_600_000_000
WATER = Dial(modulus=10**8, most_per_day=120_000)  # 5 + 3 digits; 120 m3 a day
CODES = [0, 65_535, 999_999, 16_777_215, 99_999_999, 65_535_000, 2**31 - 1, 2**32 - 1]

true_dials = st.lists(
    st.tuples(st.integers(HOUR_MS // 2, 60 * HOUR_MS), st.integers(0, 900)), min_size=2, max_size=30
)
seeds = st.randoms(use_true_random=False)


def running(steps: Sequence[tuple[int, int]], first: int = 120_507) -> list[Reading]:
    readings, at, ticks = [Reading(START, first)], START, first
    for elapsed, used in steps:
        at, ticks = at + elapsed, ticks + used
        readings.append(Reading(at, ticks))
    return readings


def entered(readings: Sequence[Reading], dial: Dial = WATER) -> list[Reading]:
    known: list[Reading] = []
    for each in readings:
        known = merged(known, [each], dial).readings
    return known


def kept(readings: Sequence[Reading]) -> list[int]:
    return [each.ticks for each in readings if each.standing == "kept"]


def total(readings: Sequence[Reading], dial: Dial = WATER) -> int:
    return sum(each.ticks for each in intervals(readings, dial))


def daily(*values: float, first: int = 0) -> list[Reading]:
    return [Reading(START + (first + n) * DAY_MS, round(each * 1000)) for n, each in enumerate(values)]


def every(minutes: int, *values: float, after: int = 0) -> list[Reading]:
    return [
        Reading(START + after * DAY_MS + n * minutes * 60_000, round(each * 1000))
        for n, each in enumerate(values)
    ]


anything = st.lists(
    st.builds(
        Reading,
        at=st.integers(0, 90).map(lambda n: START + n * 5 * HOUR_MS),
        ticks=st.one_of(
            st.integers(0, 99_999_999), st.integers(100_000, 300_000), st.sampled_from(CODES[:5])
        ),
        kind=st.sampled_from(["actual", "actual", "actual", "estimate", "final"]),
    ),
    max_size=30,
)


@given(anything)
def test_no_rise_is_believed_above_the_maximum_but_by_a_humans_word(readings: list[Reading]) -> None:
    believed = [each for each in entered(readings) if each.standing == "kept"]
    for before, after in pairwise(believed):
        assert after.trusted or WATER.advance(before, after) is not None


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
    assert entered(readings) == entered(random.sample(readings, len(readings)))


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
    found = entered(both)
    assert total(found) == total(entered(readings))
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
    found = entered(both)
    assert [each for each in found if each.standing == "kept"] == readings
    assert total(found) == total(readings)


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
    assert kept(entered([*readings, *wrong])) == [each.ticks for each in readings]


def test_any_number_of_equal_plausible_high_readings_gives_way_too() -> None:
    before, high = every(30, 120.0, 120.5), every(30, *[123.0] * 9, after=1)
    true = every(30, 120.6, 120.7, 120.8, after=2)
    assert kept(entered([*before, *high, *true])) == [120_000, 120_500, 120_600, 120_700, 120_800]


@pytest.mark.parametrize(
    ("shown", "believed"),
    [
        ((3.737, 0, 3.746), 2),  # a monitor whose mains came back: nought for four seconds
        ((1590.0, 1600.0, 0, 0, 1585.0, 1585.0, 1600.1), 3),  # and one that told its last backup in between
        ((9.0, 9.5, 9.86, 9.47, 9.6, 9.8, 10.1), 5),  # counts on from what it had saved
        ((21.03, 672.216, 21.04, 672.3, 21.05, 672.4, 21.06), 4),  # every second telegram is decoded wrongly
        ((144.0, 0.144, 144.1, 0.1441, 144.2), 3),  # two sources, one of them in other units
        ((4.0, 4_294.967, 4.1, 4_294.966, 4.2), 3),  # negative numbers, taken for positive ones
    ],
)
def test_what_firmware_of_the_trade_is_known_to_tell_costs_nothing(
    shown: tuple[float, ...], believed: int
) -> None:
    found = entered([*daily(*(shown[0] for _ in range(2)), first=-2), *every(240, *shown)])
    assert total(found) == round((shown[-1] - shown[0]) * 1000)
    assert len(kept(found)) == believed + 2


def test_a_burst_that_the_pipe_can_pass_is_true() -> None:
    burst = every(60, 100.0, 104.5, 109.0, 113.9)
    assert kept(entered(burst)) == [each.ticks for each in burst]


@pytest.mark.parametrize(("litres", "a_day"), [(15_100, 60), (1_500, 0.2), (900, 0)])
def test_litres_for_cubic_metres_are_held_for_good_however_long_one_waits(
    litres: float, a_day: float
) -> None:
    shown = [*daily(12.0, 15.0), *daily(*(litres + a_day * n for n in range(200)), first=2)]
    found = entered(shown)
    assert kept(found) == [12_000, 15_000]
    assert {each.standing for each in found[2:]} == {"held"}


def test_a_humans_word_makes_a_held_run_true() -> None:
    shown = [*daily(12.0, 15.0), *daily(5000.0, 5000.4, 5000.9, first=2)]
    accepted = [replace(each, decided=each.ticks == 5_000_000) for each in entered(shown)]
    found = with_standings(accepted, WATER, from_the_first=True)
    assert len(kept(found)) == 5
    assert total(found) == 5_000_900 - 12_000
    assert {each.standing for each in found} == {"kept"}


@pytest.mark.parametrize("ahead", [1, 20, 60])
def test_late_readings_of_a_wrong_clock_are_the_ones_that_are_held(ahead: int) -> None:
    """The meter's clock fell back by weeks, or by a year, for a few readings."""
    true = daily(*(100 + 0.3 * n for n in range(61)))
    for day in (28, -330):
        wrong = [
            Reading(START + day * DAY_MS + (n + 6) * HOUR_MS // 2, 117_700 + ahead + n) for n in range(2)
        ]
        found = entered([*true, *wrong])
        assert [each.at for each in found if each.standing == "held"] == [each.at for each in wrong]
        assert found == entered([*wrong, *true])


@pytest.mark.parametrize("noughts", [1, 2, 7])
def test_noughts_after_a_restart_are_held_and_what_counts_up_from_them(noughts: int) -> None:
    before, after = every(30, 120.0, 120.5), every(30, 120.6, 120.7, after=2)
    restart = every(30, *[0.0] * noughts, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, after=1)
    assert kept(entered([*before, *restart])) == [120_000, 120_500]
    assert kept(entered([*before, *restart, *after])) == [120_000, 120_500, 120_600, 120_700]


def test_a_meter_that_begins_at_nought_begins_there_and_one_that_does_not_gives_up_its_nought() -> None:
    assert kept(entered(daily(0, 0, 0))) == [0, 0, 0]
    assert kept(entered(daily(0, 0, 0.2))) == [0, 0, 200]
    assert kept(entered(daily(0, 5000.0, 5000.3))) == [5_000_000, 5_000_300]


def test_an_error_code_that_the_dial_goes_on_from_was_none() -> None:
    assert kept(entered(daily(60.2, 65.535))) == [60_200]
    assert kept(entered(daily(60.2, 65.535, 65.9))) == [60_200, 65_535, 65_900]
    assert kept(entered(daily(60.2, 65.535, 60.4))) == [60_200, 60_400]
    final = replace(daily(99_999.999, first=2)[0], kind="final")
    assert kept(entered([*daily(99_990.0, 99_991.0), final]))[-1] == 99_999_999


def test_of_two_values_of_an_instant_the_one_counts_that_the_dial_can_have_shown() -> None:
    shown = [*daily(100.0, 100.3), *daily(100.9, 101.2, first=3)]
    two = [*daily(117.7, first=2), *daily(100.6, first=2)]
    for order in ([*shown, *two], [*shown, *two[::-1]], [*two, *shown], [*two[::-1], *shown]):
        assert kept(entered(order)) == [100_000, 100_300, 100_600, 100_900, 101_200]


def test_an_error_code_first_at_an_instant_does_not_keep_the_reading_of_that_instant_out() -> None:
    code, shown = Reading(START + HOUR_MS, 16_777_215), Reading(START + HOUR_MS, 120_600)
    for order in ([code, shown], [shown, code]):
        assert kept(entered([Reading(START, 120_500), *order])) == [120_500, 120_600]


@pytest.mark.parametrize(
    "shown",
    [
        (10.06, 10.1, 10.06, 10.1, 10.07),
        (10.04, 10.0, 10.04, 10.0, 10.05),
        (10.123, 10.12, 10.123, 10.12, 10.124, 10.12, 10.133),
        (123.456, 123.5, 123.46, 123.5, 123.47, 123.5, 123.6, 123.71),
        (10.4, 10, 10.4, 10, 10.4, 10.5),
        (217.001, 217.0, 217.001, 217.0, 217.002),
        (0.28, 0.27, 0.28, 0.27, 0.29),
        (226.02, 226.04, 226.02, 226.02, 226.05),
        (2385.977, 2385.976, 2385.978),
    ],
)
def test_rounding_that_alternates_is_neither_use_nor_a_flow_backwards(shown: tuple[float, ...]) -> None:
    found = entered(every(30, *shown))
    assert {each.standing for each in found} <= {"kept", "superseded"}
    assert total(found) == round((shown[-1] - shown[0]) * 1000)


@given(
    st.lists(st.tuples(st.integers(0, 40), st.sampled_from([1, 10, 100])), min_size=4, max_size=40),
    st.booleans(),
)
def test_rounding_costs_no_more_than_a_step(steps: list[tuple[int, int]], cut: bool) -> None:
    ticks, shown = 120_507, []
    for n, (used, step) in enumerate(steps):
        ticks += used
        rounded = ticks // step * step if cut else (ticks + step // 2) // step * step
        shown.append(Reading(START + n * HOUR_MS, rounded))
    found = [*shown, Reading(START + len(steps) * HOUR_MS, ticks + 201)]
    assert abs(total(entered(found)) - (ticks + 201 - shown[0].ticks)) <= 100


def test_a_flow_backwards_in_small_steps_is_no_flicker() -> None:
    assert kept(entered(every(60, 10.52, 10.51, 10.49, 10.46))) == [10_520]
    assert "held" in {each.standing for each in entered(every(60, 10.52, 10.51, 10.49, 10.46))}


def test_a_drop_in_equal_steps_is_no_rounding() -> None:
    assert [each.standing for each in entered(every(60, 10.0, 10.5, 10.4))] == ["kept", "kept", "held"]


def test_an_estimate_does_not_contradict_what_is_read_at_the_removal() -> None:
    guessed = replace(daily(130.0, first=1)[0], kind="estimate")
    final = replace(daily(119.0, first=2)[0], kind="final")
    known = entered([*daily(100.0), guessed])
    assert contradiction(known, final, WATER) is None
    assert kept(entered([*known, final])) == [100_000, 119_000]


def test_an_estimate_above_the_maximum_gives_way() -> None:
    guessed = replace(daily(900.0, first=1)[0], kind="estimate")
    assert kept(entered([*daily(100.0), guessed])) == [100_000]


def test_what_a_technician_reads_at_the_removal_counts_for_sure() -> None:
    final = replace(daily(130.0, first=4)[0], kind="final")
    assert kept(entered([*daily(100.0, 120.0, 180.0, 181.0), final])) == [100_000, 120_000, 130_000]


@pytest.mark.parametrize(
    ("value", "why"),
    [(120.4, "drop"), (400.0, "rise"), (0, "error_code"), (9999.0, "error_code"), (121, None)],
)
def test_a_reading_that_would_be_held_says_why(value: float, why: str | None) -> None:
    assert contradiction(entered(daily(120.0, 120.5)), daily(value, first=2)[0], WATER) == why
