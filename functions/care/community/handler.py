"""Community: keep this service's copy of the policies, and of who has which roles and lives where."""

from chalice.app import Blueprint

from functions.care import members
from functions.care.community import store
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
            return store.keep(fact, received.event.time)
        case MembershipChanged() as fact:
            return members.keep(fact, received.event.time)
