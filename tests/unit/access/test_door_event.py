"""Which door events raise an alarm."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from functions.access.door_event.domain import ends, facts_of
from functions.access.door_event.models import DoorEvent
from linli.device_messages import DeviceMessage
from linli.vocabulary.access import GateAlarmRaised

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)


def message(**told: Any) -> DeviceMessage[DoorEvent]:
    event = DoorEvent(event_id="e-1", seq=1, occurred_at=NOW, **told)
    return DeviceMessage("willow", "gate-1", "door_event", NOW, event)


@pytest.mark.parametrize("alarm", ["forced", "held_open"])
def test_a_forced_or_held_door_raises_its_alarm(alarm: str) -> None:
    (fact,) = facts_of(message(door=alarm))
    assert isinstance(fact, GateAlarmRaised)
    assert (fact.alarm, fact.gate, fact.occurred_at) == (alarm, "gate-1", NOW)


def test_a_door_that_was_held_open_has_closed_when_it_says_so_later() -> None:
    closed = message(door="closed")
    assert ends(closed, NOW)
    assert ends(closed, NOW - timedelta(hours=1))
    assert not ends(closed, NOW + timedelta(seconds=1))
    assert not ends(closed, None)
    assert not ends(message(door="held_open"), NOW)


@pytest.mark.parametrize("told", [{"door": "closed"}, {"door": "entered", "pass_event_id": "e-0"}])
def test_ordinary_use_raises_none(told: dict[str, Any]) -> None:
    assert facts_of(message(**told)) == []


@pytest.mark.parametrize("told", [{"door": "entered"}, {"door": "forced", "pass_event_id": "e-0"}])
def test_an_entry_names_its_pass_and_nothing_else_does(told: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="pass_event_id"):
        message(**told)
