"""A device's life: the newest heartbeat decides, and what a gateway explains is no fault of the device."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from functions.devices.life.vitals import (
    MOST_OUTAGES,
    Beat,
    Expected,
    Gateway,
    Vitals,
    alive_at,
    carried,
    found_again,
    heard,
    missed,
    news,
)
from linli.vocabulary.devices import HEARTBEAT_MINUTES, DevicesPolicy

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
SENSOR = Expected(timedelta(minutes=60), timedelta(minutes=180), 15)
GATEWAY = Expected(timedelta(minutes=5), timedelta(minutes=15), 15)


def at(minute: float) -> datetime:
    return NOW + timedelta(minutes=minute)


BEATS = st.builds(
    Beat,
    id=st.uuids().map(str),
    at=st.integers(0, 600).map(at),
    battery_percent=st.none() | st.integers(0, 100),
    gateway=st.none() | st.just("gateway-1"),
)


def beat(minute: float, percent: int | None = None, gateway: str | None = None) -> Beat:
    return Beat(f"beat-{minute}", at(minute), percent, None, gateway)


def seen(minute: float, expected: Expected = SENSOR) -> Vitals:
    return heard(Vitals(), beat(minute), expected)


def gateway(minute: float) -> Gateway:
    return Gateway(seen(minute, GATEWAY), GATEWAY)


def lost(vitals: Vitals, expected: Expected, minute: float) -> Vitals:
    return missed(vitals, expected, None, at(minute))


@given(st.lists(BEATS, min_size=1, max_size=8, unique_by=lambda each: each.at), st.randoms())
def test_whatever_the_order_the_newest_heartbeat_says_when_it_was_there(
    beats: list[Beat], random: object
) -> None:
    shuffled = list(beats)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  Hypothesis types it as an object
    vitals = Vitals()
    for each in [*shuffled, *shuffled]:
        vitals = heard(vitals, each, SENSOR)

    newest = max(beats, key=lambda each: each.at)
    assert (vitals.seen_at, vitals.beat, vitals.gateway) == (newest.at, newest.id, newest.gateway)
    assert vitals.due_at == newest.at + SENSOR.allowed


@given(st.lists(st.tuples(st.integers(0, 900), st.booleans()), max_size=30))
def test_each_loss_is_told_once_and_is_over_before_the_next(steps: list[tuple[int, bool]]) -> None:
    vitals, told = Vitals(), []
    for minute, comes in sorted(steps):
        before = vitals
        vitals = heard(vitals, beat(minute), SENSOR) if comes else missed(vitals, SENSOR, None, at(minute))
        told += news(before, vitals)
        due_again = vitals.due_at is None or vitals.due_at > at(minute)
        assert comes or due_again, "what was looked at is not due any more"

    began = [each.episode for each in told if each.began]
    assert len(began) == len(set(began))
    assert [each.began for each in told] == [n % 2 == 0 for n in range(len(told))]


@given(st.integers(0, 170), st.integers(181, 400))
def test_an_old_heartbeat_does_not_bring_a_lost_device_back(replayed: int, declared: int) -> None:
    gone = lost(seen(0), SENSOR, declared)
    assert gone.lost is not None

    late = heard(gone, beat(min(replayed, declared - 180)), SENSOR)

    assert late.lost == gone.lost
    assert late.due_at is None
    assert heard(late, beat(declared), SENSOR).lost is None


def test_a_repeated_or_older_heartbeat_changes_nothing() -> None:
    vitals = heard(Vitals(), beat(10, 80), SENSOR)

    assert heard(vitals, beat(10, 5), SENSOR) is vitals
    assert heard(vitals, beat(9, 5), SENSOR) is vitals


def test_a_device_that_was_never_heard_is_not_expected() -> None:
    assert missed(Vitals(), SENSOR, None, at(10_000)) == Vitals()
    assert carried(Vitals(), beat(0), GATEWAY) == Vitals()


PERCENTS = st.lists(st.integers(0, 100), min_size=1, max_size=30)


def told_of_batteries(percents: list[int], minutes: int = 60) -> list[bool]:
    """What is told of a battery by heartbeats so many minutes apart: that it is low, that it is well."""
    vitals, told = Vitals(), []
    for number, percent in enumerate(percents):
        before = vitals
        vitals = heard(vitals, beat(number * minutes, percent), SENSOR)
        told += [each.began for each in news(before, vitals) if each.fault == "low-battery"]
    return told


@given(PERCENTS)
def test_a_battery_is_low_at_once_and_told_of_once_until_it_is_well(percents: list[int]) -> None:
    told = told_of_batteries(percents)
    assert told == [number % 2 == 0 for number in range(len(told))], "low and well in turn"
    assert bool(told) == any(percent <= 15 for percent in percents)


@example([15, 21, 15, 21, 15, 39])
@given(st.lists(st.integers(1, 39), min_size=1, max_size=50))
def test_a_battery_that_wavers_about_the_limit_is_one_low_battery(percents: list[int]) -> None:
    assert told_of_batteries(percents) in ([], [True])


@example([10, 95] * 40)
@given(st.lists(st.sampled_from([0, 10, 15, 50, 95, 100]), max_size=160))
def test_a_gauge_that_jumps_opens_no_tickets_for_ever(percents: list[int]) -> None:
    days = len(percents) // 24 + 1
    assert told_of_batteries(percents).count(True) <= 1 + days


def test_a_charged_battery_is_well_at_once_and_a_wavering_one_after_a_day() -> None:
    assert told_of_batteries([12, 40]) == [True, False]
    assert told_of_batteries([12, 40, 12] + [90] * 24) == [True, False, True]
    assert told_of_batteries([12, 40, 12] + [90] * 25) == [True, False, True, False]
    assert told_of_batteries([12, 40, 12] + [90] * 20 + [20] + [90] * 20) == [True, False, True]


def test_a_battery_that_is_empty_again_after_weeks_does_not_waver() -> None:
    assert told_of_batteries([12, 90, 90, 12, 90], minutes=60 * 24 * 4) == [True, False, True, False]


def test_a_heartbeat_without_a_battery_keeps_what_is_known() -> None:
    vitals = heard(heard(Vitals(), beat(0, 10), SENSOR), beat(1), SENSOR)

    assert (vitals.battery_percent, vitals.low is not None) == (10, True)


# Behind a gateway


def test_behind_a_lost_gateway_nobody_is_lost_and_later_everybody_has_the_rest_of_their_time() -> None:
    down = Gateway(lost(seen(0, GATEWAY), GATEWAY, 15), GATEWAY)
    sensor = heard(Vitals(), beat(0, gateway="gateway-1"), SENSOR)

    waiting = missed(sensor, SENSOR, down, at(180))
    assert (waiting.lost, waiting.due_at) == (None, at(240))

    up = Gateway(heard(down.vitals, beat(300), GATEWAY), GATEWAY)
    waiting = missed(waiting, SENSOR, up, at(300))
    assert (waiting.lost, waiting.due_at) == (None, at(480))

    still_up = Gateway(heard(up.vitals, beat(481), GATEWAY), GATEWAY)
    assert missed(waiting, SENSOR, still_up, at(481)).lost is not None


@given(st.integers(1, 240), st.integers(2, 240), st.integers(2, 5))
def test_a_power_failure_is_one_fault_whoever_is_due_first(
    sensor_minutes: int, gateway_minutes: int, times: int
) -> None:
    # Given a sensor and its gateway, silent from the same moment on
    small = Expected(timedelta(minutes=sensor_minutes), timedelta(minutes=sensor_minutes * times), 15)
    big = Expected(timedelta(minutes=gateway_minutes), timedelta(minutes=gateway_minutes * times), 15)
    sensor, above = heard(Vitals(), beat(0, gateway="gateway-1"), small), seen(0, big)

    # When every minute somebody looks at what is due
    for minute in range(1, times * (sensor_minutes + gateway_minutes) + 10, 3):
        sensor = missed(sensor, small, Gateway(above, big), at(minute))
        above = missed(above, big, None, at(minute))

    # Then only the gateway is lost
    assert (sensor.lost, above.lost is not None) == (None, True)


def lost_behind(goes: list[tuple[int, int]], until: int, heard_at: range = range(0, 1, 60)) -> int | None:
    """The minute a sensor is lost whose gateway is there, and then is not, for so many minutes each time.

    The sensor speaks `heard_at` these minutes, unless nobody is there to hear it. None: it is not lost.
    """
    gone, begins = set[int](), 0
    for there, away in goes:
        gone |= {*range(begins + there, begins + there + away)}
        begins += there + away
    sensor, above = Vitals(), Vitals()
    for minute in range(0, until + 1, 5):
        if minute not in gone:
            above = heard(above, beat(minute), GATEWAY)
            if minute in heard_at:
                sensor = heard(sensor, beat(minute, gateway="gateway-1"), SENSOR)
        above = missed(above, GATEWAY, None, at(minute))
        sensor = missed(sensor, SENSOR, Gateway(above, GATEWAY), at(minute))
        if sensor.lost is not None:
            return minute
    return None


fives = st.integers(2, 80).map(lambda n: 5 * n)  # minutes: each time is noticed, and told


@example([(125, 20)] * 30)
@given(st.lists(st.tuples(fives, fives.filter(lambda minutes: minutes >= 20)), max_size=12))
def test_who_never_speaks_again_is_lost_however_often_its_gateway_goes(goes: list[tuple[int, int]]) -> None:
    # Given a gateway that goes and comes; each time, ten minutes more are known of it as lost
    by = SENSOR.allowed + SENSOR.every + sum((timedelta(minutes=away + 10) for _, away in goes), timedelta())

    # When a sensor behind it was heard at its beginning, and never again
    minute = lost_behind(goes, int(by / timedelta(minutes=1)) + GATEWAY.every.seconds // 60)

    # Then it is lost, and not before the gateway was there for as long as it is allowed to be silent
    assert minute is not None
    there = minute
    for n, (_, away) in enumerate(goes[:MOST_OUTAGES]):
        begins = sum(up + down for up, down in goes[:n]) + goes[n][0]
        there -= max(0, min(away, minute - begins))
    assert len(goes) > MOST_OUTAGES or there >= SENSOR.allowed / timedelta(minutes=1)


@given(st.integers(1, 100), st.integers(4, 500), st.integers(0, 11))
def test_after_a_power_failure_of_any_length_nobody_is_lost_who_lives(
    fails: int, takes: int, phase: int
) -> None:
    speaks = range(5 * phase, 10_000, 60)
    assert lost_behind([(5 * fails, 5 * takes)], 5 * (fails + takes) + 600, speaks) is None


def test_who_was_overdue_before_its_gateway_was_lost_is_lost_itself() -> None:
    sensor = heard(Vitals(), beat(0, gateway="gateway-1"), SENSOR)
    down = Gateway(lost(seen(181, GATEWAY), GATEWAY, 196), GATEWAY)

    assert missed(sensor, SENSOR, down, at(200)).lost is not None


def test_a_sensor_is_lost_by_itself_while_its_gateway_is_heard() -> None:
    sensor = heard(Vitals(), beat(0, gateway="gateway-1"), SENSOR)

    waiting = missed(sensor, SENSOR, gateway(178), at(180))
    assert (waiting.lost, waiting.due_at) == (None, at(183))
    assert missed(waiting, SENSOR, gateway(183), at(183)).lost is not None


def test_a_gateway_that_never_spoke_explains_nothing() -> None:
    sensor = heard(Vitals(), beat(0, gateway="gateway-1"), SENSOR)

    assert missed(sensor, SENSOR, Gateway(Vitals(), GATEWAY), at(180)).lost is not None


def test_what_it_carried_keeps_a_gateway_alive_at_little_cost() -> None:
    known = seen(0, GATEWAY)

    assert carried(known, beat(2), GATEWAY) is known
    assert carried(known, beat(3), GATEWAY).due_at == at(18)
    assert carried(lost(known, GATEWAY, 20), beat(21), GATEWAY).lost is None


def test_who_comes_another_way_than_by_a_lost_gateway_is_seen_again() -> None:
    before = heard(Vitals(), beat(0, gateway="gateway-1"), SENSOR)
    after = heard(before, beat(30), SENSOR)
    down = Gateway(lost(seen(0, GATEWAY), GATEWAY, 15), GATEWAY)

    assert found_again(before, after, down) is not None
    assert found_again(before, after, None) is not None
    assert found_again(before, after, gateway(29)) is None
    assert found_again(replace(before, lost="lost-1"), after, down) is None


def test_what_waited_in_a_gateway_proves_no_more_than_the_time_it_was_sent() -> None:
    sent, received = at(0), at(120)
    assert alive_at(sent, received, received, None) == received
    assert alive_at(sent, received, received, "gateway-1") == sent
    assert alive_at(at(121), at(121), received, "gateway-1") == received


@pytest.mark.parametrize("kind", HEARTBEAT_MINUTES)
def test_every_kind_is_expected_and_a_community_may_say_how_often(kind: str) -> None:
    policy = DevicesPolicy.model_validate({"heartbeat_minutes": {kind: 7}, "missed": 2})

    assert Expected.of(kind, policy).allowed == timedelta(minutes=14)  # type: ignore[arg-type]  they are kinds
    assert Expected.of(kind, DevicesPolicy()).every.total_seconds() == HEARTBEAT_MINUTES[kind] * 60  # type: ignore[arg-type, index]
