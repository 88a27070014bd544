"""Gateway replies: verify → what became of the message → what follows."""

import json
from dataclasses import dataclass

from chalice.app import Blueprint
from pydantic import ValidationError

from functions.care.gateway_reply import store
from functions.care.gateway_reply.models import ReplyTaken
from linli.errors import Forbidden, InvalidRequest, LinliError
from linli.ids import is_id
from linli.messages.gateways import Channel, GatewayReply, verify
from linli.messages.sending import channels_of
from linli.public_routes import Call, Reply, public_route

blueprint = Blueprint(__name__)
CALLER = "a community's message gateway, by its signature (Standard Webhooks, channel secret)"
CHANNELS: dict[str, Channel] = {"push": "push", "sms": "sms", "voice": "voice"}


@dataclass(frozen=True, slots=True)
class Caller:
    """A gateway that has shown who it is; `reply`: its id of what it tells us."""

    community: str
    channel: Channel
    reply: str


def _verify(call: Call) -> Caller:
    community, channel = call.parameters["community"], CHANNELS.get(call.parameters["channel"])
    gateway = channels_of(community).gateway(channel) if channel and is_id(community) else None
    if gateway is None or channel is None:
        raise Forbidden("there is no such gateway here")
    reply = verify(call.headers, call.body, gateway.secrets, call.now)
    return Caller(community, channel, reply)


def _refuse(call: Call, error: LinliError) -> Reply:
    problem = json.dumps(error.problem(call.correlation_id))
    return Reply(problem, "application/problem+json", error.status.value)


@public_route(
    blueprint,
    "POST",
    "/gateway_replies/{community}/{channel}",
    caller=CALLER,
    verify=_verify,
    refuse=_refuse,
)
def take_reply(call: Call, caller: Caller) -> Reply:
    """What became of a message: delivered, failed, no answer, or a key pressed."""
    try:
        reply = GatewayReply.model_validate_json(call.body)
    except ValidationError as error:
        raise InvalidRequest.from_validation(error) from error
    outcome = store.take_in(caller.community, caller.channel, reply, caller.reply, call.now)
    return Reply(ReplyTaken(outcome=outcome).model_dump_json(), "application/json")
