"""Community: keep this service's copy of the policies."""

from chalice.app import Blueprint

from functions.payments.community import store
from linli.queues import Received, bus_queue
from linli.vocabulary.directory import CommunityChanged

blueprint = Blueprint(__name__)


@bus_queue(blueprint)
def community(received: Received[CommunityChanged]) -> str:
    """A community was registered or its particulars changed."""
    return store.enrol(received.fact)
