"""Buildings and units: parse → create or list."""

from chalice.app import Blueprint

from functions.directory import permissions
from functions.directory.building import store
from functions.directory.building.models import Building, BuildingPatch, BuildingShown, Unit, UnitPatch
from linli.cursors import Page, PageQuery
from linli.http import Nothing, Request, route

blueprint = Blueprint(__name__)
BUILDINGS = "/communities/{community}/buildings"
BUILDING = BUILDINGS + "/{building}"
UNITS = BUILDING + "/units"
UNIT = UNITS + "/{unit}"


@route(blueprint, "POST", BUILDINGS, permissions.CHANGE_BUILDINGS, body=Building, status=201)
def create_building(request: Request[Building, Nothing]) -> BuildingShown:
    """A manager enters a building."""
    return store.add_building(request.tenant, request.body, request.creation)


@route(blueprint, "PATCH", BUILDING, permissions.CHANGE_BUILDINGS, body=BuildingPatch)
def change_building(request: Request[BuildingPatch, Nothing]) -> BuildingShown:
    """A manager says what people call a building."""
    return store.change_building(request.tenant, request.path["building"], request.body, request.now)


@route(blueprint, "GET", BUILDINGS, permissions.READ_COMMUNITY, query=PageQuery)
def list_buildings(request: Request[Nothing, PageQuery]) -> Page[BuildingShown]:
    """The buildings of a community."""
    return store.buildings(request.tenant, request.query)


@route(blueprint, "POST", UNITS, permissions.CHANGE_BUILDINGS, body=Unit, status=201)
def create_unit(request: Request[Unit, Nothing]) -> Unit:
    """A manager enters a unit of a building."""
    return store.add_unit(request.tenant, request.path["building"], request.body, request.creation)


@route(blueprint, "PATCH", UNIT, permissions.CHANGE_BUILDINGS, body=UnitPatch)
def change_unit(request: Request[UnitPatch, Nothing]) -> Unit:
    """A manager says what people call a unit, or corrects its area."""
    path = request.path
    return store.change_unit(request.tenant, path["building"], path["unit"], request.body, request.now)


@route(blueprint, "GET", UNITS, permissions.READ_COMMUNITY, query=PageQuery)
def list_units(request: Request[Nothing, PageQuery]) -> Page[Unit]:
    """The units of a building."""
    return store.units(request.tenant, request.path["building"], request.query)
