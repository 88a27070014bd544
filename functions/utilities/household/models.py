"""A household as managers describe and see it."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from functions.utilities.meters import Home
from linli.contracts import Contract
from linli.ids import Id


class HouseholdDescribed(Contract):
    """`headcount` counts instead of the members the directory knows, where it is given."""

    area_m2: Annotated[Decimal, Field(gt=0, le=100_000, decimal_places=2)] | None = None
    headcount: Annotated[int, Field(ge=0, le=100)] | None = None


class Household(HouseholdDescribed):
    """A household: who lives there, and its meters."""

    home: Home
    members: list[Id]
    meters: list[Id]
