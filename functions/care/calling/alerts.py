"""Care's alerts (告警): somebody may need help. Who is what to them, and what is said of them.

`linli.escalation` is what time and people do to an alert, and the chain that calls one after another.
"""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import Field

from functions.care.timeline.models import Capacity
from linli.escalation import alerts, answering, models
from linli.escalation.models import Roles
from linli.ids import Id
from linli.vocabulary.care import AlertOutcome, AlertReason, ChainStep, Recipient

STAFF: frozenset[Capacity] = frozenset({"caregiver", "manager"})
ROLES = Roles(
    called=get_args(Recipient),
    on_duty=("manager", "caregiver"),
    may={
        "acknowledge": STAFF | {"family", "contact"},
        "snooze": STAFF,
        "confirm": STAFF | {"family", "contact", "person"},  # it is an emergency
        "resolve": STAFF | {"person"},
    },
    outside="contact",
    subject="person",
    own_outcome="fine",
    pressed="sos",
)


class Message(models.Message):
    """Something to be told to one person by one channel, about an alert or a duty of a person or a device."""

    person: Id
    purpose: Literal["alert", "held", "away_over", "button"]

    @property
    def subject(self) -> str:
        return self.person


class Alert(alerts.Alert):
    """An alert about a person. `chain` is as policy and person had it when the alert opened."""

    ROLES: ClassVar[Roles] = ROLES

    person: Id
    reason: AlertReason
    chain: Annotated[list[ChainStep], Field(min_length=1)]
    answered_as: Capacity | None = None
    outcome: AlertOutcome | None = None

    @property
    def subject(self) -> str:
        return self.person

    def message(self, **told: Any) -> Message:
        return Message(person=self.person, **told)


@dataclass(frozen=True, slots=True)
class Actor(answering.Actor):
    """Who answers, and what they are to the person."""

    capacity: Capacity


class Answer(answering.Answer):
    """A command with what it needs and nothing else.

    `minutes`: how long to see to it, or to put it off, within the policy. `version`: the alert as the caller
    saw it; where it is given, any change since is a conflict.
    """

    outcome: AlertOutcome | None = None
