"""Sensor fault: a device is lost or back → whom it blinds."""

from chalice.app import Blueprint

from functions.care.sensor_fault import store
from functions.care.sensor_fault.domain import silences_of
from linli.events import DeviceFaultCleared, DeviceFaultRaised, Fact
from linli.naming import reference
from linli.queues import Received, bus_queue

blueprint = Blueprint(__name__)


@blueprint.on_sqs_message(queue_arn=reference("SensorFaultArn"), batch_size=10, name="sensor_fault")
@bus_queue
def sensor_fault(received: Received[Fact]) -> str:
    """A device of the community is at fault, or well again."""
    fact = received.fact
    if not isinstance(fact, DeviceFaultRaised | DeviceFaultCleared):
        return "not_ours"
    silences, at = silences_of(fact)
    if not silences:
        return "not_ours"
    lost = isinstance(fact, DeviceFaultRaised)
    return store.take_in(fact.community, silences, at, received.event.time, lost=lost)
