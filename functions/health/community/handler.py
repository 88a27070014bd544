"""Community: keep this service's copy of the policies and of the registry of devices."""

from chalice.app import Blueprint

from linli import communities, registered
from linli.queues import Received, bus_queue
from linli.vocabulary.devices import DeviceRegistered, DeviceRevoked
from linli.vocabulary.directory import CommunityChanged
from linli.vocabulary.health import HealthPolicy

blueprint = Blueprint(__name__)


@bus_queue(blueprint)
def community(received: Received[CommunityChanged | DeviceRegistered | DeviceRevoked]) -> str:
    """A community was registered or changed, or a device of it registered or revoked."""
    match received.fact:
        case CommunityChanged() as fact:
            return communities.keep(fact, HealthPolicy)
        case DeviceRegistered() | DeviceRevoked() as fact:
            return registered.keep(fact, received.event.time)
