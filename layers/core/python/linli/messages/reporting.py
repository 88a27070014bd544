"""What gateways report over HTTP: who reports, by its signature, and how it is refused."""

import json
from dataclasses import dataclass

from linli.errors import Forbidden, LinliError
from linli.ids import is_id
from linli.messages.gateways import Channel
from linli.messages.sending import channels_of
from linli.public_routes import Call, Reply
from linli.webhooks import verify

CALLER = "a community's message gateway, by its signature (Standard Webhooks, channel secret)"
CHANNELS: dict[str, Channel] = {"push": "push", "sms": "sms", "voice": "voice"}


@dataclass(frozen=True, slots=True)
class Reporter:
    """A gateway that has shown who it is; `reply`: its id of what it tells us."""

    community: str
    channel: Channel
    reply: str


def reporter_of(call: Call) -> Reporter:
    """Who reports, on a route of `{community}` and `{channel}`. Raises Forbidden."""
    community, channel = call.parameters["community"], CHANNELS.get(call.parameters["channel"])
    gateway = channels_of(community).gateway(channel) if channel and is_id(community) else None
    if gateway is None or channel is None:
        raise Forbidden("no_gateway")
    reply = verify(call.headers, call.body, gateway.secrets, call.now)
    return Reporter(community, channel, reply)


def refusal(call: Call, error: LinliError) -> Reply:
    """The problem that is answered."""
    problem = json.dumps(error.problem(call.correlation_id, call.language), ensure_ascii=False)
    return Reply(problem, "application/problem+json", error.status.value)
