"""Household: keep who lives where."""

from chalice.app import Blueprint

from functions.payments.household import store
from linli.naming import reference
from linli.queues import Received, bus_queue
from linli.vocabulary.directory import MembershipChanged

blueprint = Blueprint(__name__)


@blueprint.on_sqs_message(queue_arn=reference("HouseholdArn"), batch_size=10, name="household")
@bus_queue
def household(received: Received[MembershipChanged]) -> str:
    """Somebody moved in, moved, or left."""
    return store.remember_home(received.fact)
