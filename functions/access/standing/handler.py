"""Standing: take a fact in → change what a pass is decided by."""

from chalice.app import Blueprint

from functions.access.standing import store
from functions.access.standing.models import HealthWord, ShownStanding
from linli import communities, registered
from linli.events import (
    CommunityChanged,
    DeviceRegistered,
    DeviceRevoked,
    Fact,
    FeverCleared,
    FeverConfirmed,
    MembershipChanged,
)
from linli.http import Nothing, Request, route
from linli.naming import reference
from linli.permissions import Permission
from linli.queues import Received, bus_queue

blueprint = Blueprint(__name__)
OF_PERSON = "/communities/{community}/people/{person}/standing"


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
        case DeviceRegistered() | DeviceRevoked():
            outcome = registered.keep(fact, at)
            if fact.kind in {"gate", None}:  # told before kinds were: it may be one
                store.keep_gate(fact.community, fact.device, at, revoked=isinstance(fact, DeviceRevoked))
            return outcome
        case _:
            return "not_ours"


@route(blueprint, "GET", OF_PERSON, Permission.READ_STANDING)
def show_standing(request: Request[Nothing, Nothing]) -> ShownStanding:
    """Why a person's passes are refused, if they are."""
    return store.show(request.tenant, request.path["person"])


@route(blueprint, "PUT", OF_PERSON, Permission.CHANGE_STANDING, body=HealthWord)
def change_standing(request: Request[HealthWord, Nothing]) -> ShownStanding:
    """Keep a person's health code and quarantine."""
    return store.say(request.tenant, request.path["person"], request.body)
