"""Gate pass: parse → decide once → answer."""

from datetime import timedelta

from chalice.app import Blueprint

from functions.access import permissions
from functions.access.gate_pass import store
from functions.access.gate_pass.models import GatePassAnswer, GatePassAsked, GatePassEvent, Pass
from linli.cursors import Page, PageQuery
from linli.device_messages import Clocks, DeviceMessage
from linli.http import Nothing, Request, route
from linli.mqtt import device_message

blueprint = Blueprint(__name__)


@device_message(
    blueprint,
    GatePassEvent,
    topic="gate_pass",
    believes=store.BELIEVED,
    asks_itself=True,
    rehearsed={"credential": "card", "value": "nobodys"},
)
def gate_pass(message: DeviceMessage[GatePassEvent]) -> GatePassAnswer:
    """A gate asks, or tells what it decided while it was offline."""
    event = message.body
    ask = store.Ask(
        community=message.community,
        gate=message.device,
        event_id=event.event_id,
        shown=event,
        clocks=message.clocks,
        granted_offline=event.granted,
    )
    return _told(event.event_id, store.answer(ask))


@route(
    blueprint,
    "POST",
    "/communities/{community}/gates/{gate}/passes",
    permissions.ASK_PASS,
    body=GatePassAsked,
    status=201,
)
def ask_pass(request: Request[GatePassAsked, Nothing]) -> GatePassAnswer:
    """A guard asks for somebody who stands at a gate."""
    asked = request.body
    ask = store.Ask(
        community=request.tenant,
        gate=request.path["gate"],
        event_id=f"{request.person}:{asked.event_id}",
        shown=asked,
        clocks=Clocks(request.now, request.now),
        asked_by=request.person,
    )
    return _told(asked.event_id, store.answer(ask))


@route(blueprint, "GET", "/communities/{community}/passes", permissions.READ_PASSES, query=PageQuery)
def list_passes(request: Request[Nothing, PageQuery]) -> Page[Pass]:
    """The last passes: a resident's own, or the community's for those who watch its gates."""
    if request.may(permissions.READ_ALL_PASSES):
        return store.passes_of_community(request.tenant, request.query, request.now)
    return store.passes_of_holder(request.tenant, request.person, request.query, request.now)


def _told(event_id: str, answer: store.Answer) -> GatePassAnswer:
    return GatePassAnswer(
        event_id=event_id,
        id_reused=answer.id_reused,
        outcome=answer.outcome,
        open=answer.opens,
        reason=answer.reason,
        open_until=answer.open_until,
        open_seconds=answer.open_for // timedelta(seconds=1) if answer.opens else 0,
    )
