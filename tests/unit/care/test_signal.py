"""A sensor speaks for itself, or its gateway for it, and of nothing but what it is."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.care.signal.domain import check, sign_of
from functions.care.watching.signals import Sign, Signal
from functions.care.watching.watch import Sensor
from linli.device_messages import DeviceMessage
from linli.errors import InvalidRequest
from linli.identities import Identity

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
BED = Sensor(device="bed-1", kind="bed", gateway="hub-1")


def message(action: str, device: str, sensor: str | None = None) -> DeviceMessage[Signal]:
    body = Signal(event_id="e-1", seq=1, occurred_at=NOW, sensor=sensor)
    return DeviceMessage("willow", device, action, NOW, body)


def keyed(message: DeviceMessage[Signal]) -> tuple[str, Sign]:
    return sign_of(message, Identity.of(message.correlation_id, message.body).other)


def test_the_sign_of_a_sensor_behind_a_gateway_is_the_sensors() -> None:
    sensor, sign = keyed(message("bed", "hub-1", "bed-1"))
    assert (sensor, sign.kind, sign.at, sign.key.partition("~")[0]) == ("bed-1", "bed", NOW, "hub-1:e-1")


def said(at: datetime, now: datetime = NOW, sensor: str | None = None, device: str = "motion-1") -> Sign:
    body = Signal(event_id="e-1", seq=1, occurred_at=at, sensor=sensor)
    return keyed(DeviceMessage("willow", device, "motion", now, body))[1]


def test_a_key_tells_one_content_of_an_id_from_another() -> None:
    first, later, delivered_again = said(NOW), said(NOW, NOW + HOUR), said(NOW - HOUR)
    assert first.key == later.key
    assert first.key != delivered_again.key


@pytest.mark.parametrize("year", [1970, 2000])
def test_a_sensor_without_a_clock_speaks_of_now_each_time_it_comes_in(year: int) -> None:
    dead = datetime(year, 1, 1, 0, 0, 7, tzinfo=UTC)
    first, again, later = said(dead), said(dead), said(dead, NOW + HOUR)
    assert (first.at, later.at) == (NOW, NOW + HOUR)
    assert first.key == again.key != later.key
    assert (first.doubtful, first.clock) == (True, f"a clock of {year}")


def test_what_a_gateway_without_a_clock_may_have_kept_is_not_of_now() -> None:
    dead = datetime(1970, 1, 1, 0, 0, 7, tzinfo=UTC)
    first = said(dead, sensor="motion-1", device="hub-1")
    later = said(dead, NOW + HOUR, sensor="motion-1", device="hub-1")
    assert (first.at, first.key, first.doubtful) == (dead, later.key, True)


@given(st.timedeltas(timedelta(days=-30), timedelta(minutes=5)), st.booleans())
def test_what_is_merely_late_has_its_own_time_and_is_not_in_doubt(off: timedelta, own: bool) -> None:
    sign = said(NOW + off, sensor=None if own else "motion-1", device="motion-1" if own else "hub-1")
    assert abs(sign.at - min(NOW + off, NOW)) < timedelta(milliseconds=1)
    assert (sign.doubtful, sign.dated_by_us) == (False, False)


@pytest.mark.parametrize("topic", ["nose", "gate_in", "water", "app_check_in"])
def test_what_is_no_sensors_topic_is_refused(topic: str) -> None:
    with pytest.raises(InvalidRequest):
        keyed(message(topic, "bed-1"))


@pytest.mark.parametrize("publisher", ["bed-1", "hub-1"])
def test_the_sensor_and_its_gateway_may_speak(publisher: str) -> None:
    check(BED, publisher, "bed")


@pytest.mark.parametrize(("publisher", "kind"), [("hub-2", "bed"), ("bed-1", "motion")])
def test_another_device_and_another_kind_are_refused(publisher: str, kind: str) -> None:
    with pytest.raises(InvalidRequest):
        check(BED, publisher, kind)
