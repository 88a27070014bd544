"""What people call the homes that they are shown: the names of buildings (楼栋) and units (户)."""

from collections.abc import Iterable, Mapping

from functions.directory.estate.rows import BuildingRow, UnitRow
from functions.directory.homes.models import Home, HomeShown
from functions.directory.people.rows import MembershipRow
from linli.tables import Rows, read

Address = tuple[str, Home]  # a community, and a home in it


def homes_of(row: MembershipRow | None) -> list[Home]:
    """The homes of a membership as it is kept; rows of before 2026-11-26 have one at most."""
    if row is None:
        return []
    if row.homes:
        places = (str(each).split("/") for each in row.homes)
        return [Home(building=building, unit=unit) for building, unit in places]
    return [Home(building=row.building, unit=row.unit)] if row.building and row.unit else []


def named(addresses: Iterable[Address]) -> Mapping[Address, HomeShown]:
    """Homes with their names, in one read for every hundred buildings and units; none without homes."""
    wanted = set(addresses)
    keys = [key for community, home in wanted for key in _keys(community, home)]
    rows = read(keys, only=["name"]) if keys else Rows()
    return {(community, home): _shown(community, home, rows) for community, home in wanted}


def _keys(community: str, home: Home) -> tuple[tuple[str, str], tuple[str, str]]:
    return BuildingRow.key(community, home.building), UnitRow.key(community, home.building, home.unit)


def _shown(community: str, home: Home, rows: Rows) -> HomeShown:
    building_key, unit_key = _keys(community, home)
    building, unit = rows.one(BuildingRow, building_key), rows.one(UnitRow, unit_key)
    return HomeShown(
        building=home.building,
        unit=home.unit,
        building_name=building.name if building else None,
        unit_name=unit.name if unit else None,
    )
