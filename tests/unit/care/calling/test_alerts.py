"""Care's alerts: who is what to a person, and what has been kept of alerts and messages can be read."""

import json
from datetime import timedelta
from typing import get_args

import pytest

from functions.care.calling.alerts import ROLES, STAFF, Alert, Answer, Message
from functions.care.timeline.models import Capacity
from linli.escalation.chain import advanced
from linli.escalation.models import Command
from linli.vocabulary.care import Recipient
from tests.unit.linli.escalation.alarming import CIRCLE, NOON, SETTING, alert

KEPT_BEFORE = {  # as rows hold it since before the engine was every service's
    "alert": "a-1", "community": "willow", "person": "ann", "reason": "idle", "words": "12 h so far",
    "emergency": False, "opened_at": "2026-01-05T04:00:00.000Z", "changed_at": "2026-01-05T04:00:00.000Z",
    "chain": [{"to": "person", "channels": ["push"], "wait_minutes": 5, "repeats": 1}],
    "version": 1, "state": "open", "due_at": "2026-01-05T04:05:00.000Z", "level": 0, "rounds": 1,
    "calls": [
        {"recipient": "ann", "channel": "push", "level": 0, "message": "a-1-1", "result": "calling"},
    ],
    "made": 1, "unanswered_since": None, "moved_at": None, "answered_by": None, "answered_as": None,
    "answered_at": None, "outcome": None,
}  # fmt: skip
TOLD_BEFORE = {
    "message": "a-1-1", "community": "willow", "alert": "a-1", "person": "ann", "to": "person",
    "recipient": "ann", "channel": "push", "purpose": "alert", "emergency": False,
    "made_at": "2026-01-05T04:00:00.000Z",
}  # fmt: skip


def test_an_alert_that_was_kept_before_goes_on_and_is_kept_under_the_same_names() -> None:
    one = Alert.model_validate_json(json.dumps(KEPT_BEFORE))
    step = advanced(one, CIRCLE, SETTING, NOON + timedelta(minutes=5))
    assert [(each.recipient, each.channel) for each in step.messages] == [("ann", "push")]
    assert json.loads(step.alert.model_dump_json()).keys() == KEPT_BEFORE.keys()


def test_a_message_is_kept_under_the_names_of_before() -> None:
    kept = Message.model_validate_json(json.dumps(TOLD_BEFORE))
    assert kept.subject == "ann"
    (said,) = advanced(alert(), CIRCLE, SETTING, NOON).messages
    assert json.loads(said.model_dump_json()).keys() == TOLD_BEFORE.keys()


def test_a_chain_calls_whom_a_policy_may_name_and_staff_are_on_duty() -> None:
    assert ROLES.called == get_args(Recipient)
    assert set(ROLES.on_duty) == STAFF
    assert all(by <= set(get_args(Capacity)) - {"system"} for by in ROLES.may.values())


@pytest.mark.parametrize(
    ("command", "others"),
    [
        ("acknowledge", {"family", "contact"}),
        ("snooze", set()),
        ("confirm", {"family", "contact", "person"}),
        ("resolve", {"person"}),
    ],
)
def test_staff_may_do_everything_and_others_what_is_theirs(command: Command, others: set[str]) -> None:
    assert ROLES.may[command] == STAFF | others


def test_an_outcome_is_one_of_cares() -> None:
    assert Answer(command="resolve", outcome="needs_help").outcome == "needs_help"
    with pytest.raises(ValueError, match="validation error"):
        Answer.model_validate({"command": "resolve", "outcome": "released"})
