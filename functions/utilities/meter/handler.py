"""Meters: register, change, replace, show, list."""

from chalice.app import Blueprint

from functions.utilities import permissions
from functions.utilities.meter import store
from functions.utilities.meter.models import Correction, MeterChanged, MeterRegistered, Replaced, Replacement
from functions.utilities.meters.models import Meter
from linli.cursors import Page, PageQuery
from linli.http import Nothing, Request, route

blueprint = Blueprint(__name__)
METERS = "/communities/{community}/meters"
METER = METERS + "/{meter}"


@route(blueprint, "POST", METERS, permissions.CHANGE_METERS, body=MeterRegistered, status=201)
def register_meter(request: Request[MeterRegistered, Nothing]) -> Meter:
    """Register a meter of a home, or of something shared. Its id is its natural key."""
    return store.register(request.tenant, request.body, request.now)


@route(blueprint, "GET", METERS, permissions.READ_METERS, query=PageQuery)
def list_meters(request: Request[Nothing, PageQuery]) -> Page[Meter]:
    """The community's meters."""
    return store.meters(request.tenant, request.query)


@route(blueprint, "GET", METER, permissions.READ_METERS)
def show_meter(request: Request[Nothing, Nothing]) -> Meter:
    """One meter."""
    return store.find(request.tenant, request.path["meter"])


@route(blueprint, "PATCH", METER, permissions.CHANGE_METERS, body=MeterChanged)
def change_meter(request: Request[MeterChanged, Nothing]) -> Meter:
    """Set what a meter's registers can advance in a day; what is held is judged anew."""
    return store.change(request.tenant, request.path["meter"], request.body, request.now)


@route(blueprint, "POST", METER + "/replacement", permissions.CHANGE_METERS, body=Replacement, status=201)
def replace_meter(request: Request[Replacement, Nothing]) -> Replaced:
    """Close a meter with its final readings and open another in its place."""
    return store.replace(request.tenant, request.path["meter"], request.body, request.now)


@route(blueprint, "GET", METER + "/corrections", permissions.READ_METERS, query=PageQuery)
def list_corrections(request: Request[Nothing, PageQuery]) -> Page[Correction]:
    """What was corrected in a meter's consumption, and why."""
    return store.corrections(request.tenant, request.path["meter"], request.query)
