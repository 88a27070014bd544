"""Standing: take a fact in → change what a pass is decided by."""

from chalice.app import Blueprint

from functions.access.standing import store
from linli import communities
from linli.events import (
    CommunityChanged,
    DeviceRegistered,
    DeviceRevoked,
    Fact,
    FeverCleared,
    FeverConfirmed,
    MembershipChanged,
)
from linli.naming import reference
from linli.queues import Received, bus_queue

blueprint = Blueprint(__name__)


@blueprint.on_sqs_message(queue_arn=reference("StandingArn"), batch_size=10, name="standing")
@bus_queue
def standing(received: Received[Fact]) -> str:
    """One fact of another service."""
    fact, at = received.fact, received.event.time
    match fact:
        case CommunityChanged():
            return communities.keep(fact)
        case FeverConfirmed() | FeverCleared() | MembershipChanged():
            return store.keep_person(fact, at)
        case DeviceRegistered(kind="gate"):
            return store.keep_gate(fact.community, fact.device, at, revoked=False)
        case DeviceRevoked():
            return store.keep_gate(fact.community, fact.device, at, revoked=True)
        case _:
            return "not_ours"
