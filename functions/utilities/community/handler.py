"""Community: keep this service's copy of the policies and of the registry of devices, and bill it monthly."""

from chalice.app import Blueprint

from functions.utilities.bills.rows import ScheduledRow
from linli import communities, registered
from linli.queues import Received, bus_queue
from linli.vocabulary.devices import DeviceRegistered, DeviceRevoked
from linli.vocabulary.directory import CommunityChanged
from linli.vocabulary.utilities import UtilitiesPolicy

blueprint = Blueprint(__name__)


@bus_queue(blueprint)
def community(received: Received[CommunityChanged | DeviceRegistered | DeviceRevoked]) -> str:
    """A community was registered or changed, or a device of it registered or revoked."""
    match received.fact:
        case CommunityChanged() as fact:
            communities.enter(ScheduledRow, fact.community)
            return communities.keep(fact, UtilitiesPolicy)
        case DeviceRegistered() | DeviceRevoked() as fact:
            return registered.keep(fact, received.event.time)
