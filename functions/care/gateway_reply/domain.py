"""What a reply means for the alert it belongs to."""

from datetime import datetime
from typing import Literal

from functions.care.alerts import Alert, Message, Step
from functions.care.answering import Actor, Answer, NotNow, answered, noted
from functions.care.channels import GatewayReply
from functions.care.states import Setting

Meaning = Literal["delivered", "failed", "no_answer", "declined", "said"]


def meaning(reply: GatewayReply, message: Message) -> Meaning:
    """What the gateway tells us; 2 is offered to those who can decline."""
    if reply.event != "replied":
        return reply.event
    return "declined" if reply.digit == "2" and message.to != "person" else "said"


def said(alert: Alert, message: Message, digit: str | None, setting: Setting, now: datetime) -> Step:
    """Who got the message pressed 1, or something else.

    The person says "I am fine", which ends an alert that is no emergency; others see to it. What is not
    theirs to say any more, because somebody was faster, is noted.
    """
    actor = Actor(message.recipient, message.to)
    if digit != "1":
        return noted(alert, f"replied {digit or 'something'}", actor, now)
    answer = (
        Answer(command="resolve", outcome="fine", note="pressed 1")
        if message.to == "person"
        else Answer(command="acknowledge", note="pressed 1")
    )
    try:
        return answered(alert, answer, actor, setting, now)
    except NotNow:
        return noted(alert, "pressed 1", actor, now)
