"""Gateway replies: verify → what became of the message → what follows."""

from chalice.app import Blueprint
from pydantic import ValidationError

from functions.care.gateway_reply import store
from functions.care.gateway_reply.models import ReplyTaken
from linli.errors import InvalidRequest
from linli.messages.gateways import GatewayReply
from linli.messages.reporting import CALLER, Reporter, refusal, reporter_of
from linli.public_routes import Call, Reply, public_route

blueprint = Blueprint(__name__)


@public_route(
    blueprint,
    "POST",
    "/gateway_replies/{community}/{channel}",
    caller=CALLER,
    verify=reporter_of,
    refuse=refusal,
)
def take_reply(call: Call, caller: Reporter) -> Reply:
    """What became of a message: delivered, failed, no answer, or a key pressed."""
    try:
        reply = GatewayReply.model_validate_json(call.body)
    except ValidationError as error:
        raise InvalidRequest.from_validation(error) from error
    outcome = store.take_in(caller.community, caller.channel, reply, caller.reply, call.now)
    return Reply(ReplyTaken(outcome=outcome).model_dump_json(), "application/json")
