"""Where nothing comes through at all, nobody is lost by that."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from functions.devices.life.standstill import (
    EVERY,
    GRACE,
    HELD_FOR,
    INDEPENDENT,
    STILL_AFTER,
    VOICES,
    Pulse,
    felt,
    stands_still,
    together,
)

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
beats = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 300)), max_size=40)


def after(told: list[tuple[int, int]]) -> Pulse | None:
    pulse: Pulse | None = None
    for device, minute in told:
        pulse = felt(pulse, f"d-{device}", START + minute * MINUTE, MINUTE) or pulse
    return pulse


@given(beats, st.integers(0, 400))
def test_nothing_stands_still_but_when_enough_devices_are_missing_together(
    told: list[tuple[int, int]], minute: int
) -> None:
    pulse, now = after(told), START + minute * MINUTE
    if not stands_still(pulse, now):
        return
    assert pulse is not None
    assert STILL_AFTER < now - pulse.at <= HELD_FOR
    assert sum(by + GRACE < now for by in pulse.next_by.values()) >= INDEPENDENT


@given(beats)
def test_the_pulse_is_of_the_newest_beat_to_the_minute_and_remembers_few(told: list[tuple[int, int]]) -> None:
    pulse = after(told)
    assert (pulse is None) is (not told)
    if pulse is not None:
        newest = max(START + minute * MINUTE for _, minute in told)
        assert timedelta() <= newest - pulse.at < EVERY
        assert len(pulse.next_by) <= VOICES


def test_three_silent_devices_are_a_standstill_for_an_hour_and_two_are_not() -> None:
    three, two = after([(1, 0), (2, 0), (3, 0)]), after([(1, 0), (2, 0)])
    assert stands_still(three, START + 6 * MINUTE)
    assert not stands_still(three, START + HELD_FOR + MINUTE)
    assert not stands_still(two, START + 6 * MINUTE)


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 90)), min_size=1), st.integers(0, 200))
def test_felt_in_shares_it_stands_still_when_all_of_them_do(told: list[tuple[int, int]], minute: int) -> None:
    shares = [after([each for each in told if each[0] % 4 == share]) for share in range(4)]
    felt_in, now = [pulse for pulse in shares if pulse], START + minute * MINUTE
    whole = together(felt_in)
    assert whole is not None
    assert whole.at == max(pulse.at for pulse in felt_in)
    if any(now - pulse.at <= STILL_AFTER for pulse in felt_in):
        assert not stands_still(whole, now)


def test_of_nothing_felt_nothing_is_known() -> None:
    assert together([]) is None
