"""What a gateway tells of a message, or somebody has answered it, and what that means for the alert."""

from datetime import datetime
from typing import Literal

from linli.escalation.alerts import Circle, Kind, Step
from linli.escalation.answering import Actor, Answer, NotNow, answered, noted
from linli.escalation.chain import failed, handed_back
from linli.escalation.models import Message, Roles, Setting
from linli.messages.gateways import GatewayReply

Meaning = Literal["delivered", "failed", "no_answer", "declined", "said"]


def meaning(reply: GatewayReply, message: Message, roles: Roles) -> Meaning:
    """What the gateway tells us; 2 is offered to those who can decline."""
    if reply.event != "replied":
        return reply.event
    return "declined" if reply.digit == "2" and message.to != roles.subject else "said"


def said(alert: Kind, message: Message, digit: str | None, setting: Setting, now: datetime) -> Step[Kind]:
    """Who got the message pressed 1, or something else.

    Whom it is about says "I am fine", which ends an alert that is no emergency; others see to it. What is not
    theirs to say any more, because somebody was faster, is noted; so is an answer to a message from before
    the emergency: they do not know of it, and are called as everybody is.
    """
    actor = Actor(message.recipient, message.to)
    if digit != "1":
        return noted(alert, f"replied {digit or 'something'}", actor, now)
    if alert.emergency and not message.emergency:
        return noted(alert, "pressed 1, of a message from before the emergency", actor, now)
    answer = (
        Answer(command="resolve", outcome=alert.ROLES.own_outcome, note="pressed 1")
        if message.to == alert.ROLES.subject
        else Answer(command="acknowledge", note="pressed 1")
    )
    try:
        return answered(alert, answer, actor, setting, now)
    except NotNow:
        return noted(alert, "pressed 1", actor, now)


def declined(alert: Kind, message: Message, circle: Circle, setting: Setting, now: datetime) -> Step[Kind]:
    """Who got the message pressed 2: they are not waited for.

    Who had said they would see to it hands the alert back. When it is in other hands by now, it is noted.
    """
    step = handed_back(alert, message, circle, setting, now)
    if not step.changed and message.purpose == "alert":
        step = failed(alert, message.message, circle, setting, now, words="pressed 2", declined=True)
    return step if step.changed else noted(alert, "pressed 2", Actor(message.recipient, message.to), now)
