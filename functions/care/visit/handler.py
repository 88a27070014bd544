"""Visits: today's rounds, and how each went."""

from chalice.app import Blueprint

from functions.care import permissions
from functions.care.visit import store
from functions.care.visit.models import Round, VisitKept, VisitMade
from linli.cursors import Page, PageQuery
from linli.http import Nothing, Request, route

blueprint = Blueprint(__name__)


@route(blueprint, "GET", "/communities/{community}/rounds", permissions.VISIT, query=PageQuery)
def list_rounds(request: Request[Nothing, PageQuery]) -> Page[Round]:
    """Whom to visit today, the longest overdue first."""
    return store.of_today(request.tenant, request.query, request.now)


@route(
    blueprint,
    "POST",
    "/communities/{community}/watches/{person}/visits",
    permissions.VISIT,
    body=VisitMade,
    status=201,
)
def note_visit(request: Request[VisitMade, Nothing]) -> VisitKept:
    """Tell how a visit went."""
    person = request.path["person"]
    return store.note(request.tenant, person, request.body, request.person, request.creation)
