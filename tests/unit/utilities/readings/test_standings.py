"""Which readings count: no rise above the maximum, no error code, in any order of arrival."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.utilities.readings.models import DAY_MS, Reading
from functions.utilities.readings.standings import with_standings
from tests.unit.utilities.readings.small_dials import DIAL, HOUR_MS, START, at, entered, standings, total
from tests.unit.utilities.readings.water_dials import CODES, WATER, daily, every, in_all, in_turn, kept

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
    believed = [each for each in in_turn(readings) if each.standing == "kept"]
    for before, after in pairwise(believed):
        assert after.trusted or WATER.advance(before, after) is not None


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
    found = in_turn([*daily(*(shown[0] for _ in range(2)), first=-2), *every(240, *shown)])
    assert in_all(found) == round((shown[-1] - shown[0]) * 1000)
    assert len(kept(found)) == believed + 2


def test_a_burst_that_the_pipe_can_pass_is_true() -> None:
    burst = every(60, 100.0, 104.5, 109.0, 113.9)
    assert kept(in_turn(burst)) == [each.ticks for each in burst]


def test_a_humans_word_makes_a_held_run_true() -> None:
    shown = [*daily(12.0, 15.0), *daily(5000.0, 5000.4, 5000.9, first=2)]
    accepted = [replace(each, decided=each.ticks == 5_000_000) for each in in_turn(shown)]
    found = with_standings(accepted, WATER, from_the_first=True)
    assert len(kept(found)) == 5
    assert in_all(found) == 5_000_900 - 12_000
    assert {each.standing for each in found} == {"kept"}


@pytest.mark.parametrize("ahead", [1, 20, 60])
def test_late_readings_of_a_wrong_clock_are_the_ones_that_are_held(ahead: int) -> None:
    """The meter's clock fell back by weeks, or by a year, for a few readings."""
    true = daily(*(100 + 0.3 * n for n in range(61)))
    for day in (28, -330):
        wrong = [
            Reading(START + day * DAY_MS + (n + 6) * HOUR_MS // 2, 117_700 + ahead + n) for n in range(2)
        ]
        found = in_turn([*true, *wrong])
        assert [each.at for each in found if each.standing == "held"] == [each.at for each in wrong]
        assert found == in_turn([*wrong, *true])


def test_an_estimate_above_the_maximum_gives_way() -> None:
    guessed = replace(daily(900.0, first=1)[0], kind="estimate")
    assert kept(in_turn([*daily(100.0), guessed])) == [100_000]


def test_what_a_technician_reads_at_the_removal_counts_for_sure() -> None:
    final = replace(daily(130.0, first=4)[0], kind="final")
    assert kept(in_turn([*daily(100.0, 120.0, 180.0, 181.0), final])) == [100_000, 120_000, 130_000]


def test_a_drop_is_held_and_the_rest_counts() -> None:
    assert standings(at(0, 100), at(1, 110), at(2, 50), at(3, 120)) == ["kept", "kept", "held", "kept"]
    assert total(entered([at(0, 100), at(1, 110), at(2, 50), at(3, 120)])) == 20


def test_a_single_high_reading_is_the_one_that_was_wrong_once_the_next_confirms_it() -> None:
    assert standings(at(0, 100), at(1, 900), at(2, 105)) == ["kept", "kept", "held"]
    assert standings(at(0, 100), at(1, 900), at(2, 105), at(3, 106)) == ["kept", "held", "kept", "kept"]


@pytest.mark.parametrize("value", [5, 50])
def test_what_a_manager_accepts_begins_anew(value: int) -> None:
    accepted = [at(0, 100), at(1, value, decided=True), at(2, value + 5)]
    readings = with_standings(accepted, DIAL, from_the_first=True)
    assert [each.standing for each in readings] == ["kept"] * 3
    assert total(readings) == 5
