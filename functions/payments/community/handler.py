"""Community: keep this service's copy of the policies."""

from chalice.app import Blueprint

from functions.payments.statements.rows import ReconciledRow
from linli import communities
from linli.queues import Received, bus_queue
from linli.vocabulary.directory import CommunityChanged
from linli.vocabulary.payments import PaymentsPolicy

blueprint = Blueprint(__name__)


@bus_queue(blueprint)
def community(received: Received[CommunityChanged]) -> str:
    """A community was registered or its particulars changed."""
    communities.enter(ReconciledRow, received.fact.community)
    return communities.keep(received.fact, PaymentsPolicy)
