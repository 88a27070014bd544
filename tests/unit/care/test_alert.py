"""What an alert looks like to whom."""

from functions.care.alert.domain import line, shown
from functions.care.calling.alerts import Actor
from functions.care.timeline.models import Entry
from tests.unit.linli.escalation.alarming import NOON, alert


def test_everybody_sees_what_they_may_do_and_whom_the_chain_calls() -> None:
    one = alert()
    assert shown(one, None).allowed == []
    assert shown(one, Actor("carer", "caregiver")).allowed == ["acknowledge", "snooze", "confirm", "resolve"]
    assert shown(one, Actor("daughter", "contact")).allowed == ["acknowledge", "confirm"]
    assert shown(one, Actor("ann", "person")).allowed == ["confirm", "resolve"]
    assert shown(one, None).calling == "person"
    assert [shown(one, who).words for who in (None, Actor("ann", "person"), Actor("son", "family"))] == [
        "12 h so far", "12 h so far", None,
    ]  # fmt: skip
    assert shown(one.model_copy(update={"state": "snoozed"}), None).calling is None


def test_a_line_says_who_did_what() -> None:
    entry = Entry(at=NOON, what="acknowledged", by="contact", actor="daughter", words="on my way")
    assert (line(entry).actor, line(entry).words, line(entry).alert) == ("daughter", "on my way", None)
