import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.utilities.readings.models import Reading
from functions.utilities.readings.roundings import rounded
from tests.unit.utilities.readings.small_dials import HOUR_MS, START
from tests.unit.utilities.readings.water_dials import WATER, every, in_all, in_turn, kept


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
    found = in_turn(every(30, *shown))
    assert {each.standing for each in found} <= {"kept", "superseded"}
    assert in_all(found) == round((shown[-1] - shown[0]) * 1000)


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
    assert abs(in_all(in_turn(found)) - (ticks + 201 - shown[0].ticks)) <= 100


def test_a_flow_backwards_in_small_steps_is_no_flicker() -> None:
    assert kept(in_turn(every(60, 10.52, 10.51, 10.49, 10.46))) == [10_520]
    assert "held" in {each.standing for each in in_turn(every(60, 10.52, 10.51, 10.49, 10.46))}


def test_a_drop_in_equal_steps_is_no_rounding() -> None:
    assert [each.standing for each in in_turn(every(60, 10.0, 10.5, 10.4))] == ["kept", "kept", "held"]


@given(st.lists(st.integers(0, 900), min_size=1, max_size=40))
def test_a_dial_that_only_rises_is_not_taken_for_rounded(steps: list[int]) -> None:
    ticks = [120_507 + sum(steps[:n]) for n in range(len(steps) + 1)]
    readings = [Reading(START + n * HOUR_MS, each) for n, each in enumerate(ticks)]
    assert rounded(readings, range(len(readings)), WATER) == []
