"""Buildings (楼栋) and units (户)."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from linli.contracts import Contract
from linli.ids import Id


class Building(Contract):
    """A building of a community."""

    building: Id
    name: Annotated[str, Field(min_length=1, max_length=100)]


class Unit(Contract):
    """A flat or shop with the area of its title deed in square metres (Civil Code Art. 278 counts it)."""

    unit: Id
    area_m2: Annotated[Decimal, Field(gt=0, le=100_000, decimal_places=2)]
