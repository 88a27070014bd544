"""What a key pressed on a call means, by whom and when."""

from typing import Any

import pytest

from functions.care.calling.alerts import ROLES, Actor, Alert, Answer, Message
from linli.escalation.answering import answered
from linli.escalation.chain import advanced
from linli.escalation.replies import declined, meaning, said
from linli.messages.gateways import GatewayReply
from tests.unit.linli.escalation.alarming import CIRCLE, MIDNIGHT, NOON, SETTING, alert


def message(to: Any = "contact", *, emergency: bool = False) -> Message:
    return Message(
        message="a-1-1", community="willow", alert="a-1", person="ann", to=to, recipient=f"{to}-1",
        channel="voice", purpose="alert", emergency=emergency, made_at=NOON,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("event", "digit", "to", "wanted"),
    [
        ("delivered", None, "contact", "delivered"),
        ("failed", None, "contact", "failed"),
        ("no_answer", None, "contact", "no_answer"),
        ("replied", "1", "contact", "said"),
        ("replied", "2", "contact", "declined"),
        ("replied", "2", "person", "said"),
        ("replied", None, "manager", "said"),
    ],
)
def test_a_reply_has_its_meaning(event: Any, digit: Any, to: str, wanted: str) -> None:
    assert meaning(GatewayReply(message_id="a-1-1", event=event, digit=digit), message(to), ROLES) == wanted


def reply(one: Alert, to: str, digit: str | None = "1") -> tuple[str, str]:
    step = said(one, message(to), digit, SETTING, NOON)
    return step.alert.state, step.entries[-1].what if step.entries else ""


def test_one_means_i_am_fine_or_i_see_to_it() -> None:
    assert reply(alert(), "person") == ("resolved", "resolved")
    assert reply(alert(), "contact") == ("acknowledged", "acknowledged")
    assert reply(alert(), "manager") == ("acknowledged", "acknowledged")


def test_what_is_not_theirs_to_say_is_noted() -> None:
    assert reply(alert(emergency=True), "person") == ("open", "replied")
    assert reply(alert(), "contact", None) == ("open", "replied")
    taken = answered(alert(), Answer(command="acknowledge"), Actor("boss", "manager"), SETTING, NOON).alert
    assert reply(taken, "contact") == ("acknowledged", "replied")
    over = answered(
        taken, Answer(command="resolve", outcome="fine"), Actor("boss", "manager"), SETTING, NOON
    ).alert
    assert reply(over, "contact") == ("resolved", "")


@pytest.mark.parametrize(("to", "state"), [("contact", "acknowledged"), ("person", "open")])
def test_an_answer_to_what_was_said_before_the_emergency_is_noted(to: str, state: str) -> None:
    one = alert(emergency=True)
    before = said(one, message(to), "1", SETTING, NOON)
    assert (before.alert.state, before.alert.due_at) == ("open", one.due_at)
    assert [entry.what for entry in before.entries] == ["replied"]
    assert said(one, message(to, emergency=True), "1", SETTING, NOON).alert.state == state


def test_two_after_one_hands_the_alert_back_and_otherwise_it_is_noted() -> None:
    # Given a daughter who is called about an emergency and sees to it
    step = advanced(alert(emergency=True), CIRCLE, SETTING, NOON)
    hers = step.messages[0]
    taken = said(step.alert, hers, "1", SETTING, NOON).alert
    assert taken.state == "acknowledged"
    # When she says that she cannot
    back = declined(taken, hers, CIRCLE, SETTING, NOON)
    assert (back.alert.state, back.entries[0].what, back.entries[0].actor) == ("open", "declined", "daughter")
    assert {each.recipient for each in back.messages} == {"contact-2"}
    # And once more, of a round that is over, it is a line of the timeline
    again = declined(back.alert, hers, CIRCLE, SETTING, NOON)
    assert ([entry.what for entry in again.entries], again.messages) == (["replied"], [])
    over = answered(taken, Answer(command="resolve", outcome="fine"), Actor("boss", "manager"), SETTING, NOON)
    assert not declined(over.alert, hers, CIRCLE, SETTING, NOON).changed


def test_who_was_told_of_a_held_alert_may_hand_it_back_and_does_not_end_the_hold() -> None:
    step = advanced(alert(MIDNIGHT), CIRCLE, SETTING, MIDNIGHT)
    word = step.messages[0]
    cannot = declined(step.alert, word, CIRCLE, SETTING, MIDNIGHT)
    assert ([entry.what for entry in cannot.entries], cannot.alert.due_at) == (["replied"], step.alert.due_at)
    taken = said(step.alert, word, "1", SETTING, MIDNIGHT).alert
    back = declined(taken, word, CIRCLE, SETTING, MIDNIGHT)
    assert [entry.what for entry in back.entries] == ["declined", "held"]
    assert [each.recipient for each in back.messages] == ["carer"]
