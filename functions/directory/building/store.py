"""Buildings and units, one row each, and the events that tell of them."""

from datetime import datetime
from decimal import Decimal

from functions.directory.building.domain import building_changed, building_told, unit_changed, unit_told
from functions.directory.building.models import Building, BuildingPatch, BuildingShown, Unit, UnitPatch
from functions.directory.estate.rows import BuildingRow, UnitRow
from functions.directory.estate.store import create
from linli.cursors import Page, PageQuery, page_of
from linli.errors import NotFound
from linli.idempotency import Creation
from linli.tables import Row, Transaction, find, read, until_it_holds
from linli.vocabulary.directory import PlaceChanged


def add_building(community: str, building: Building, creation: Creation) -> BuildingShown:
    """Enter a building. Raises Conflict when the id is taken, IdempotencyKeyReused."""
    transaction = Transaction()
    _publish(transaction, building_told(community, building, 1), creation.at)
    return _building(create(_building_row(community, building, 1, creation.attempt), transaction, creation))


def change_building(community: str, building: str, patch: BuildingPatch, now: datetime) -> BuildingShown:
    """Change what a building is called. Raises NotFound."""
    return until_it_holds(lambda: _change_building(community, building, patch, now))


def buildings(community: str, query: PageQuery) -> Page[BuildingShown]:
    """The buildings by id. Raises InvalidCursor."""
    return page_of(BuildingRow, BuildingRow.key.partition(community), query, _building)


def add_unit(community: str, building: str, unit: Unit, creation: Creation) -> Unit:
    """Enter a unit of a building. Raises NotFound, Conflict when the id is taken, IdempotencyKeyReused."""
    _check(community, building)
    transaction = Transaction()
    _publish(transaction, unit_told(community, building, unit, 1), creation.at)
    return _unit(create(_unit_row(community, building, unit, 1, creation.attempt), transaction, creation))


def change_unit(community: str, building: str, unit: str, patch: UnitPatch, now: datetime) -> Unit:
    """Change what a unit is called, or its area. Raises NotFound."""
    return until_it_holds(lambda: _change_unit(community, building, unit, patch, now))


def units(community: str, building: str, query: PageQuery) -> Page[Unit]:
    """The units of a building by id. Raises NotFound, InvalidCursor."""
    _check(community, building)
    return page_of(UnitRow, UnitRow.key.partition(community, building), query, _unit)


def _change_building(community: str, building: str, patch: BuildingPatch, now: datetime) -> BuildingShown:
    row = find(BuildingRow, BuildingRow.key(community, building))
    before, version = _building(row), int(row.version or 0)
    after = building_changed(before, patch)
    if after != before or not version:
        transaction = Transaction()
        _publish(transaction, building_told(community, after, version + 1), now)
        _replace(transaction, row, _building_row(community, after, version + 1, row.attempt))
    return after


def _change_unit(community: str, building: str, unit: str, patch: UnitPatch, now: datetime) -> Unit:
    row = find(UnitRow, UnitRow.key(community, building, unit))
    before, version = _unit(row), int(row.version or 0)
    after = unit_changed(before, patch)
    if after != before or not version:
        transaction = Transaction()
        _publish(transaction, unit_told(community, building, after, version + 1), now)
        _replace(transaction, row, _unit_row(community, building, after, version + 1, row.attempt))
    return after


def _replace(transaction: Transaction, before: BuildingRow | UnitRow, after: BuildingRow | UnitRow) -> None:
    version = type(before).version
    same = version == before.version if before.version else Row.pk.exists() & version.does_not_exist()
    transaction.put("place", after, same)
    transaction.commit()


def _publish(transaction: Transaction, fact: PlaceChanged, now: datetime) -> None:
    transaction.publish([fact], f"building/{fact.community}/{fact.entity()}/{fact.version}", now)


def _check(community: str, building: str) -> None:
    if not read([BuildingRow.key(community, building)]):
        raise NotFound


def _building_row(community: str, building: BuildingShown, version: int, attempt: str) -> BuildingRow:
    key = BuildingRow.key(community, building.building)
    return BuildingRow(*key, name=building.name, version=version, attempt=attempt)


def _unit_row(community: str, building: str, unit: Unit, version: int, attempt: str) -> UnitRow:
    key = UnitRow.key(community, building, unit.unit)
    return UnitRow(*key, name=unit.name, area_m2=str(unit.area_m2), version=version, attempt=attempt)


def _building(row: BuildingRow) -> BuildingShown:
    return BuildingShown(building=row.sk, name=row.name)


def _unit(row: UnitRow) -> Unit:
    return Unit(unit=row.sk, name=row.name, area_m2=Decimal(row.area_m2))
