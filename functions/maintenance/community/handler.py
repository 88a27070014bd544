"""Community: keep this service's copy of the policies, and of who is a repairer."""

from chalice.app import Blueprint

from functions.maintenance.community import store
from linli import communities
from linli.events import CommunityChanged, MembershipChanged
from linli.naming import reference
from linli.queues import Received, bus_queue

blueprint = Blueprint(__name__)


@blueprint.on_sqs_message(queue_arn=reference("CommunityArn"), batch_size=10, name="community")
@bus_queue
def community(received: Received[CommunityChanged | MembershipChanged]) -> str:
    """One fact of the directory."""
    match received.fact:
        case CommunityChanged() as fact:
            return communities.keep(fact, "maintenance")
        case MembershipChanged() as fact:
            return store.keep_member(fact)
