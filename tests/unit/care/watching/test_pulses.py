"""Which sensors prove nothing: those that never rest, those that beat; and no honest one."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.care.watching.deadlines import due_at, judged, unbelievable
from functions.care.watching.movement import after_signal
from functions.care.watching.pulses import DAY, HOUR, RESTS, Pulse, felt
from functions.care.watching.signals import SENSOR_KINDS, Sign
from functions.care.watching.state import Setting, WatchState, begun
from functions.care.watching.watch import Sensor, Watch
from linli.vocabulary.care import CarePolicy

START = int(datetime(2026, 1, 5, tzinfo=UTC).timestamp())
MINUTE = 60
SETTING = Setting(CarePolicy(), ZoneInfo("Asia/Shanghai"))
GRAN = Watch(
    community="willow",
    person="gran",
    home="b1/101",
    consent="file 17",
    version=1,
    sensors=[Sensor(device=f"{kind}-1", kind=kind) for kind in ("motion", "bed", "door")],
)
periods = st.one_of(
    st.sampled_from([MINUTE, 10 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 4 * HOUR, 5 * HOUR, 6 * HOUR]),
    st.integers(MINUTE, 7 * HOUR),
)

lifes = st.integers(0, 10_000).map(Random)


def after(moments: Iterable[int], pulse: Pulse | None = None, *, by_the_clock: bool = False) -> Pulse:
    for at in sorted(moments):
        pulse = felt(pulse, at, by_the_clock=by_the_clock)
    assert pulse is not None
    return pulse


def honest(draw: Random, days: int, start: int = START) -> list[int]:
    """Somebody about from six until ten, every few minutes to an hour, who rises once or twice a night."""
    found = []
    for day in range(days):
        midnight = start + day * DAY
        at = midnight + 6 * HOUR + draw.uniform(-30, 30) * MINUTE
        while at < midnight + 22 * HOUR:
            found.append(int(at))
            at += draw.expovariate(1 / (20 * MINUTE))
        found += [int(midnight + draw.uniform(0, 5) * HOUR) for _ in range(draw.randint(0, 2))]
    return sorted(found)


@settings(max_examples=25, deadline=None)
@given(periods, st.integers(0, 12 * HOUR))
def test_a_sensor_that_fires_by_itself_is_doubted_whatever_its_period(period: int, phase: int) -> None:
    beat = range(START + phase, START + 10 * DAY, period)
    assert after(beat).doubted


@settings(max_examples=25, deadline=None)
@given(periods, lifes)
def test_a_beat_that_jitters_is_doubted_all_the_same(period: int, draw: Random) -> None:
    beat = [at + int(draw.uniform(-0.06, 0.06) * period) for at in range(START, START + 20 * DAY, period)]
    assert after(set(beat)).doubted


@settings(max_examples=15, deadline=None)
@given(st.integers(MINUTE, 2 * HOUR + 55 * MINUTE), lifes)
def test_a_beat_beneath_the_movements_of_a_person_is_doubted(period: int, draw: Random) -> None:
    beat = range(START + draw.randrange(period), START + 20 * DAY, period)
    assert after({*beat, *honest(draw, 20)}).doubted


@pytest.mark.parametrize("period", [3 * HOUR, 4 * HOUR, 5 * HOUR, 6 * HOUR])
def test_a_slow_beat_beneath_the_movements_of_a_person_is_doubted_in_time(period: int) -> None:
    draw = Random(3)  # noqa: S311 - a life, not a secret
    pulse, ever = None, False
    for at in sorted({*range(START, START + 60 * DAY, period), *honest(draw, 60)}):
        pulse = felt(pulse, at)
        ever = ever or pulse.doubted
    assert ever


@settings(max_examples=25, deadline=None)
@given(lifes)
def test_an_honest_sensor_is_never_doubted(draw: Random) -> None:
    pulse = None
    for at in honest(draw, 60):
        pulse = felt(pulse, at)
        assert not pulse.doubted


@settings(max_examples=15, deadline=None)
@given(periods, lifes)
def test_a_sensor_that_is_honest_again_is_believed_within_two_days(period: int, draw: Random) -> None:
    mad = after(range(START, START + 10 * DAY, period))
    assert not after(honest(draw, 2, START + 10 * DAY), mad).doubted


def test_a_sensor_that_fires_at_random_is_doubted_since_it_never_rests() -> None:
    draw, at, pulse = Random(1), START, None  # noqa: S311 - a sensor, not a secret
    while at < START + 4 * DAY:
        at += int(draw.expovariate(1 / (10 * MINUTE))) + 1
        pulse = felt(pulse, at)
    assert pulse is not None
    assert pulse.doubted


@pytest.mark.parametrize("every", [HOUR // 2, HOUR])
def test_a_meter_is_as_regular_as_the_hours_and_is_believed_while_it_rests(every: int) -> None:
    used = [START + day * DAY + hour for day in range(30) for hour in range(6 * HOUR, 23 * HOUR, every)]
    assert not after(used, by_the_clock=True).doubted
    assert after(range(START, START + 8 * DAY, every), by_the_clock=True).doubted


@given(st.integers(0, 40 * DAY))
def test_what_is_late_or_repeated_changes_nothing(early: int) -> None:
    pulse = after(range(START, START + 40 * DAY, HOUR))
    assert felt(pulse, pulse.at - early) == pulse


def test_rests_are_longer_the_longer_they_may_be_waited_for() -> None:
    assert list(RESTS) == sorted(RESTS)


# What becomes of somebody who falls


def lives(days: int, false: range | tuple[()] = (), device: str = "motion-1") -> WatchState:
    """Nights of nine hours, moved about by day; and a motion sensor that fires by itself."""
    draw = Random(7)  # noqa: S311 - a life, not a secret
    signs = [
        (at, "bed", "bed-1") for day in range(days) for at in (day * DAY + 14 * HOUR, day * DAY + 22 * HOUR)
    ]
    signs = [(START + at, kind, of) for at, kind, of in signs]
    signs += [(at, "motion", "motion-1") for at in honest(draw, days, START - 8 * HOUR)]
    signs += [(at, "motion", device) for at in false]
    state = begun(datetime.fromtimestamp(START, UTC))
    for number, (at, kind, of) in enumerate(sorted(signs)):
        state = told(state, at, kind, of, number)
    return state


def told(state: WatchState, at: int, kind: str, device: str, number: int) -> WatchState:
    when = datetime.fromtimestamp(at, UTC)
    sign = Sign(kind=kind, at=when, key=f"k{number}", devices=frozenset([device]) if device else frozenset())
    return after_signal(state, sign, GRAN, SETTING).state


@pytest.mark.parametrize("device", ["motion-1", "motion-2", ""])
@pytest.mark.parametrize("period", [MINUTE * 5, HOUR, 3 * HOUR])
def test_a_sensor_that_is_never_silent_does_not_hide_a_fall(period: int, device: str) -> None:
    # Given two weeks of life, all the time beneath the beat of a motion sensor
    fall = START + 14 * DAY
    state = lives(14, range(START, fall, period), device)
    assert state.doubted == [device or "motion"]
    # When nobody moves any more, and the sensor goes on
    seen = state.seen_at
    for number, at in enumerate(range(fall, fall + DAY, period)):
        state = told(state, at, "motion", device, 10_000_000 + number)
    # Then somebody is asked after as if it were silent, and staff read why it does not count
    assert state.seen_at == seen
    due = due_at(state, GRAN, SETTING)
    assert due is not None
    assert due - seen <= timedelta(hours=12)
    words = judged(state, GRAN, SETTING, due).words
    assert "is never silent, or beats like a clock, and does not count" in words
    assert unbelievable(state, GRAN)[0] in words


def test_what_people_do_on_purpose_is_never_doubted() -> None:
    on_purpose = {"check_in", "call_button", "app_check_in", "gate_in", "gate_out", "visit"}
    assert on_purpose == {name for name, kind in SENSOR_KINDS.items() if not kind.rests}


def test_a_home_whose_only_sensor_is_in_doubt_is_out_of_sight() -> None:
    of: Any = GRAN.model_copy(update={"sensors": GRAN.sensors[:1]})
    state = begun(datetime.fromtimestamp(START, UTC))
    for number, at in enumerate(range(START, START + 2 * DAY, 10 * MINUTE)):
        when = datetime.fromtimestamp(at, UTC)
        sign = Sign(kind="motion", at=when, key=f"k{number}", devices=frozenset(["motion-1"]))
        state = after_signal(state, sign, of, SETTING).state
    assert state.blind_since is not None
    later = datetime.fromtimestamp(START + 2 * DAY + 9 * HOUR, UTC)
    again = Sign(kind="motion", at=later, key="again", devices=frozenset(["motion-1"]))
    assert after_signal(state, again, of, SETTING).state.blind_since is None
