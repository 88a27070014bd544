"""Gateways (通知渠道) that push, send text messages and make voice calls: one contract for all of them.

We POST a JSON `Notice` to the gateway's address, signed as Standard Webhooks have it (linli.webhooks):
`webhook-id` is the message's id and the same on every retry. 2xx means taken over. The gateway tells us what
became of it in the same form, signed with the same secret: a `GatewayReply`.
"""

import json
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from linli.contracts import Contract
from linli.webhooks import Outgoing, Secret, signed
from linli.words import Language

Address = Annotated[str, Field(pattern=r"^(https://|http://(localhost|127\.0\.0\.1)[:/])\S+$")]


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
    same, in `language`. `alert`, `ticket`: what an app opens. `digits`: what a voice gateway offers.
    """

    message_id: str
    channel: Channel
    to: str
    extension: str | None = None
    template: str
    language: Language
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


def request_of(notice: Notice, gateway: Gateway, now: datetime) -> Outgoing:
    """The request that hands `notice` over to a gateway; `now` is what its signature is believed by."""
    body = json.dumps(notice.model_dump(exclude_none=True), ensure_ascii=False).encode()
    headers = signed(notice.message_id, body, gateway.secrets[:1], now)
    return Outgoing(gateway.url, {**headers, "content-type": "application/json; charset=utf-8"}, body)
