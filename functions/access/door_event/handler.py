"""Door events: keep what the door did → raise its alarm."""

from chalice.app import Blueprint

from functions.access import permissions
from functions.access.door_event import store
from functions.access.door_event.models import DoorEvent, DoorRecord
from linli.cursors import Page, PageQuery
from linli.device_messages import DeviceAnswer, DeviceMessage
from linli.device_queues import device_queue
from linli.http import Nothing, Request, route

blueprint = Blueprint(__name__)


@device_queue(blueprint, DoorEvent, topic="door_event", believes={"gate"})
def door_event(message: DeviceMessage[DoorEvent]) -> DeviceAnswer:
    """A gate's door was used, forced or held open."""
    told = store.record(message)
    return DeviceAnswer(event_id=message.body.event_id, outcome=told.outcome, id_reused=told.id_reused)


@route(
    blueprint,
    "GET",
    "/communities/{community}/gates/{gate}/door_events",
    permissions.READ_ALL_PASSES,
    query=PageQuery,
)
def list_door_events(request: Request[Nothing, PageQuery]) -> Page[DoorRecord]:
    """What a gate's door did lately."""
    return store.door_events(request.tenant, request.path["gate"], request.query, request.now)
