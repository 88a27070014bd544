"""Community: keep this service's copy of the policies, of who is staff, of places and devices."""

from chalice.app import Blueprint

from functions.maintenance.community import store
from linli import communities, places, registered
from linli.queues import Received, bus_queue
from linli.vocabulary.devices import DeviceRegistered, DeviceRevoked
from linli.vocabulary.directory import CommunityChanged, MembershipChanged, PlaceChanged
from linli.vocabulary.maintenance import MaintenancePolicy

blueprint = Blueprint(__name__)
Told = CommunityChanged | MembershipChanged | PlaceChanged | DeviceRegistered | DeviceRevoked


@bus_queue(blueprint)
def community(received: Received[Told]) -> str:
    """One fact of the directory, or of the registry of devices."""
    match received.fact:
        case CommunityChanged() as fact:
            return communities.keep(fact, MaintenancePolicy)
        case MembershipChanged() as fact:
            return store.keep_member(fact, received.event.time)
        case PlaceChanged() as fact:
            return places.keep(fact)
        case DeviceRegistered() | DeviceRevoked() as fact:
            return registered.keep(fact, received.event.time)
