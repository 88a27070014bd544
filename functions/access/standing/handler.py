"""Standing: take a fact in → change what a pass is decided by."""

from chalice.app import Blueprint

from functions.access.standing import store
from functions.access.standing.models import HealthWord, ShownStanding
from linli import communities
from linli.events import (
    CommunityChanged,
    DeviceRegistered,
    DeviceRevoked,
    FeverCleared,
    FeverConfirmed,
    MembershipChanged,
)
from linli.http import Nothing, Request, route
from linli.naming import reference
from linli.permissions import Permission
from linli.queues import Received, bus_queue

blueprint = Blueprint(__name__)
Told = CommunityChanged | MembershipChanged | DeviceRegistered | DeviceRevoked | FeverConfirmed | FeverCleared
OF_PERSON = "/communities/{community}/people/{person}/standing"


@blueprint.on_sqs_message(queue_arn=reference("StandingArn"), batch_size=10, name="standing")
@bus_queue
def standing(received: Received[Told]) -> str:
    """One fact of another service."""
    fact, at = received.fact, received.event.time
    match fact:
        case CommunityChanged():
            return communities.keep(fact, "access", "health")
        case FeverConfirmed() | FeverCleared() | MembershipChanged():
            return store.keep_person(fact, at)
        case DeviceRegistered(kind="gate"):
            return store.keep_gate(fact.community, fact.device, at, revoked=False)
        case DeviceRegistered():
            return "not_ours"
        case DeviceRevoked():
            return store.keep_gate(fact.community, fact.device, at, revoked=True)


@route(blueprint, "GET", OF_PERSON, Permission.READ_STANDING)
def show_standing(request: Request[Nothing, Nothing]) -> ShownStanding:
    """Why a person's passes are refused, if they are."""
    return store.show(request.tenant, request.path["person"])


@route(blueprint, "PUT", OF_PERSON, Permission.CHANGE_STANDING, body=HealthWord)
def change_standing(request: Request[HealthWord, Nothing]) -> ShownStanding:
    """Keep a person's health code and quarantine."""
    return store.say(request.tenant, request.path["person"], request.body)
