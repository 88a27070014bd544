"""Gateways (通知渠道) that push, send text messages and make voice calls: one contract for all of them.

We POST a JSON `Notice` to the gateway's address, signed as Standard Webhooks have it (standardwebhooks.com,
version 1.0.0): `webhook-id` is the message's id and the same on every retry, `webhook-timestamp` seconds
since the epoch, `webhook-signature` one or more `v1,<base64 of HMAC-SHA256(secret, id.timestamp.body)>`.
2xx means taken over. The gateway tells us what became of it in the same form, signed with the same secret:
a `GatewayReply`.
"""

import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from linli.contracts import Contract
from linli.errors import Forbidden
from linli.instants import to_epoch_seconds

TOLERANCE = timedelta(minutes=5)
PREFIX = "whsec_"
LONGEST_ID = 256
LONGEST_TIME = 12  # far beyond any date
Address = Annotated[str, Field(pattern=r"^(https://|http://(localhost|127\.0\.0\.1)[:/])\S+$")]


def _decodes(secret: str) -> str:
    b64decode(secret.removeprefix(PREFIX), validate=True)  # raises a ValueError
    return secret


Secret = Annotated[str, Field(pattern=r"^whsec_[A-Za-z0-9+/]{32,88}={0,2}$"), AfterValidator(_decodes)]


class Gateway(Contract):
    """Where a channel's gateway is. The first secret signs; while they change, all of them are believed."""

    url: Address
    secrets: Annotated[list[Secret], Field(min_length=1, max_length=3)]


Channel = Literal["push", "sms", "voice", "staff"]


class Channels(Contract):
    """A community's gateways: the secret `channels/<community>`. They report to `reply_url`/<channel>."""

    push: Gateway | None = None
    sms: Gateway | None = None
    voice: Gateway | None = None
    reply_url: Address | None = None

    def gateway(self, channel: Channel) -> Gateway | None:
        """The gateway of a channel, if the community has one."""
        return {"push": self.push, "sms": self.sms, "voice": self.voice, "staff": None}[channel]


class Notice(Contract):
    """What a gateway is told: no name, no address, no word about health.

    `to`: a phone (E.164), or the person's id for push. `extension`: whom to ask for there. `template`: the
    key of a text that the gateway has had approved, where its law or provider asks for that; `text` says the
    same. `alert`, `ticket`: what an app opens. `digits`: what a voice gateway offers.
    """

    message_id: str
    channel: Channel
    to: str
    extension: str | None = None
    template: str
    text: str
    urgent: bool
    alert: str | None = None
    ticket: str | None = None
    digits: dict[Literal["1", "2"], str] = {}
    reply_url: str | None = None


class GatewayReply(Contract):
    """What became of a message. `digit`: what was pressed on a call, or texted back."""

    message_id: Annotated[str, Field(pattern=r"^[a-z0-9-]{3,128}$")]
    event: Literal["delivered", "failed", "no_answer", "replied"]
    digit: Literal["1", "2"] | None = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A signed request, ready to be sent."""

    url: str
    headers: Mapping[str, str]
    body: bytes


def request_of(notice: Notice, gateway: Gateway, now: datetime) -> Outgoing:
    """The request that hands `notice` over to a gateway; `now` is what its signature is believed by."""
    body = json.dumps(notice.model_dump(exclude_none=True), ensure_ascii=False).encode()
    headers = signed(notice.message_id, body, gateway.secrets[0], now)
    return Outgoing(gateway.url, {**headers, "content-type": "application/json; charset=utf-8"}, body)


def signed(message_id: str, body: bytes, secret: str, now: datetime) -> dict[str, str]:
    """The three headers of Standard Webhooks."""
    timestamp = str(to_epoch_seconds(now))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": signature(message_id, timestamp, body, secret),
    }


def signature(message_id: str, timestamp: str, body: bytes, secret: str) -> str:
    """`v1,<base64>` under one secret."""
    key = b64decode(secret.removeprefix(PREFIX))
    digest = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, sha256).digest()
    return f"v1,{b64encode(digest).decode()}"


def verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime) -> str:
    """The id of a request that one of `secrets` signed within five minutes of now. Raises Forbidden."""
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    is_time = timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= LONGEST_TIME
    if not 0 < len(message_id) <= LONGEST_ID or not is_time:
        raise Forbidden("webhook_headers")
    if abs(to_epoch_seconds(now) - int(timestamp)) > TOLERANCE.total_seconds():
        raise Forbidden("webhook_timestamp")
    given = [each.encode() for each in headers.get("webhook-signature", "").split()][:5]
    wanted = [signature(message_id, timestamp, body, secret).encode() for secret in secrets]
    if not any(hmac.compare_digest(one, other) for one in given for other in wanted):
        raise Forbidden("webhook_signature")
    return message_id
