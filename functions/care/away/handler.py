"""Away: until when; back."""

from chalice.app import Blueprint

from functions.care import permissions
from functions.care.away import store
from functions.care.away.domain import check, checked
from functions.care.away.models import Absence, Away
from functions.care.calling.alerts import Actor
from functions.care.watching.watch import Watch
from linli.http import Nothing, Request, route

blueprint = Blueprint(__name__)
AWAY = "/communities/{community}/watches/{person}/away"


@route(blueprint, "PUT", AWAY, permissions.SET_AWAY, body=Away)
def set_away(request: Request[Away, Nothing]) -> Absence:
    """Say until when a person is away."""
    until = checked(request.body.until, request.now)
    return store.leave(*_who(request), until, request.now)


@route(blueprint, "DELETE", AWAY, permissions.SET_AWAY)
def end_away(request: Request[Nothing, Nothing]) -> Absence:
    """Say that a person is back."""
    return store.come_back(*_who(request), request.now)


def _who(request: Request[Away, Nothing] | Request[Nothing, Nothing]) -> tuple[Watch, Actor]:
    """Whose absence it is, and who tells of it."""
    watch = store.find(request.tenant, request.path["person"])
    return watch, Actor(request.person, check(request.person, request.roles, watch))
