"""Kinds of signals: each has its topic rule, and a time that can be trusted."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from functions.care.signals import SENSOR_KINDS, Signal, happened_at
from linli.device_messages import DeviceMessage
from linli_cli.actions import topic_rules

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)


def message(occurred_at: datetime, received_at: datetime = NOW) -> DeviceMessage[Signal]:
    return DeviceMessage(
        "willow", "m", "motion", received_at, Signal(event_id="e", seq=1, occurred_at=occurred_at)
    )


def test_every_topic_of_a_sensor_has_a_rule_and_every_rule_a_sensor() -> None:
    topics = {kind.topic for kind in SENSOR_KINDS.values()} - {None}
    ruled = {topic for action, topic, _ in topic_rules("care") if action in {"signal", "sos"}}
    assert ruled >= topics
    assert {topic for action, topic, _ in topic_rules("care") if action == "signal"} <= topics


def test_a_topic_is_the_kind_it_is_of() -> None:
    assert all(kind.topic in {None, name} for name, kind in SENSOR_KINDS.items())


@given(st.timedeltas(timedelta(days=-400), timedelta(days=400)))
def test_what_happened_is_never_in_the_future_and_old_stays_old(off: timedelta) -> None:
    happened = happened_at(message(NOW + off))
    assert happened <= NOW
    if off <= timedelta():
        assert abs(happened - (NOW + off)) < timedelta(milliseconds=1)
