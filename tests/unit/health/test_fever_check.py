"""Screening: one reading, two readings, any order."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from functions.health.fever_check.domain import FeverState, Screening, cleared, screen
from functions.health.fever_check.models import Measured
from linli.errors import Conflict
from linli.vocabulary.health import HealthPolicy

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


def taken_at(second: int) -> datetime:
    return START + timedelta(seconds=second)


def screened_by_the_second(
    readings: list[tuple[int, str]], state: FeverState | None = None, policy: HealthPolicy = POLICY
) -> FeverState:
    now = state or FeverState()
    for second, celsius in readings:
        now = screen(reading(celsius), taken_at(second), now, policy).state
    return now


def confirm(readings: list[tuple[int, str]], window_s: int = 60 * WINDOW) -> bool:
    """Whether any two fevers are two minutes and no more than the window apart, as one would by hand."""
    fevers = [second for second, celsius in readings if Decimal(celsius) >= POLICY.fever_c]
    return any(120 <= later - earlier <= window_s for earlier in fevers for later in fevers)


@pytest.mark.parametrize(
    ("seconds", "verdict"),
    [
        ((0, 1), "fever"),
        ((0, 119), "fever"),
        ((119, 0), "fever"),
        ((0, 120), "confirmed"),
        ((120, 0), "confirmed"),
        ((0, 20, 40), "fever"),
        ((0, 90, 180), "confirmed"),
        ((90, 180, 0), "confirmed"),
        ((0, 60 * WINDOW + 1), "fever"),
    ],
)
def test_a_double_tap_is_one_measurement_and_two_confirm(seconds: tuple[int, ...], verdict: str) -> None:
    assert screened_by_the_second([(second, "38.0") for second in seconds]).status == verdict


def test_a_second_reading_too_soon_is_told_when_one_confirms() -> None:
    first = screen(reading("38.0"), at(0), FeverState(), POLICY)
    assert (first.reason, first.retest_from, first.retest_until) == (None, at(2), at(WINDOW))
    tapped = screen(reading("38.0"), at(1), first.state, POLICY)
    assert (tapped.verdict, tapped.reason) == ("fever", "same_measurement")
    assert (tapped.retest_from, tapped.retest_until) == (at(2), at(WINDOW + 1))


@pytest.mark.parametrize("minutes", [1, 2, 3])
def test_a_window_too_short_for_two_measurements_is_no_end_of_screening(minutes: int) -> None:
    short = HealthPolicy(retest_minutes=minutes)
    first = screen(reading("38.0"), at(0), FeverState(), short)
    assert first.retest_until == at(4)
    assert screen(reading("38.0"), at(4), first.state, short).newly_confirmed
    assert not screen(reading("38.0"), at(5), first.state, short).newly_confirmed


celsius = st.sampled_from(["36.5", "37.3", "39.0", "33.0"])
spread_out = st.lists(st.tuples(st.integers(0, 7200), celsius), max_size=10)
crowded = st.lists(st.tuples(st.integers(0, 150), st.just("39.0")), max_size=60)
readings = st.one_of(spread_out, crowded, st.tuples(crowded, spread_out).map(lambda both: both[0] + both[1]))


@given(readings, st.randoms())
def test_any_order_of_arrival_confirms_the_same_fevers(taken: list[tuple[int, str]], random: Random) -> None:
    shuffled = list(taken)
    random.shuffle(shuffled)
    first, second = screened_by_the_second(taken), screened_by_the_second(shuffled)
    assert (first.status == "confirmed") is (second.status == "confirmed")
    if first.status != "confirmed":
        assert (first.status, first.fevers) == (second.status, second.fevers)


@given(readings, st.integers(4, 240))
def test_confirmed_exactly_when_two_fevers_are_two_minutes_and_no_more_than_the_window_apart(
    taken: list[tuple[int, str]], minutes: int
) -> None:
    state = screened_by_the_second(taken, policy=HealthPolicy(retest_minutes=minutes))
    assert (state.status == "confirmed") is confirm(taken, 60 * minutes)


@given(st.lists(st.integers(0, 119), min_size=1, max_size=200), st.integers(0, 30), st.randoms())
def test_a_thermometer_that_measures_all_the_time_forgets_no_fever(
    taps: list[int], later: int, random: Random
) -> None:
    readings = [(second, "38.0") for second in [*taps, 119 + later]]
    random.shuffle(readings)
    state = screened_by_the_second(readings)
    assert (state.status == "confirmed") is confirm(readings)
    assert len(state.fevers) <= 4 or state.status == "confirmed"


@given(readings, st.integers(0, 60), st.randoms())
def test_what_was_measured_before_a_clearance_changes_nothing_after_it(
    late: list[tuple[int, str]], first: int, random: Random
) -> None:
    cleared_at = 7200
    lifted = cleared(screened_by_the_second([(first, "38.0"), (first + 300, "38.0")]), "dr-wu", at(120))
    after = [(cleared_at + 1, "38.0"), (cleared_at + 200, "36.5")]
    alone = screened_by_the_second(after, lifted)
    mixed = [*late, *after]
    random.shuffle(mixed)
    told = screened_by_the_second(mixed, lifted)
    assert (told.status, told.fevers) == (alone.status, alone.fevers)


def test_a_fever_measured_after_the_clearance_and_told_before_it_is_kept() -> None:
    confirmed = screened((0, "38.0"), (5, "38.0"), (11, "38.0")).state
    lifted = cleared(confirmed, "dr-wu", at(10))
    assert lifted.fevers == [at(11)]
    assert screen(reading("38.0"), at(14), lifted, POLICY).newly_confirmed


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("36.66667", "36.67"),
        ("37.29999923706055", "37.30"),
        ("37.25", "37.25"),
        ("36.6000000000000000000000000001", "36.60"),
        ("36.665", "36.67"),
        ("37", "37.00"),
    ],
)
def test_digits_beyond_the_hundredth_are_rounded_not_refused(sent: str, kept: str) -> None:
    measured = Measured.model_validate_json(f'{{"temperature_c": {sent}, "ambient_c": 21.123456}}')
    assert (str(measured.temperature_c), str(measured.ambient_c)) == (kept, "21.12")


@pytest.mark.parametrize(
    ("sent", "verdict"),
    [("37.29999923706055", "fever"), ("37.25", "normal"), ("33.99999618530273", "normal")],
)
def test_a_float_of_the_threshold_is_the_threshold(sent: str, verdict: str) -> None:
    measured = Measured.model_validate_json(f'{{"temperature_c": {sent}}}')
    assert screen(measured, START, FeverState(), POLICY).verdict == verdict


@pytest.mark.parametrize(
    "value", ["98.6", "365", "36500", "19.9", "0", "-5", "NaN", '"hot"', "1e400", "null"]
)
def test_unit_mistakes_are_refused_not_guessed(value: str) -> None:
    with pytest.raises(ValidationError):
        Measured.model_validate_json(f'{{"temperature_c": {value}}}')


def test_a_temperature_keeps_its_decimals() -> None:
    measured = Measured.model_validate_json(json.dumps({"temperature_c": 37.3}))
    assert measured.temperature_c == Decimal("37.3")
