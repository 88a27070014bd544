"""Repairers: set up, list, show their tickets."""

from chalice.app import Blueprint

from functions.maintenance import permissions
from functions.maintenance.people.models import SetUp
from functions.maintenance.repairer import store
from functions.maintenance.repairer.models import Repairer
from functions.maintenance.tickets.views import TicketShown
from linli.cursors import Page, PageQuery
from linli.errors import Forbidden
from linli.http import Nothing, Request, route

blueprint = Blueprint(__name__)
REPAIRERS = "/communities/{community}/repairers"


@route(blueprint, "PUT", REPAIRERS + "/{person}", permissions.CHANGE_REPAIRERS, body=SetUp)
def set_up_repairer(request: Request[SetUp, Nothing]) -> Repairer:
    """Say what a repairer can do, where they are, and whether they are on duty."""
    return store.set_up(request.tenant, request.path["person"], request.body, request.now)


@route(blueprint, "GET", REPAIRERS, permissions.CHANGE_REPAIRERS, query=PageQuery)
def list_repairers(request: Request[Nothing, PageQuery]) -> Page[Repairer]:
    """The community's repairers and what they have in hand."""
    return store.repairers(request.tenant, request.query)


@route(blueprint, "GET", REPAIRERS + "/{person}/tickets", permissions.WORK_TICKETS, query=PageQuery)
def list_work(request: Request[Nothing, PageQuery]) -> Page[TicketShown]:
    """What a repairer was given: oneself, or anybody for those who run the community."""
    if request.path["person"] != request.person and not request.may(permissions.CHANGE_REPAIRERS):
        raise Forbidden
    return store.tickets_of(request.tenant, request.path["person"], request.query)
