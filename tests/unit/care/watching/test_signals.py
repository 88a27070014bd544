"""Kinds of signals: each has its topic rule, and a time that can be trusted."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.care.watching.signals import SENSOR_KINDS, Signal, happened_at, is_reused
from linli.device_messages import LONGEST_OFFLINE, DeviceMessage
from linli_cli.develop.actions import topic_rules
from linli_cli.layout import ROOT

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)


def message(occurred_at: datetime, received_at: datetime = NOW) -> DeviceMessage[Signal]:
    return DeviceMessage(
        "willow", "m", "motion", received_at, Signal(event_id="e", seq=1, occurred_at=occurred_at)
    )


def test_every_topic_of_a_sensor_has_a_rule_and_every_rule_a_sensor() -> None:
    topics = {kind.topic for kind in SENSOR_KINDS.values()} - {None}
    ruled = {rule.topic for rule in topic_rules("care") if rule.action in {"signal", "sos"}}
    assert ruled >= topics
    assert {rule.topic for rule in topic_rules("care") if rule.action == "signal"} <= topics


def test_a_sensor_is_answered_on_every_topic_and_nowhere_else() -> None:
    policy = json.loads((ROOT / "functions/care/signal/policy.json").read_text(encoding="utf-8"))
    answers = next(each for each in policy["Statement"] if each["Action"] == ["iot:Publish"])["Resource"]
    answered = {each["Fn::Sub"].rpartition("topic/")[2] for each in answers}
    topics = {rule.topic for rule in topic_rules("care") if rule.action == "signal"}
    assert answered == {f"linli/*/*/{topic}/reply" for topic in topics}


def test_a_topic_is_the_kind_it_is_of() -> None:
    assert all(kind.topic in {None, name} for name, kind in SENSOR_KINDS.items())


@given(st.timedeltas(timedelta(days=-400), timedelta(days=400)))
def test_what_happened_is_never_in_the_future_and_old_stays_old(off: timedelta) -> None:
    happened = happened_at(message(NOW + off))
    assert happened <= NOW
    if -LONGEST_OFFLINE <= off <= timedelta():
        assert abs(happened - (NOW + off)) < timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("key", "others", "reused"),
    [
        ("m:e-1~aa", [], False),
        ("m:e-1~aa", ["m:e-1~aa"], False),
        ("m:e-1~aa", ["m:e-1~bb"], True),
        ("m:e-1~aa@2026", ["m:e-1~aa@2025"], False),
        ("m:e-1~aa", ["m:e-11~bb", "n:e-1~bb"], False),
        ("m:e-1~aa", ["m:e-1"], False),  # kept before keys said what was told
        ("willow-resident-1:e-1", ["willow-resident-1:e-1"], False),
    ],
)
def test_an_id_is_reused_when_it_said_something_else_before(
    key: str, others: list[str], reused: bool
) -> None:
    assert is_reused(key, others) is reused
