"""Escalations: what nobody is free for or what is late → the queue of staff."""

from chalice.app import Blueprint

from functions.maintenance import permissions
from functions.maintenance.escalation import store
from functions.maintenance.escalation.models import Escalation
from linli.cursors import Page, PageQuery
from linli.http import Nothing, Request, route

blueprint = Blueprint(__name__)


@route(
    blueprint, "GET", "/communities/{community}/escalations", permissions.READ_ALL_TICKETS, query=PageQuery
)
def list_escalations(request: Request[Nothing, PageQuery]) -> Page[Escalation]:
    """What staff have to see to: nobody is free for it, or it is late."""
    return store.waiting(request.tenant, request.query)
