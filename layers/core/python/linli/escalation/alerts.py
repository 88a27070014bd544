"""An alert (告警): somebody may need help. What it is, what is being tried, and the lines of its timeline.

    open ──acknowledge──▶ acknowledged ──▶ resolved       open: the chain calls one person after another
     │ ▲                       │                          answered: the person moved again; nobody is called
     │ └──── time is up ───────┤                          acknowledged: somebody sees to it, for so long
     ├──moved──▶ answered ─────┤                          snoozed: staff put it off, for so long
     └──snooze─▶ snoozed ──────┘                          resolved: somebody said what it was

Every state but the last has a time at which the chain goes on (`due_at`): no alert ends in silence.
`linli.escalation.chain` is what time does to it, `linli.escalation.answering` is what people do to it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, ClassVar, Generic, Literal, Self, TypeVar

from pydantic import Field

from linli.contracts import Contract
from linli.escalation.models import Happened, Happening, Message, Roles, Words
from linli.ids import Id
from linli.instants import Instant, to_text
from linli.messages.gateways import Channel
from linli.messages.rungs import Rung

MOST_ASKED = 15  # people a round
State = Literal["open", "answered", "acknowledged", "snoozed", "resolved"]


class Call(Contract):
    """One person being asked by one channel; the staff queue shows by itself and has no `message`."""

    recipient: Id
    channel: Channel
    level: Annotated[int, Field(ge=0)]
    message: str | None = None
    result: Literal["calling", "failed", "declined"] = "calling"


class Alert(Contract):
    """The whole of an alert; it holds ids and no names, phones or addresses. A service has a kind of its own,
    which says by `ROLES` who is what to it, holds what it is about, and narrows the words.

    `chain` is as the service had it when the alert opened. `level`, `rounds`: the step of the chain
    that is being called, and how often it has been. `calls`: this round's, or word to who is on duty while it
    is held. `made`: messages so far, which numbers the next. `unanswered_since`: when the chain had been gone
    through for the first time, or nobody on duty could be told at night.
    """

    ROLES: ClassVar[Roles]

    alert: Id
    community: Id
    reason: str
    words: Words
    emergency: bool
    chain: Annotated[Sequence[Rung], Field(min_length=1)]
    opened_at: Instant
    changed_at: Instant
    version: Annotated[int, Field(ge=1)] = 1
    state: State = "open"
    due_at: Instant | None
    level: Annotated[int, Field(ge=0)] = 0
    rounds: Annotated[int, Field(ge=0)] = 0
    calls: list[Call] = []
    made: Annotated[int, Field(ge=0)] = 0
    unanswered_since: Instant | None = None
    moved_at: Instant | None = None
    answered_by: Id | None = None
    answered_as: str | None = None
    answered_at: Instant | None = None
    outcome: str | None = None

    @property
    def subject(self) -> str:
        """Whom or what it is about."""
        raise NotImplementedError

    def message(self, **told: Any) -> Message:
        """A message about it, as the service keeps messages."""
        raise NotImplementedError

    @property
    def is_open(self) -> bool:
        """Whether anybody still has to see to it."""
        return self.state != "resolved"

    @property
    def place(self) -> str:
        """Where it stands in the staff queue: whom nobody has answered first, then emergencies, the longest
        waiting of each first.
        """
        waiting = self.state == "open"
        rank = (
            "0" if waiting and self.unanswered_since and self.emergency
            else "1" if waiting and self.emergency
            else "2" if waiting and self.unanswered_since
            else "3" if waiting
            else {"answered": "4", "acknowledged": "6", "snoozed": "7", "resolved": "9"}[self.state]
        )  # fmt: skip
        return f"{rank}#{to_text(self.opened_at)}#{self.alert}"


@dataclass(frozen=True, slots=True)
class Reachable:
    """Somebody of the chain, and how they can be reached; addresses are looked up when something is sent.

    `whose`: the person whose second number it is, if it is one.
    """

    recipient: str
    channels: frozenset[Channel]
    whose: str | None = None


Circle = Mapping[str, Sequence[Reachable]]
Kind = TypeVar("Kind", bound=Alert)


@dataclass(slots=True)
class Step(Generic[Kind]):
    """From an alert to its next version, with the lines of the timeline and the messages that go with it.

    One step is one transaction. While `changed` is false the alert is as it was; there may be a line to add.
    """

    alert: Kind
    now: datetime
    entries: list[Happened] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    changed: bool = False

    @classmethod
    def on(cls, alert: Kind, now: datetime) -> Self:
        """A step that begins here; time does not run backwards within an alert."""
        return cls(alert, max(now, alert.changed_at))

    def change(self, **changes: Any) -> None:
        """Set fields of the alert, which becomes one version newer for the whole step."""
        if not self.changed:
            changes |= {"version": self.alert.version + 1, "changed_at": self.now}
            self.changed = True
        self.alert = self.alert.model_copy(update=changes)

    def log(self, what: Happening, words: str = "", **more: Any) -> None:
        """Add a line to the timeline."""
        self.entries.append(Happened(at=self.now, what=what, words=words, alert=self.alert.alert, **more))

    def say(self, to: str, recipient: str, channel: Channel, purpose: Literal["alert", "held"]) -> str:
        """Make a message; returns its id."""
        alert = self.alert
        message = alert.message(
            message=f"{alert.alert}-{alert.made + 1}",
            community=alert.community,
            alert=alert.alert,
            to=to,
            recipient=recipient,
            channel=channel,
            purpose=purpose,
            emergency=alert.emergency,
            made_at=self.now,
        )
        self.messages.append(message)
        self.change(made=alert.made + 1)
        return message.message


def still_wanted(message: Message, alert: Alert) -> bool:
    """Whether anybody still has to be told: not when somebody has answered meanwhile."""
    if message.purpose == "held":
        return alert.is_open
    calls = (each for each in alert.calls if each.message == message.message and each.result == "calling")
    return alert.state == "open" and next(calls, None) is not None
