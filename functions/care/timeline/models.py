"""The lines of a person's timeline (时间线)."""

from typing import Annotated, Literal

from pydantic import Field

from linli.contracts import Contract
from linli.ids import Id
from linli.instants import Instant
from linli.messages.gateways import Channel

Capacity = Literal["system", "person", "family", "contact", "caregiver", "manager"]
What = Literal[
    "opened", "raised", "pressed_again", "moved", "called", "held", "nobody_to_call", "unanswered",
    "sent", "delivered", "channel_failed", "declined", "replied",
    "acknowledged", "lapsed", "snoozed", "confirmed", "resolved",
    "visited", "visit_missed", "duty_raised", "duty_settled", "away_set", "away_over",
]  # fmt: skip
Words = Annotated[str, Field(max_length=1000)]


class Entry(Contract):
    """One line of a person's timeline (时间线): who did what, to the second, and what they said."""

    at: Instant
    what: What
    by: Capacity = "system"
    actor: Id | None = None
    alert: Id | None = None
    channel: Channel | None = None
    words: Words = ""
