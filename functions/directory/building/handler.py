"""Buildings and units: parse → create or list."""

from chalice.app import Blueprint

from functions.directory.building import store
from functions.directory.building.models import Building, Unit
from linli.cursors import Page, PageQuery
from linli.http import Nothing, Request, route
from linli.permissions import Permission

blueprint = Blueprint(__name__)
BUILDINGS = "/communities/{community}/buildings"
UNITS = "/communities/{community}/buildings/{building}/units"


@route(blueprint, "POST", BUILDINGS, Permission.CHANGE_BUILDINGS, body=Building, status=201)
def create_building(request: Request[Building, Nothing]) -> Building:
    """A manager enters a building."""
    return store.add_building(request.tenant, request.body, request.creation)


@route(blueprint, "GET", BUILDINGS, Permission.READ_COMMUNITY, query=PageQuery)
def list_buildings(request: Request[Nothing, PageQuery]) -> Page[Building]:
    """The buildings of a community."""
    return store.buildings(request.tenant, request.query)


@route(blueprint, "POST", UNITS, Permission.CHANGE_BUILDINGS, body=Unit, status=201)
def create_unit(request: Request[Unit, Nothing]) -> Unit:
    """A manager enters a unit of a building."""
    return store.add_unit(request.tenant, request.path["building"], request.body, request.creation)


@route(blueprint, "GET", UNITS, Permission.READ_COMMUNITY, query=PageQuery)
def list_units(request: Request[Nothing, PageQuery]) -> Page[Unit]:
    """The units of a building."""
    return store.units(request.tenant, request.path["building"], request.query)
