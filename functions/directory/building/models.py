"""Buildings (楼栋) and units (户)."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from functions.directory.names import Name
from linli.contracts import Contract
from linli.ids import Id

Area = Annotated[Decimal, Field(gt=0, le=100_000, decimal_places=2)]


class BuildingShown(Contract):
    """A building of a community. `name`: what people call it (3号楼, Garden Court)."""

    building: Id
    name: str


class Building(BuildingShown):
    """A building as it is entered."""

    name: Name


class BuildingPatch(Contract):
    """What shall change of a building: a JSON merge patch (RFC 7396). Its id stays; null leaves its name."""

    name: Name | None = None


class Unit(Contract):
    """A flat or shop with the area of its title deed in square metres (Civil Code Art. 278 counts it).

    `name`: what people call it where that is not its id (2单元301).
    """

    unit: Id
    name: Name | None = None
    area_m2: Area


class UnitPatch(Contract):
    """What shall change of a unit: a JSON merge patch (RFC 7396). Its id stays.

    Null of the name: people call it by its id again; null leaves the area as it is.
    """

    name: Name | None = None
    area_m2: Area | None = None
