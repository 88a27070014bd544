"""Duties: the staff queue, settling, and the roster."""

from chalice.app import Blueprint

from functions.care import permissions
from functions.care.duty import store
from functions.care.duty.models import Roster, Rostered, RosterLine, Settled, Waiting
from functions.care.timeline.models import Capacity
from linli.cursors import Page, PageQuery
from linli.http import Nothing, Request, route
from linli.permissions import Role

blueprint = Blueprint(__name__)
DUTIES = "/communities/{community}/duties"
ROSTER = "/communities/{community}/duty_roster"


@route(blueprint, "GET", DUTIES, permissions.READ_ALERTS, query=PageQuery)
def list_duties(request: Request[Nothing, PageQuery]) -> Page[Waiting]:
    """What staff have to see to: alerts and duties, the most urgent first."""
    return store.waiting(request.tenant, request.query)


@route(blueprint, "POST", DUTIES + "/{duty}/{about}/settlement", permissions.CHANGE_WATCHED, body=Settled)
def settle_duty(request: Request[Settled, Nothing]) -> None:
    """Settle a duty as it was listed, by its kind (`cannot-see`) and whom it is about, with a word on how."""
    which = request.path["duty"].replace("-", "_"), request.path["about"]
    capacity: Capacity = "manager" if Role.MANAGER in request.roles else "caregiver"
    by = request.person, capacity
    store.settle(request.tenant, which, request.body, by, request.now)


@route(blueprint, "GET", ROSTER, permissions.READ_ALERTS)
def show_roster(request: Request[Nothing, Nothing]) -> Roster:
    """Who is on duty."""
    return store.roster(request.tenant)


@route(blueprint, "PUT", ROSTER + "/{person}", permissions.CHANGE_WATCHED, body=Rostered)
def set_on_duty(request: Request[Rostered, Nothing]) -> RosterLine:
    """Put somebody on or off duty."""
    return store.enrol(request.tenant, request.path["person"], request.body)


@route(blueprint, "DELETE", ROSTER + "/{person}", permissions.CHANGE_WATCHED)
def strike_off(request: Request[Nothing, Nothing]) -> None:
    """Take somebody off the roster."""
    store.strike(request.tenant, request.path["person"])
