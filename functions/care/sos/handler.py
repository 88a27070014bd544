"""SOS: a press of the button → an emergency, called out at once."""

from chalice.app import Blueprint

from functions.care import permissions
from functions.care.sos import store
from functions.care.sos.models import ButtonAnswer, Call, Called
from functions.care.watching.signals import SENT_BY, Signal
from linli.device_messages import DeviceMessage
from linli.http import Nothing, Request, route
from linli.identities import Identity
from linli.mqtt import device_message

blueprint = Blueprint(__name__)


@device_message(
    blueprint,
    Signal,
    topic="call_button",
    believes=SENT_BY["call_button"],
    unreadable=store.unreadable,
    stale_after_s=6 * 3600,
)
def sos(message: DeviceMessage[Signal]) -> ButtonAnswer:
    """A call button was pressed."""
    called = store.button(message)
    answer = ButtonAnswer(
        event_id=message.body.event_id, outcome="unknown_button", clock_off=message.timeless()
    )
    return answer.model_copy(update=dict(called)) if called else answer


@route(
    blueprint,
    "POST",
    "/communities/{community}/calls_for_help",
    permissions.CALL_FOR_HELP,
    body=Call,
    status=201,
)
def call_for_help(request: Request[Call, Nothing]) -> Called:
    """Call for help for oneself."""
    key = request.creation_key
    press = f"app-{key.key if key else request.correlation_id}"
    identity = Identity.of(press, request.body)
    return store.call(
        store.Press(request.tenant, request.person, identity, "called for help by phone", request.now)
    ).called
