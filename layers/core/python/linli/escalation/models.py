"""What alerts are made of: who is what to them, the lines that tell of them, and messages to people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Annotated, Literal, Protocol
from zoneinfo import ZoneInfo

from pydantic import Field

from linli.contracts import Contract
from linli.ids import Id
from linli.instants import Instant
from linli.messages.gateways import Channel

Words = Annotated[str, Field(max_length=1000)]
Command = Literal["acknowledge", "snooze", "confirm", "resolve"]
Happening = Literal[
    "opened", "raised", "pressed_again", "moved", "called", "held", "nobody_to_call", "unanswered",
    "sent", "delivered", "channel_failed", "declined", "replied",
    "acknowledged", "lapsed", "snoozed", "confirmed", "resolved",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Roles:
    """What people may be to the alerts of a service, in the service's words.

    `called`: all whom a chain may call. `on_duty`: those of them who are awake, see the staff queue and hear
    of every alert, whom to tell first. `outside`: those who are no staff: if one person is all of them, they
    are not left to themselves. `subject`: whom an alert is about, if that is somebody: they are not asked in
    their own emergency, and may say no more than `own_outcome`. `may`: who may do what about an alert.
    `pressed`: the reason of an alert for which somebody has pressed a button.
    """

    called: tuple[str, ...]
    on_duty: tuple[str, ...]
    may: Mapping[Command, frozenset[str]]
    outside: str | None = None
    subject: str | None = None
    own_outcome: str | None = None
    pressed: str | None = None


class Times(Protocol):
    """What a service's policy says about its alerts.

    `quiet_from`, `quiet_until`: local; messages that can wait do in between. `snooze_minutes`: the longest.
    `emergency_wait_minutes`: between the steps of an emergency, at most. `acknowledged_minutes`: how long who
    acknowledged an alert has, `answered_minutes`: how long a confirmation is waited for.
    """

    @property
    def quiet_from(self) -> time: ...

    @property
    def quiet_until(self) -> time: ...

    @property
    def snooze_minutes(self) -> int: ...

    @property
    def emergency_wait_minutes(self) -> int: ...

    @property
    def acknowledged_minutes(self) -> int: ...

    @property
    def answered_minutes(self) -> int: ...


class Setting(Protocol):
    """What a community has set, and where its clocks are."""

    @property
    def policy(self) -> Times: ...

    @property
    def zone(self) -> ZoneInfo: ...


class Entry(Contract):
    """One line of a timeline (时间线): who did what, to the second, and what they said. A service may narrow
    `what` and `by`.
    """

    at: Instant
    what: str
    by: str = "system"
    actor: Id | None = None
    alert: Id | None = None
    channel: Channel | None = None
    words: Words = ""


class Happened(Entry):
    """A line about an alert."""

    what: Happening


class Message(Contract):
    """Something to be told to one person by one channel; its id is the same however often it is sent.

    A service has a kind of its own, which holds what it is about.
    """

    message: str
    community: Id
    alert: Id | None = None
    to: str
    recipient: Id
    channel: Channel
    purpose: str
    emergency: bool
    made_at: Instant

    @property
    def subject(self) -> str:
        """Whom or what it is about."""
        raise NotImplementedError
