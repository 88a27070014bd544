"""Sensors that are lost or revoked: silence of devices is not the person's."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from functions.care.watching.state import Silence
from linli.events import Fact
from linli.vocabulary.devices import DeviceFaultCleared, DeviceFaultRaised, DeviceRegistered, DeviceRevoked
from tests.integration.gateway import NOW
from tests.integration.messages import batch, told
from tests.integration.neighbourhood import GRANNY
from tests.integration.people import WILLOW_MANAGER
from tests.integration.watching_over import (  # noqa: F401  the fixtures
    AT,
    COLD,
    DAUGHTER,
    GRAN,
    HOUR,
    MINUTE,
    Neighbourhood,
    neighbourhood,
    watched_over,
)


def fault(device: str, *, lost: bool = True, episode: str = "ep", kind: str = "lost") -> Fact:
    about: dict[str, Any] = {
        "community": "willow", "device": device, "kind": "sensor", "fault": kind, "episode": episode
    }  # fmt: skip
    return DeviceFaultRaised(**about, since=NOW) if lost else DeviceFaultCleared(**about, cleared_at=NOW)


def test_all_sensors_silent_is_a_duty_at_once_and_the_alert_still_on_time(willow: Neighbourhood) -> None:
    # Given a sign of life
    willow.sensor("motion", NOW - HOUR)
    due = willow.vigil().due_at

    # When one sensor after another is lost
    assert willow.fact("sensor_fault", fault("willow-door-1"), fault("willow-motion-1")) == [
        "taken_in",
        "taken_in",
    ]
    assert willow.duties() == []
    assert willow.fact("sensor_fault", fault("willow-hub-1")) == ["cannot_see"]

    # Then staff are to look, and the deadline is what it was
    assert willow.duties() == [f"cannot_see#{GRAN}"]
    assert willow.vigil().due_at == due == NOW - HOUR + COLD
    assert willow.minute(NOW - HOUR + COLD) == ["opened"]
    (alert,) = willow.alerts()
    assert alert["reason"] == "cannot_see"


def test_a_sensor_that_is_back_settles_the_duty(willow: Neighbourhood) -> None:
    devices = ("willow-motion-1", "willow-door-1", "willow-bed-1")
    willow.fact("sensor_fault", *(fault(device) for device in devices))
    assert willow.duties() == [f"cannot_see#{GRAN}"]
    assert willow.fact("sensor_fault", fault("willow-bed-1", lost=False)) == ["seen_again"]
    assert willow.duties() == []


def behind_the_hub(at: datetime, *, lost: bool, behind: list[str]) -> Fact:
    about: dict[str, Any] = {
        "community": "willow", "device": "willow-hub-9", "fault": "lost", "episode": "power", "behind": behind
    }  # fmt: skip
    if lost:
        return DeviceFaultRaised(**about, kind="gateway", since=at)
    return DeviceFaultCleared(**about, cleared_at=at)


def test_a_lost_gateway_blinds_whom_the_sensors_behind_it_serve(willow: Neighbourhood) -> None:
    # Given a gateway that the settings do not know of, as any that stands in the stairway
    seeing = ["willow-motion-1", "willow-bed-1"]

    # When it is lost, with all sensors that see the home
    assert willow.fact("sensor_fault", behind_the_hub(NOW, lost=True, behind=seeing)) == ["cannot_see"]
    assert willow.duties() == [f"cannot_see#{GRAN}"]

    # Then they are silent until it is back with them, and not with others
    assert willow.fact("sensor_fault", behind_the_hub(NOW + HOUR, lost=False, behind=["other"])) == [
        "not_watched"
    ]
    assert willow.duties() == [f"cannot_see#{GRAN}"]
    back = behind_the_hub(NOW + HOUR, lost=False, behind=seeing[:1])
    assert willow.fact("sensor_fault", back) == ["seen_again"]
    assert willow.duties() == []
    assert [each.device for each in willow.vigil().state.silent] == seeing[1:]


def test_a_sensor_that_speaks_again_settles_the_duty(
    willow: Neighbourhood, meanwhile: Callable[[str, Callable[[], object]], None]
) -> None:
    seeing = ["willow-motion-1", "willow-bed-1"]
    willow.fact("sensor_fault", behind_the_hub(NOW, lost=True, behind=seeing))
    meanwhile("TransactWriteItems", lambda: willow.sensor("door", NOW + MINUTE))

    assert willow.sensor("motion", NOW + 2 * MINUTE) == "moved"

    assert willow.duties() == []
    assert willow.vigil().state.blind_since is None
    assert willow.vigil().state.seen_at == NOW + 2 * MINUTE


def test_faults_that_arrive_in_the_wrong_order_or_are_of_another_kind_blind_nobody(
    willow: Neighbourhood,
) -> None:
    assert willow.fact("sensor_fault", fault("willow-motion-1", lost=False), fault("willow-motion-1")) == [
        "taken_in",
        "unchanged",
    ]
    assert willow.fact("sensor_fault", fault("willow-door-1", kind="low-battery")) == ["not_ours"]
    assert willow.vigil().state.silent == []


def test_settings_without_the_lost_sensors_can_see_again(willow: Neighbourhood) -> None:
    devices = ("willow-motion-1", "willow-door-1", "willow-bed-1")
    willow.fact("sensor_fault", *(fault(device) for device in devices))
    willow.set_up(sensors=[{"device": "willow-motion-2", "kind": "motion"}])
    assert willow.duties() == []


def test_a_second_watch_does_not_deafen_the_first(willow: Neighbourhood) -> None:
    path = "/communities/willow/watches/willow-resident-2"
    for sensor in ({"kind": "lamp"}, {"kind": "motion", "gateway": "willow-hub-1"}):
        body = {**GRANNY, "sensors": [{"device": "willow-motion-1", **sensor}]}
        answer = willow.http(willow.app, "PUT", path, body=body, now=NOW, **WILLOW_MANAGER)
        assert (answer.status, answer.body.get("sensor")) == (409, "willow-motion-1")
    willow.set_up("willow-resident-2", sensors=[{"device": "willow-motion-1", "kind": "motion"}])
    assert willow.sensor("motion", NOW) == "moved"


def test_sensors_that_are_lost_already_blind_a_watch_that_begins(willow: Neighbourhood) -> None:
    willow.fact("sensor_fault", fault("willow-motion-1"), fault("willow-bed-1"), fault("willow-lamp-9"))
    assert willow.http(willow.app, "DELETE", AT, now=NOW, **WILLOW_MANAGER).status == 204
    assert willow.duties() == []
    willow.set_up()
    willow.set_up("willow-resident-2", sensors=[{"device": "willow-lamp-9", "kind": "lamp"}])
    assert willow.duties() == [f"cannot_see#{GRAN}", "cannot_see#willow-resident-2"]
    assert willow.vigil().state.blind_since is not None


def devices_tell(willow: Neighbourhood, at: datetime, *facts: Fact) -> list[str]:
    bodies = [told(each, f"device-{next(willow.numbers)}", at) for each in facts]
    return list(willow.invoke(willow.app, "sensor_fault", batch(*bodies))["outcomes"])


@pytest.mark.parametrize("fault_first", [True, False])
def test_who_revokes_dead_sensors_sees_no_more_than_before(willow: Neighbourhood, fault_first: bool) -> None:
    # Given a home that nobody sees, since all that would tell of it is lost
    seeing = ["willow-motion-1", "willow-bed-1"]
    devices_tell(willow, NOW, *(fault(each) for each in seeing))
    assert willow.duties() == [f"cannot_see#{GRAN}"]

    # When staff revoke them, with which the faults are over
    at = NOW + HOUR
    for device in seeing:
        over = DeviceFaultCleared(
            community="willow", device=device, fault="lost", episode="ep", cleared_at=at
        )
        facts: list[Fact] = [DeviceRevoked(community="willow", device=device), over]
        devices_tell(willow, at, *(facts[::-1] if fault_first else facts))

    # Then they are to look, family reads so, and whoever sets up a watch with such a sensor is told
    assert willow.duties() == [f"cannot_see#{GRAN}"]
    relative = willow.http(willow.app, "GET", f"/communities/willow/relatives/{GRAN}", **DAUGHTER)
    assert relative.body["how"] == "cannot_see"
    assert willow.vigil().state.silent == [
        Silence(device=each, episode=f"revoked-{round(at.timestamp() * 1000)}", since=at) for each in seeing
    ]
    assert willow.http(willow.app, "DELETE", AT, now=at, **WILLOW_MANAGER).status == 204
    willow.set_up()
    assert willow.duties() == [f"cannot_see#{GRAN}"]

    # Until one is registered anew
    anew = DeviceRegistered(community="willow", device=seeing[0], kind="infrared")
    assert devices_tell(willow, at + HOUR, anew) == ["seen_again"]
    assert willow.duties() == []


def test_a_sensor_revoked_behind_a_living_gateway_is_silent_until_it_speaks(willow: Neighbourhood) -> None:
    revoked = [DeviceRevoked(community="willow", device=f"willow-{kind}-1") for kind in ("motion", "bed")]
    assert devices_tell(willow, NOW, *revoked) == ["taken_in", "cannot_see"]
    willow.sensor("door", NOW + MINUTE)
    assert willow.duties() == [f"cannot_see#{GRAN}"]

    willow.sensor("bed", NOW + 2 * MINUTE, device="willow-hub-1", sensor="willow-bed-1")
    assert willow.duties() == []
    assert devices_tell(willow, NOW, revoked[1]) == ["unchanged"], "told again"


def test_a_device_that_is_registered_the_first_time_changes_nobody(willow: Neighbourhood) -> None:
    first = [
        DeviceRegistered(community="willow", device=each, kind="infrared") for each in ("new", "willow-hub-1")
    ]
    assert devices_tell(willow, NOW, *first) == ["not_watched", "taken_in"]
    assert willow.vigil().state.silent == []
