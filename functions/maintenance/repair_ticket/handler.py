"""Repair tickets: report → show → move on; timeline, photos, lists."""

from typing import Any

from chalice.app import Blueprint

from functions.maintenance import permissions
from functions.maintenance.repair_ticket import store
from functions.maintenance.repair_ticket.models import (
    Incident,
    Photos,
    PhotoUpload,
    PhotoWanted,
    Report,
    TicketQuery,
    Timeline,
)
from functions.maintenance.tickets.models import Capacity
from functions.maintenance.tickets.moves import Move
from functions.maintenance.tickets.views import TicketShown
from linli.cursors import Page, PageQuery
from linli.errors import Forbidden
from linli.http import Nothing, Request, route
from linli.permissions import Role

blueprint = Blueprint(__name__)
TICKETS = "/communities/{community}/tickets"
ONE = TICKETS + "/{ticket}"
STAFF: dict[Role, Capacity] = {Role.REPAIRER: "repairer", Role.MANAGER: "manager", Role.OPERATOR: "manager"}


def _asker(request: Request[Any, Any]) -> store.Person:
    staff = (STAFF[role] for role in request.roles & STAFF.keys())
    return store.Person(request.person, frozenset({"reporter", *staff}))


@route(blueprint, "POST", TICKETS, permissions.REPORT_TICKET, body=Report, status=201)
def report_ticket(request: Request[Report, Nothing]) -> TicketShown:
    """Report a repair, a complaint or an enquiry."""
    return store.report(request.tenant, _asker(request), request.body, request.creation)


@route(blueprint, "GET", TICKETS, permissions.READ_ALL_TICKETS, query=TicketQuery)
def list_tickets(request: Request[Nothing, TicketQuery]) -> Page[TicketShown]:
    """The community's tickets that wait, are worked on, or are over."""
    return store.on_shelf(request.tenant, request.query.shelf, request.query)


@route(
    blueprint,
    "GET",
    "/communities/{community}/people/{person}/tickets",
    permissions.READ_TICKETS,
    query=PageQuery,
)
def list_own_tickets(request: Request[Nothing, PageQuery]) -> Page[TicketShown]:
    """What a person reported: oneself, or anybody for those who run the community."""
    if request.path["person"] != request.person and not request.may(permissions.READ_ALL_TICKETS):
        raise Forbidden
    return store.reported_by(request.tenant, request.path["person"], request.query)


@route(blueprint, "GET", ONE, permissions.READ_TICKETS)
def show_ticket(request: Request[Nothing, Nothing]) -> TicketShown:
    """A ticket, with what the caller may do with it now."""
    return store.find(request.tenant, _asker(request), request.path["ticket"])


@route(blueprint, "GET", ONE + "/timeline", permissions.READ_TICKETS)
def show_timeline(request: Request[Nothing, Nothing]) -> Timeline:
    """Who did what, when, with what note."""
    return store.timeline(request.tenant, _asker(request), request.path["ticket"])


@route(blueprint, "POST", ONE + "/transitions", permissions.MOVE_TICKET, body=Move)
def move_ticket(request: Request[Move, Nothing]) -> TicketShown:
    """Move a ticket on; what its state does not allow is 409 with what it does."""
    return store.move(request.tenant, _asker(request), request.path["ticket"], request.body, request.creation)


@route(blueprint, "POST", ONE + "/photos", permissions.READ_TICKETS, body=PhotoWanted, status=201)
def add_photo(request: Request[PhotoWanted, Nothing]) -> PhotoUpload:
    """Ask where to upload a photo."""
    ticket = request.path["ticket"]
    return store.add_photo(request.tenant, _asker(request), ticket, request.body, request.creation)


@route(blueprint, "GET", ONE + "/photos", permissions.READ_TICKETS)
def list_photos(request: Request[Nothing, Nothing]) -> Photos:
    """A ticket's photos."""
    return store.photos(request.tenant, _asker(request), request.path["ticket"])


@route(blueprint, "GET", "/communities/{community}/incidents", permissions.READ_ALL_TICKETS, query=PageQuery)
def list_incidents(request: Request[Nothing, PageQuery]) -> Page[Incident]:
    """Mass outages: one incident, many tickets."""
    return store.incidents(request.tenant, request.query)
