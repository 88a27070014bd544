"""How buildings and units change, and what is told of them."""

from functions.directory.building.models import BuildingPatch, BuildingShown, Unit, UnitPatch
from linli.vocabulary.directory import PlaceChanged


def building_changed(standing: BuildingShown, patch: BuildingPatch) -> BuildingShown:
    """The building after `patch`."""
    return BuildingShown(building=standing.building, name=patch.name or standing.name)


def unit_changed(standing: Unit, patch: UnitPatch) -> Unit:
    """The unit after `patch`."""
    name = patch.name if "name" in patch.model_fields_set else standing.name
    return Unit(unit=standing.unit, name=name, area_m2=patch.area_m2 or standing.area_m2)


def building_told(community: str, building: BuildingShown, version: int) -> PlaceChanged:
    """What the other services are told of a building."""
    return PlaceChanged(community=community, building=building.building, name=building.name, version=version)


def unit_told(community: str, building: str, unit: Unit, version: int) -> PlaceChanged:
    """What the other services are told of a unit: without a name, people call it by its id."""
    return PlaceChanged(
        community=community,
        building=building,
        unit=unit.unit,
        name=unit.name or unit.unit,
        area_m2=unit.area_m2,
        version=version,
    )
