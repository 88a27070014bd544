from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from functions.utilities.readings.arrivals import merged
from functions.utilities.readings.models import Reading
from functions.utilities.reviews.held import held_id, waiting
from linli.instants import to_millis
from tests.unit.utilities.registers.a_site import site

START = to_millis(datetime(2026, 1, 5, tzinfo=UTC))
HOUR_MS = 3_600_000


def at(hour: int, ticks: int, standing: Any = "kept") -> Reading:
    return Reading(START + hour * HOUR_MS, ticks, standing=standing)


def why(*readings: Reading) -> dict[int, tuple[str, int | None]]:
    return {each.ticks: told for each, told in waiting(site(), list(readings)).items()}


def test_a_manager_is_asked_about_the_first_of_a_run_which_decides_the_rest() -> None:
    run = [at(n, 900_000 + n, "held") for n in range(1, 6)]
    assert why(at(0, 1_000), *run) == {900_001: ("rise", 1_000)}
    assert why(at(0, 1_000), at(1, 500, "held"), at(2, 1_010)) == {500: ("drop", 1_000)}


def test_another_value_of_an_instant_or_of_a_time_without_its_meter_says_so() -> None:
    assert why(at(0, 1_000), at(1, 1_010), at(1, 1_011, "conflict")) == {1_011: ("conflict", 1_000)}
    assert why(at(0, 1_000), at(1, 1_011, "conflict")) == {1_011: ("changes_too_much", 1_000)}
    early = replace(at(0, 7, "conflict"), at=to_millis(datetime(2025, 11, 1, tzinfo=UTC)))
    assert why(early) == {7: ("before_installation", None)}
    closed = site(closed_at=datetime(2026, 1, 5, tzinfo=UTC) + timedelta(hours=1))
    assert waiting(closed, [at(2, 9, "conflict")]) == {at(2, 9, "conflict"): ("after_replacement", None)}


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 99_999_999)), max_size=20))
def test_nothing_is_asked_about_that_counts_and_every_run_that_does_not_is(
    shown: list[tuple[int, int]],
) -> None:
    readings = merged([], [at(hour, ticks) for hour, ticks in shown], site().dial).readings
    asked = waiting(site(), readings)
    assert {each.standing for each in asked} <= {"held", "conflict"}
    assert bool(asked) == any(each.standing in {"held", "conflict"} for each in readings)


@given(st.integers(0, 10**13), st.integers(0, 10**9))
def test_the_id_of_a_held_reading_is_its_own(instant: int, ticks: int) -> None:
    found = held_id("m-1", "8-0:1.0.0", Reading(instant, ticks))
    assert found == held_id("m-1", "8-0:1.0.0", Reading(instant, ticks, standing="held"))
    assert found != held_id("m-1", "8-0:1.0.0", Reading(instant, ticks + 1))
