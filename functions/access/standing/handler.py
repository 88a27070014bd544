"""Standing: take a fact in → change what a pass is decided by."""

from chalice.app import Blueprint

from functions.access import permissions
from functions.access.standing import store
from functions.access.standing.models import HealthWord, PlaceWord, SaidPlace, ShownStanding
from linli import communities, registered
from linli.cursors import Page, PageQuery
from linli.http import Nothing, Request, route
from linli.queues import Received, bus_queue
from linli.vocabulary.access import AccessPolicy
from linli.vocabulary.devices import DeviceRegistered, DeviceRevoked
from linli.vocabulary.directory import CommunityChanged, MembershipChanged
from linli.vocabulary.health import FeverCleared, FeverConfirmed, HealthPolicy

blueprint = Blueprint(__name__)
Told = CommunityChanged | MembershipChanged | DeviceRegistered | DeviceRevoked | FeverConfirmed | FeverCleared
OF_PERSON = "/communities/{community}/people/{person}/standing"
PLACE = "/communities/{community}/people/{person}/place"


@bus_queue(blueprint)
def standing(received: Received[Told]) -> str:
    """One fact of another service."""
    fact, at = received.fact, received.event.time
    match fact:
        case CommunityChanged():
            return communities.keep(fact, AccessPolicy, HealthPolicy)
        case FeverConfirmed() | FeverCleared() | MembershipChanged():
            return store.hear_of_person(fact, at)
        case DeviceRegistered() | DeviceRevoked():
            outcome = registered.keep(fact, at)
            if fact.kind in {"gate", None}:  # told before kinds were: it may be one
                store.hear_of_gate(fact, at)
            return outcome


@route(blueprint, "GET", OF_PERSON, permissions.READ_STANDING)
def show_standing(request: Request[Nothing, Nothing]) -> ShownStanding:
    """Why a person's passes are refused, if they are."""
    return store.show(request.tenant, request.path["person"])


@route(blueprint, "PUT", OF_PERSON, permissions.CHANGE_STANDING, body=HealthWord)
def change_standing(request: Request[HealthWord, Nothing]) -> ShownStanding:
    """Keep a person's health code and quarantine."""
    return store.say(request.tenant, request.path["person"], request.body)


@route(blueprint, "POST", PLACE, permissions.SAY_PLACE, body=PlaceWord, status=201)
def say_place(request: Request[PlaceWord, Nothing]) -> SaidPlace:
    """Say anew where a resident or a visitor is, for anti-passback, with a reason."""
    return store.say_place(
        request.tenant, request.path["person"], request.body, request.person, request.creation
    )


@route(blueprint, "GET", PLACE, permissions.READ_STANDING, query=PageQuery)
def list_places(request: Request[Nothing, PageQuery]) -> Page[SaidPlace]:
    """What staff have said of somebody's place lately, and why."""
    return store.places(request.tenant, request.path["person"], request.query, request.now)
