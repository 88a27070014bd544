"""Community: keep this service's copy of the policies, of who lives where, and of what devices there are."""

from chalice.app import Blueprint

from functions.care.community import store
from functions.care.tending import store as tending
from linli import places, registered
from linli.queues import Received, bus_queue
from linli.vocabulary.devices import DeviceRegistered, DeviceRevoked
from linli.vocabulary.directory import CommunityChanged, MembershipChanged, PlaceChanged

blueprint = Blueprint(__name__)
Told = CommunityChanged | MembershipChanged | PlaceChanged | DeviceRegistered | DeviceRevoked


@bus_queue(blueprint)
def community(received: Received[Told]) -> str:
    """One fact of the directory, or of the registry of devices."""
    match received.fact:
        case CommunityChanged() as fact:
            return store.keep(fact, received.event.time)
        case MembershipChanged() as fact:
            return tending.note_membership(fact, received.event.time)
        case PlaceChanged() as fact:
            return places.keep(fact)
        case DeviceRegistered() | DeviceRevoked() as fact:
            return registered.keep(fact, received.event.time)
