"""Messages: what one person is to be told by one channel, about an alert or a duty."""

from typing import Literal

from linli.contracts import Contract
from linli.ids import Id
from linli.instants import Instant
from linli.messages.gateways import Channel
from linli.vocabulary.care import Recipient


class Message(Contract):
    """Something to be told to one person by one channel; its id is the same however often it is sent."""

    message: str
    community: Id
    alert: Id | None = None
    person: Id
    to: Recipient
    recipient: Id
    channel: Channel
    purpose: Literal["alert", "held", "away_over", "button"]
    emergency: bool
    made_at: Instant
