"""What is every service's: alerts of another one than care never end in silence either, in its own words."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.errors import Forbidden
from linli.escalation.alerts import Circle, Step
from linli.escalation.answering import Actor, Answer, allowed, answered, given_a_sign, joined
from linli.escalation.chain import advanced, failed, told_otherwise
from linli.escalation.models import Happening, Message
from linli.escalation.replies import meaning, said
from linli.messages.gateways import GatewayReply
from tests.unit.linli.escalation.alarming import MIDNIGHT, NOON
from tests.unit.linli.escalation.guarding import (
    CHAIN,
    CIRCLE,
    PEOPLE,
    ROLES,
    Hazard,
    Here,
    LiftMessage,
    hazard,
)

DEEDS = st.lists(st.tuples(st.sampled_from(["wait", "fail", "press", "clear", "answer"]), st.integers(0, 90)))
ANSWERS = ("acknowledge", "snooze", "confirm")


def done(one: Hazard, sent: list[Message], deed: str, number: int, now: Any) -> Step[Hazard]:
    """What somebody, or something, does to it; an answer as far as it is allowed."""
    message = sent[number % len(sent)] if sent else None
    if deed == "fail" and message is not None and message.purpose == "held":
        return told_otherwise(one, message, CIRCLE, now, "is down")
    if deed == "fail" and message is not None:
        return failed(one, message.message, CIRCLE, Here(), now)
    if deed == "press":
        return joined(one, CHAIN, "", now)
    if deed == "clear":
        return given_a_sign(one, now, "the door opened", Here(), now)
    actor = Actor(*list(PEOPLE.items())[number % 2])
    command = next((each for each in ANSWERS if each in allowed(one, actor)), None)
    if deed == "answer" and command is not None:
        answer = Answer(command=command, minutes=3 if command == "snooze" else None)
        return answered(one, answer, actor, Here(), now)
    return advanced(one, CIRCLE, Here(), now)


@given(DEEDS, st.booleans(), st.sampled_from([NOON, MIDNIGHT]))
def test_alerts_of_any_service_never_end_in_silence(
    deeds: list[tuple[str, int]], emergency: bool, now: Any
) -> None:
    one, sent = hazard(now, emergency=emergency), list[Message]()
    for deed, number in deeds:
        now += timedelta(minutes=number)
        step = done(one, sent, deed, number, now)
        one, sent = step.alert, [*sent, *step.messages]
        assert one.is_open, "only people end it"
        assert one.due_at is not None
        assert {each.to for each in step.messages} <= set(ROLES.called)
        assert all(entry.by in {*PEOPLE.values(), "system"} for entry in step.entries)
        due = advanced(one, CIRCLE, Here(), max(one.due_at, now))
        assert due.changed
    assert Hazard.model_validate_json(one.model_dump_json()) == one


def test_a_chain_goes_by_the_roles_of_its_service() -> None:
    one, called, now = hazard(), list[str](), NOON
    while one.unanswered_since is None:
        step = advanced(one, CIRCLE, Here(), now)
        called += [each.recipient for each in step.messages]
        one = step.alert
        now = one.due_at or now
    assert called[:4] == ["lu", "firm", "firm", "boss"], "nobody outside, so nobody is asked again with staff"
    assert {*called[4:]} == {"lu"}, "round again, by all ways at once"
    assert one.place.startswith("2#")


def test_who_is_on_duty_is_awake_at_night_and_others_hear_of_an_emergency_alone() -> None:
    held = advanced(hazard(MIDNIGHT), CIRCLE, Here(), MIDNIGHT)
    assert [(each.recipient, each.purpose) for each in held.messages] == [("lu", "held")]
    nobody: Circle = {"rescuer": CIRCLE["rescuer"]}
    loud = advanced(hazard(MIDNIGHT, emergency=True), nobody, Here(), MIDNIGHT)
    assert [each.recipient for each in loud.messages] == ["firm"]


def test_where_nobody_is_asked_themselves_nobody_may_say_that_they_are_fine() -> None:
    step = advanced(hazard(), CIRCLE, Here(), NOON)
    message, two = step.messages[0], GatewayReply(message_id="h-1-1", event="replied", digit="2")
    assert isinstance(message, LiftMessage)
    assert message.subject == "lift-2"
    assert meaning(two, message, ROLES) == "declined"
    taken = said(step.alert, message, "1", Here(), NOON).alert
    assert (taken.state, taken.answered_as) == ("acknowledged", "guard")
    with pytest.raises(Forbidden):
        answered(
            step.alert, Answer(command="resolve", outcome="released"), Actor("ann", "resident"), Here(), NOON
        )


def test_its_own_word_for_a_press_is_the_reason() -> None:
    what: list[Happening] = [each.what for each in joined(hazard(), CHAIN, "", NOON).entries]
    pressed = joined(hazard(), CHAIN, "", NOON).alert
    assert (pressed.reason, pressed.emergency, what) == ("trapped", True, ["raised"])
