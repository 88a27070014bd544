"""Watch: set up, show, list, end."""

from chalice.app import Blueprint

from functions.care import permissions
from functions.care.intake.endings import store as endings
from functions.care.watch import store
from functions.care.watch.models import Watched, WatchSeen
from functions.care.watching.watch import Settings
from linli.cursors import Page, PageQuery
from linli.http import Nothing, Request, route

blueprint = Blueprint(__name__)
WATCHES = "/communities/{community}/watches"
WATCH = WATCHES + "/{person}"


@route(blueprint, "PUT", WATCH, permissions.CHANGE_WATCHED, body=Settings)
def set_watch(request: Request[Settings, Nothing]) -> WatchSeen:
    """Say how a person is watched over; the whole of it."""
    return store.set_up(request.tenant, request.path["person"], request.body, request.now)


@route(blueprint, "GET", WATCH, permissions.READ_WATCHED)
def show_watch(request: Request[Nothing, Nothing]) -> WatchSeen:
    """How a person is watched over, and how they are."""
    return store.find(request.tenant, request.path["person"])


@route(blueprint, "GET", WATCHES, permissions.READ_WATCHED, query=PageQuery)
def list_watches(request: Request[Nothing, PageQuery]) -> Page[Watched]:
    """Who is watched over."""
    return store.watched(request.tenant, request.query)


@route(blueprint, "DELETE", WATCH, permissions.CHANGE_WATCHED)
def end_watch(request: Request[Nothing, Nothing]) -> None:
    """A person is no longer watched over."""
    endings.end(request.tenant, request.path["person"], request.now)
