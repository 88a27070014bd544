"""Proactive tickets: take a fault in → open, count or close its ticket."""

from chalice.app import Blueprint

from functions.maintenance.proactive_ticket import store
from functions.maintenance.proactive_ticket.domain import Ended, Raised, fault_of, report_of
from linli.queues import Received, bus_queue
from linli.vocabulary.devices import DeviceFaultCleared, DeviceFaultRaised
from linli.vocabulary.utilities import MeterSignalEnded, MeterSignalRaised

blueprint = Blueprint(__name__)


@bus_queue(blueprint, tries=10)
def proactive_ticket(received: Received[Raised | Ended]) -> str:
    """Something is wrong with a meter or a device, or no longer is."""
    fact = received.fact
    match fact:
        case MeterSignalRaised() | DeviceFaultRaised():
            reported = report_of(fact)
            if reported is None:
                return "not_ours"
            return store.raised(fact.community, fault_of(fact), reported, received.event)
        case MeterSignalEnded() | DeviceFaultCleared():
            return store.ended(fact.community, fault_of(fact), received.event)
