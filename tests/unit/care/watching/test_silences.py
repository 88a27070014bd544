"""Sensors and gateways that are lost and heard again, in whatever order it is told."""

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from functions.care.watching.deadlines import due_at, judged
from functions.care.watching.signals import Sign
from functions.care.watching.silences import heard, outage_after
from functions.care.watching.state import Outage, Silence, WatchState, begun
from functions.care.watching.watch import Sensor
from tests.unit.care.watching.living import (
    GRAN,
    HOUR,
    MINUTE,
    NOW,
    SENSORS,
    SETTING,
    at_home,
    sign,
    told,
    watch,
)


def lost(
    state: WatchState, *devices: str, lost: bool = True, episode: str = "e1", at: datetime = NOW
) -> WatchState:
    return heard(state, GRAN, [Silence(device=each, episode=episode) for each in devices], at, lost=lost)


def spoken(kind: str, at: datetime, *devices: str) -> Sign:
    return sign(kind, at).model_copy(update={"devices": frozenset(devices)})


def test_all_that_tells_of_the_home_silent_is_cannot_see_and_the_deadline_stays() -> None:
    home = at_home()
    one = lost(lost(home, "motion-1"), "door-1")
    assert one.blind_since is None
    blind = lost(one, "hub-1")
    assert blind.blind_since == NOW
    assert due_at(blind, GRAN, SETTING) == due_at(home, GRAN, SETTING)
    judgement = judged(blind, GRAN, SETTING, NOW + 12 * HOUR)
    assert judgement.reason == "cannot_see"
    assert judgement.words.startswith("no sensor in the home can be heard since Mon 05 Jan 16:00")
    assert lost(blind, "hub-1", lost=False).blind_since is None


def test_a_door_that_still_speaks_sees_nothing_of_the_home() -> None:
    assert lost(lost(at_home(), "motion-1"), "bed-1").blind_since == NOW


def test_where_nothing_tells_of_the_home_all_sensors_have_to_be_lost() -> None:
    button, door = Sensor(device="button-1", kind="call_button"), SENSORS[1]
    of, state = watch(sensors=[button, door]), begun(NOW)
    for device, blind in (("button-1", False), ("door-1", True)):
        state = heard(state, of, [Silence(device=device, episode="e1")], NOW, lost=True)
        assert bool(state.blind_since) == blind


def test_the_end_of_a_silence_may_arrive_before_its_beginning() -> None:
    cleared = lost(at_home(), "motion-1", lost=False)
    assert lost(cleared, "motion-1").silent == []
    assert lost(cleared, "motion-1", episode="e2").silent == [
        Silence(device="motion-1", episode="e2", since=NOW)
    ]


@given(
    st.permutations([(d, e, o) for d in ("motion-1", "hub-1") for e in ("e1", "e2") for o in (True, False)])
)
def test_once_every_silence_is_over_nothing_is_silent(told_in_any_order: list[tuple[str, str, bool]]) -> None:
    state = at_home()
    for device, episode, gone in told_in_any_order:
        state = lost(state, device, lost=gone, episode=episode)
    assert state.silent == []
    assert state.blind_since is None


def test_a_sensor_that_speaks_is_heard_whatever_was_said_of_it() -> None:
    blind = lost(lost(at_home(), "hub-1", "bed-1"), "motion-1", episode="e2")
    assert blind.blind_since == NOW
    sees = told(blind, spoken("motion", NOW + MINUTE, "motion-1"))
    assert (sees.blind_since, [each.device for each in sees.silent]) == (None, ["hub-1", "bed-1"])
    assert lost(sees, "motion-1", episode="e2") == sees  # the fault, told again
    assert lost(sees, "motion-1", episode="e3", at=NOW + HOUR).blind_since == NOW + HOUR


def test_what_a_sensor_sent_before_it_was_lost_does_not_show_that_it_speaks() -> None:
    blind = lost(at_home(), "motion-1", "bed-1", at=NOW + HOUR)
    assert told(blind, spoken("motion", NOW + MINUTE, "motion-1")).blind_since == NOW + HOUR


def test_a_sensor_that_speaks_but_does_not_count_is_heard_all_the_same() -> None:
    of = watch(pets=True, counts=["motion"])
    silences = [Silence(device=each, episode="e1") for each in ("motion-1", "bed-1")]
    blind = heard(begun(NOW), of, silences, NOW, lost=True)
    later = told(blind, sign("gate_in", NOW + HOUR), of=of)
    assert later.blind_since == NOW
    assert told(later, spoken("motion", NOW + MINUTE, "motion-1"), of=of).blind_since is None


def test_who_publishes_for_a_sensor_is_heard_with_it() -> None:
    blind = lost(lost(at_home(), "hub-1", "bed-1"), "motion-1")
    assert told(blind, spoken("bed", NOW + MINUTE, "bed-1", "hub-1")).silent == [
        Silence(device="motion-1", episode="e1", since=NOW)
    ]


def test_a_gateway_that_is_back_leaves_those_silent_that_it_does_not_name() -> None:
    blind = lost(lost(at_home(), "hub-1", "bed-1"), "motion-1")
    back = lost(blind, "hub-1", lost=False, at=NOW + HOUR)
    assert back.blind_since == NOW
    assert lost(back, "bed-1", lost=False, at=NOW + HOUR).blind_since is None
    assert lost(blind, "hub-1", "bed-1", lost=False, at=NOW + HOUR).blind_since is None


def test_one_that_comes_another_way_than_by_its_lost_gateway_is_heard() -> None:
    blind = lost(lost(at_home(), "hub-1", "bed-1"), "motion-1")
    assert lost(blind, "bed-1", lost=False, episode="unseen-1", at=NOW + HOUR).blind_since is None
    assert lost(blind, "bed-1", lost=False, episode="older", at=NOW - HOUR).blind_since == NOW


def test_a_silence_of_the_sensors_teaches_nothing() -> None:
    home = told(at_home(), sign("motion", NOW + MINUTE))
    blind = lost(lost(home, "motion-1"), "hub-1")
    heard_again = lost(blind, "hub-1", lost=False)
    assert told(heard_again, sign("bed", NOW + 8 * HOUR)).rhythm == home.rhythm


def test_the_end_of_an_outage_may_be_told_before_its_beginning() -> None:
    lost = Silence(device="motion-1", episode="e1")
    first = outage_after(Outage(), lost, NOW + HOUR, lost=False)
    assert outage_after(first, lost, NOW, lost=True).lost == []
    begun = outage_after(Outage(), lost, NOW, lost=True)
    assert [each.spell for each in begun.lost] == [lost.spell]
    assert outage_after(begun, lost, NOW, lost=True) == begun
    other = Silence(device="motion-1", episode="unseen-1")
    assert outage_after(begun, other, NOW + HOUR, lost=False).lost == []
