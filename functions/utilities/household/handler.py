"""Households: keep who lives where; describe, show, list."""

from typing import Any

from chalice.app import Blueprint

from functions.utilities import permissions
from functions.utilities.household import store
from functions.utilities.household.models import Household, HouseholdDescribed, Stays, StayTold
from linli.cursors import Page, PageQuery
from linli.http import Nothing, Request, route
from linli.queues import Received, bus_queue
from linli.vocabulary.care import WatchChanged
from linli.vocabulary.directory import MembershipChanged, PlaceChanged

blueprint = Blueprint(__name__)
HOUSEHOLDS = "/communities/{community}/households"
HOUSEHOLD = HOUSEHOLDS + "/{building}/{unit}"


@bus_queue(blueprint)
def household(received: Received[MembershipChanged | PlaceChanged | WatchChanged]) -> str:
    """Somebody moved in, moved, or left; or is watched over, or no longer; or a unit has another area."""
    match received.fact:
        case WatchChanged() as watch:
            return store.set_watched(watch)
        case PlaceChanged() as place:
            return store.set_area(place)
        case member:
            return store.move_person(member, received.event.time)


@route(blueprint, "PUT", HOUSEHOLD, permissions.CHANGE_HOUSEHOLDS, body=HouseholdDescribed)
def describe_household(request: Request[HouseholdDescribed, Nothing]) -> Household:
    """Say a home's area and headcount, by which shared consumption is apportioned."""
    return store.describe(request.tenant, _home(request), request.body)


@route(blueprint, "GET", HOUSEHOLD, permissions.CHANGE_HOUSEHOLDS)
def show_household(request: Request[Nothing, Nothing]) -> Household:
    """One household."""
    return store.find(request.tenant, _home(request))


@route(blueprint, "PUT", HOUSEHOLD + "/stays/{person}", permissions.CHANGE_HOUSEHOLDS, body=StayTold)
def tell_stay(request: Request[StayTold, Nothing]) -> Stays:
    """Say on which days somebody lived in a home, where the directory was told on another day."""
    return store.tell_stay(request.tenant, _home(request), request.path["person"], request.body)


@route(blueprint, "GET", HOUSEHOLD + "/stays", permissions.CHANGE_HOUSEHOLDS)
def list_stays(request: Request[Nothing, Nothing]) -> Stays:
    """Who lived in a home, from which day to which."""
    return store.stays(request.tenant, _home(request))


@route(blueprint, "GET", HOUSEHOLDS, permissions.CHANGE_HOUSEHOLDS, query=PageQuery)
def list_households(request: Request[Nothing, PageQuery]) -> Page[Household]:
    """The community's households."""
    return store.households(request.tenant, request.query)


def _home(request: Request[Any, Any]) -> str:
    return f"{request.path['building']}/{request.path['unit']}"
