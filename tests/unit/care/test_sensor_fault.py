"""Which faults, and which revocation, make a sensor silent, in whatever order they are told."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.care.sensor_fault.domain import Tidings, tidings_of
from functions.care.watching.movement import after_signal
from functions.care.watching.signals import Sign
from functions.care.watching.silences import heard, outage_after, told_of
from functions.care.watching.state import Outage, Silence, WatchState, begun
from functions.care.watching.watch import Sensor, Watch
from linli.events import Fact
from linli.vocabulary.devices import DeviceFaultCleared, DeviceFaultRaised, DeviceRegistered, DeviceRevoked
from linli.vocabulary.directory import MembershipChanged
from tests.unit.care.watching.living import SETTING

NOW, HOUR = datetime(2026, 1, 5, 8, tzinfo=UTC), timedelta(hours=1)
GRAN = Watch(
    community="willow",
    person="gran",
    version=1,
    home="b1/101",
    consent="file 17",
    sensors=[Sensor(device="m", kind="motion", gateway="hub")],
)


def raised(fault: str = "lost", device: str = "m", at: datetime = NOW) -> DeviceFaultRaised:
    return DeviceFaultRaised(
        community="willow", device=device, kind="motion", fault=fault, episode="e", since=at
    )


def cleared(at: datetime, device: str = "m", behind: tuple[str, ...] = ()) -> DeviceFaultCleared:
    return DeviceFaultCleared(
        community="willow", device=device, fault="lost", episode="e", cleared_at=at, behind=[*behind]
    )


def revoked(device: str = "m", version: int | None = None) -> DeviceRevoked:
    return DeviceRevoked(community="willow", device=device, version=version)


def registered(device: str = "m", version: int | None = None) -> DeviceRegistered:
    return DeviceRegistered(community="willow", device=device, kind="infrared", version=version)


def tidings(fact: Fact, at: datetime = NOW) -> Tidings:
    found = tidings_of(fact, at)
    assert found is not None
    return found


def after(state: WatchState, fact: Fact, at: datetime) -> WatchState:
    told = tidings(fact, at)
    return heard(state, GRAN, told.silences, told.at, lost=told.lost)


def outage(facts: list[tuple[Fact, datetime]]) -> Outage:
    known = Outage()
    for fact, at in facts:
        told = tidings(fact, at)
        known = outage_after(known, told.silences[0], told.at, lost=told.lost)
    return known


def test_a_lost_sensor_is_silent_since_then() -> None:
    assert tidings(raised("lost")) == Tidings([Silence(device="m", episode="e")], NOW, lost=True)


def test_the_end_of_it_is_of_the_same_spell() -> None:
    assert tidings(cleared(NOW)) == Tidings([Silence(device="m", episode="e")], NOW, lost=False)


@pytest.mark.parametrize("fault", ["low-battery", "clock-off"])
def test_other_faults_leave_a_sensor_speaking(fault: str) -> None:
    assert tidings_of(raised(fault), NOW) is None
    assert tidings_of(cleared(NOW).model_copy(update={"fault": fault}), NOW) is None


def test_what_is_no_device_s_is_not_ours() -> None:
    assert tidings_of(MembershipChanged(community="willow", person="m", roles=[], version=1), NOW) is None


def test_a_gateway_takes_those_behind_it_along() -> None:
    fact = raised("lost", "hub").model_copy(update={"behind": ["m", "n"]})
    assert [each.device for each in tidings(fact).silences] == ["hub", "m", "n"]


# Revoked, and registered anew


REVOCATION = [(raised(), NOW - HOUR), (revoked(), NOW), (cleared(NOW), NOW)]
BACK = [*REVOCATION, (registered(), NOW + HOUR)]


@given(st.permutations(REVOCATION), st.lists(st.sampled_from(REVOCATION)))
def test_a_lost_sensor_that_is_revoked_stays_silent(
    told: list[tuple[Fact, datetime]], again: list[tuple[Fact, datetime]]
) -> None:
    state = begun(NOW - 10 * HOUR)
    for fact, at in told + again:
        state = after(state, fact, at)

    assert (state.blind_since is not None, len(state.silent)) == (True, 1)
    assert outage(told + again).lost == state.silent
    assert [each.device for each in told_of(begun(NOW), outage(told + again).lost).silent] == ["m"]


@given(st.permutations(BACK), st.lists(st.sampled_from(BACK)))
def test_one_that_is_registered_anew_is_not(
    told: list[tuple[Fact, datetime]], again: list[tuple[Fact, datetime]]
) -> None:
    state = begun(NOW - 10 * HOUR)
    for fact, at in told + again:
        state = after(state, fact, at)

    assert (state.silent, state.blind_since) == ([], None)
    assert outage(told + again).lost == []
    # and revoked again, it is
    gone = after(state, revoked(), NOW + 2 * HOUR)
    assert gone.blind_since == NOW + 2 * HOUR
    assert len(outage([*told, *again, (revoked(), NOW + 2 * HOUR)]).lost) == 1


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_the_registrys_last_word_holds_in_whatever_order_and_by_whatever_clock_it_was_told(
    minutes: list[int], chance: Random
) -> None:
    words = (registered, revoked)
    told: list[tuple[Fact, datetime]] = [
        (words[number % 2]("m", number), NOW + HOUR / 60 * minute)
        for number, minute in enumerate(minutes, start=1)
    ]
    is_gone = isinstance(told[-1][0], DeviceRevoked)
    told += chance.sample(told, len(told) // 2)
    chance.shuffle(told)
    state = begun(NOW - 10 * HOUR)
    for fact, at in told:
        state = after(state, fact, at)

    assert (state.blind_since is not None) is is_gone
    assert bool(outage(told).lost) is is_gone


def test_the_revocation_of_a_gateway_silences_those_behind_it_until_they_are_heard() -> None:
    blind = after(begun(NOW - HOUR), revoked("hub"), NOW)
    assert blind.blind_since == NOW

    sign = Sign(kind="motion", at=NOW + HOUR, key="k", devices=frozenset({"m", "hub"}))
    assert after_signal(blind, sign, GRAN, SETTING).state.blind_since is None
    assert after(blind, cleared(NOW + HOUR), NOW + HOUR).blind_since is None
    assert after(blind, registered("hub"), NOW + HOUR).blind_since is None
    assert after(blind, registered("m"), NOW + HOUR).blind_since == NOW
    assert after(blind, cleared(NOW + HOUR, "hub", ("m",)), NOW + HOUR).blind_since == NOW


def test_a_registration_says_nothing_of_what_else_silences_a_sensor() -> None:
    lost = after(begun(NOW - HOUR), raised("lost", "hub").model_copy(update={"behind": ["m"]}), NOW)
    anew = after(after(lost, revoked(), NOW + HOUR), registered(), NOW + 2 * HOUR)
    assert anew.blind_since == NOW


def test_a_heartbeat_while_it_is_being_revoked_does_not_undo_that() -> None:
    late = NOW + timedelta(seconds=1)
    for first, second in ((revoked(), cleared(late)), (cleared(late), revoked())):
        lost = after(begun(NOW - HOUR), raised(at=NOW - HOUR), NOW)
        assert after(after(lost, first, NOW), second, NOW).blind_since is not None
        known = [(raised(at=NOW - HOUR), NOW), (first, NOW), (second, NOW)]
        assert len(outage(known).lost) == 1


def test_what_a_revoked_sensor_sends_shows_that_it_is_heard() -> None:
    blind = after(begun(NOW - HOUR), revoked(), NOW)
    said = Sign(kind="motion", at=NOW, key="k-1", devices=frozenset({"m", "hub"}))
    assert after_signal(blind, said, GRAN, SETTING).state.blind_since == NOW
    later = said.model_copy(update={"at": NOW + HOUR, "key": "k-2"})
    assert after_signal(blind, later, GRAN, SETTING).state.blind_since is None
