"""Screening: one reading, two readings, any order."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from functions.health.fever_check.domain import FeverState, Screening, cleared, screen
from functions.health.fever_check.models import Measured
from linli.errors import Conflict
from linli.policies import HealthPolicy

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
POLICY = HealthPolicy()
WINDOW = POLICY.retest_minutes


def reading(celsius: str, ambient: str | None = None) -> Measured:
    return Measured(
        person="li-na",
        temperature_c=Decimal(celsius),
        ambient_c=None if ambient is None else Decimal(ambient),
    )


def at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


def screened(*readings: tuple[int, str], state: FeverState | None = None) -> Screening:
    screening = Screening("normal", None, state or FeverState())
    for minute, celsius in readings:
        screening = screen(reading(celsius), at(minute), screening.state, POLICY)
    return screening


@pytest.mark.parametrize(
    ("celsius", "ambient", "verdict", "reason"),
    [
        ("36.5", None, "normal", None),
        ("37.2", "20", "normal", None),
        ("37.3", "20", "fever", None),
        ("43.0", None, "fever", None),
        ("34.0", "10", "normal", None),
        ("33.9", None, "invalid", "implausible"),
        ("43.1", None, "invalid", "implausible"),
        ("36.5", "9.9", "invalid", "ambient"),
        ("38.5", "40.1", "invalid", "ambient"),
    ],
)
def test_one_reading(celsius: str, ambient: str | None, verdict: str, reason: str | None) -> None:
    screening = screen(reading(celsius, ambient), START, FeverState(), POLICY)
    assert (screening.verdict, screening.reason) == (verdict, reason)


def test_a_first_fever_asks_for_a_second_reading() -> None:
    first = screened((0, "38.0"))
    assert first.retest_until == at(WINDOW)
    assert first.state.status == "fever"


def test_the_second_fever_in_the_window_confirms() -> None:
    second = screened((0, "38.0"), (WINDOW, "37.5"))
    assert second.newly_confirmed
    assert (second.verdict, second.state.confirmed_at) == ("confirmed", at(WINDOW))


def test_a_second_fever_after_the_window_is_a_first_again() -> None:
    second = screened((0, "38.0"), (WINDOW + 1, "38.0"))
    assert (second.verdict, second.newly_confirmed) == ("fever", False)


def test_a_confirmed_fever_stays_until_it_is_cleared() -> None:
    later = screened((0, "38.0"), (5, "38.0"), (500, "36.5"))
    assert (later.verdict, later.state.status) == ("normal", "confirmed")
    lifted = cleared(later.state, "dr-wu", at(600))
    assert (lifted.status, lifted.cleared_by) == ("cleared", "dr-wu")
    assert screened((601, "36.5"), state=lifted).state.status == "normal"


def test_readings_from_before_the_clearance_change_nothing() -> None:
    lifted = cleared(screened((0, "38.0"), (5, "38.0")).state, "dr-wu", at(100))
    late = screened((90, "39.0"), (95, "39.0"), state=lifted)
    assert (late.state, late.reason) == (lifted, "before_clearance")


@pytest.mark.parametrize("now", [at(3), at(5)], ids=["a clock ahead of ours", "the same instant"])
def test_a_clearance_is_newer_than_what_it_clears(now: datetime) -> None:
    confirmed = screened((0, "38.0"), (5, "38.0")).state
    state = cleared(confirmed, "dr-wu", now)
    assert state.cleared_at is not None
    assert state.cleared_at > at(5), "of two marks at the same instant access keeps the block"


@pytest.mark.parametrize("state", [FeverState(), screened((0, "38.0")).state])
def test_only_a_confirmed_fever_can_be_cleared(state: FeverState) -> None:
    with pytest.raises(Conflict):
        cleared(state, "dr-wu", at(1))


def test_an_older_normal_reading_does_not_downgrade_a_newer_fever() -> None:
    assert screened((10, "38.0"), (5, "36.5")).state.status == "fever"


readings = st.lists(
    st.tuples(st.integers(0, 120), st.sampled_from(["36.5", "37.3", "39.0", "33.0"])),
    max_size=10,
    unique_by=lambda one: one[0],
)


@given(readings, st.randoms())
def test_any_order_of_arrival_confirms_the_same_fevers(taken: list[tuple[int, str]], random: Random) -> None:
    shuffled = list(taken)
    random.shuffle(shuffled)
    first, second = screened(*taken).state, screened(*shuffled).state
    assert (first.status == "confirmed") is (second.status == "confirmed")
    assert first.fevers == second.fevers
    if first.status != "confirmed":
        assert first.status == second.status


@given(readings)
def test_confirmed_exactly_when_two_fevers_lie_within_the_window(taken: list[tuple[int, str]]) -> None:
    fevers = sorted(minute for minute, celsius in taken if celsius in {"37.3", "39.0"})
    close = any(later - earlier <= WINDOW for earlier, later in pairwise(fevers))
    assert (screened(*taken).state.status == "confirmed") is close


@pytest.mark.parametrize(
    "value", ["98.6", "365", "36500", "19.9", "0", "-5", "NaN", '"hot"', "1e400", "null"]
)
def test_unit_mistakes_are_refused_not_guessed(value: str) -> None:
    with pytest.raises(ValidationError):
        Measured.model_validate_json(f'{{"temperature_c": {value}}}')


def test_a_temperature_keeps_its_decimals() -> None:
    measured = Measured.model_validate_json(json.dumps({"temperature_c": 37.3}))
    assert measured.temperature_c == Decimal("37.3")
