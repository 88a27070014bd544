"""Sensor fault: a device is lost or back, revoked or registered anew → whom it blinds."""

from chalice.app import Blueprint

from functions.care.sensor_fault import store
from functions.care.sensor_fault.domain import Told, tidings_of
from linli.queues import Received, bus_queue

blueprint = Blueprint(__name__)


@bus_queue(blueprint)
def sensor_fault(received: Received[Told]) -> str:
    """A device of the community is at fault, or well again; it is revoked, or registered."""
    fact, now = received.fact, received.event.time
    tidings = tidings_of(fact, now)
    if tidings is None:
        return "not_ours"
    return store.take_in(fact.community, tidings.silences, tidings.at, now, lost=tidings.lost)
