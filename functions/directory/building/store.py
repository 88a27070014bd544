"""Buildings and units, one row each."""

from decimal import Decimal

from functions.directory.building.models import Building, Unit
from functions.directory.creation import create
from functions.directory.tables import BuildingRow, UnitRow
from linli.cursors import Page, PageQuery, page_of
from linli.errors import NotFound
from linli.idempotency import Creation
from linli.tables import Transaction, read


def add_building(community: str, building: Building, creation: Creation) -> Building:
    """Enter a building. Raises Conflict when the id is taken, IdempotencyKeyReused."""
    row = BuildingRow(
        *BuildingRow.key(community, building.building), name=building.name, attempt=creation.attempt
    )
    return _building(create(row, Transaction(), creation))


def buildings(community: str, query: PageQuery) -> Page[Building]:
    """The buildings by id. Raises InvalidCursor."""
    return page_of(BuildingRow, BuildingRow.key(community, "")[0], query, _building)


def add_unit(community: str, building: str, unit: Unit, creation: Creation) -> Unit:
    """Enter a unit of a building. Raises NotFound, Conflict when the id is taken, IdempotencyKeyReused."""
    _check(community, building)
    row = UnitRow(
        *UnitRow.key(community, building, unit.unit), area_m2=str(unit.area_m2), attempt=creation.attempt
    )
    return _unit(create(row, Transaction(), creation))


def units(community: str, building: str, query: PageQuery) -> Page[Unit]:
    """The units of a building by id. Raises NotFound, InvalidCursor."""
    _check(community, building)
    return page_of(UnitRow, UnitRow.key(community, building, "")[0], query, _unit)


def _check(community: str, building: str) -> None:
    if not read([BuildingRow.key(community, building)]):
        raise NotFound


def _building(row: BuildingRow) -> Building:
    return Building(building=row.sk, name=row.name)


def _unit(row: UnitRow) -> Unit:
    return Unit(unit=row.sk, area_m2=Decimal(row.area_m2))
