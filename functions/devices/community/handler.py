"""Community: keep this service's copy of the policies."""

from chalice.app import Blueprint

from linli import communities
from linli.queues import Received, bus_queue
from linli.vocabulary.devices import DevicesPolicy
from linli.vocabulary.directory import CommunityChanged

blueprint = Blueprint(__name__)


@bus_queue(blueprint)
def community(received: Received[CommunityChanged]) -> str:
    """A community was registered or changed."""
    return communities.keep(received.fact, DevicesPolicy)
