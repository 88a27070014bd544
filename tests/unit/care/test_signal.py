"""A sensor speaks for itself, or its gateway for it, and of nothing but what it is."""

from datetime import UTC, datetime

import pytest

from functions.care.signal.domain import check, sign_of
from functions.care.signals import Signal
from functions.care.watches import Sensor
from linli.device_messages import DeviceMessage
from linli.errors import InvalidRequest

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
BED = Sensor(device="bed-1", kind="bed", gateway="hub-1")


def message(action: str, device: str, sensor: str | None = None) -> DeviceMessage[Signal]:
    body = Signal(event_id="e-1", seq=1, occurred_at=NOW, sensor=sensor)
    return DeviceMessage("willow", device, action, NOW, body)


def test_the_sign_of_a_sensor_behind_a_gateway_is_the_sensors() -> None:
    sensor, sign = sign_of(message("bed", "hub-1", "bed-1"))
    assert (sensor, sign.kind, sign.at, sign.key) == ("bed-1", "bed", NOW, "hub-1:e-1")


@pytest.mark.parametrize("topic", ["nose", "gate_in", "water", "app_check_in"])
def test_what_is_no_sensors_topic_is_refused(topic: str) -> None:
    with pytest.raises(InvalidRequest):
        sign_of(message(topic, "bed-1"))


@pytest.mark.parametrize("publisher", ["bed-1", "hub-1"])
def test_the_sensor_and_its_gateway_may_speak(publisher: str) -> None:
    check(BED, publisher, "bed")


@pytest.mark.parametrize(("publisher", "kind"), [("hub-2", "bed"), ("bed-1", "motion")])
def test_another_device_and_another_kind_are_refused(publisher: str, kind: str) -> None:
    with pytest.raises(InvalidRequest):
        check(BED, publisher, kind)
