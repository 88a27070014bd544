"""Held readings: list, decide."""

from chalice.app import Blueprint

from functions.utilities import permissions
from functions.utilities.held_reading import store
from functions.utilities.held_reading.models import Decided, HeldReading, Verdict
from linli.cursors import Page, PageQuery
from linli.http import Nothing, Request, route

blueprint = Blueprint(__name__)
HELD = "/communities/{community}/held_readings"


@route(blueprint, "GET", HELD, permissions.DECIDE_READINGS, query=PageQuery)
def list_held_readings(request: Request[Nothing, PageQuery]) -> Page[HeldReading]:
    """The readings that wait for somebody's decision."""
    return store.waiting(request.tenant, request.query)


@route(blueprint, "POST", HELD + "/{held}/decision", permissions.DECIDE_READINGS, body=Verdict)
def decide_held_reading(request: Request[Verdict, Nothing]) -> Decided:
    """Accept a held reading, correct it, or reject it."""
    return store.decide(request.tenant, request.path["held"], request.body, request.person, request.creation)
