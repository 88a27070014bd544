"""A household as managers describe and see it."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from functions.utilities.meters.models import Home
from linli.contracts import Contract
from linli.ids import Id
from linli.local_times import Day


class HouseholdDescribed(Contract):
    """`headcount` counts instead of the members the directory knows, where it is given."""

    area_m2: Annotated[Decimal, Field(gt=0, le=100_000, decimal_places=2)] | None = None
    headcount: Annotated[int, Field(ge=0, le=100)] | None = None


class StayTold(Contract):
    """The first and the last local day that somebody lived in a home; what is not said stays as it is."""

    since: Day | None = None
    until: Day | None = None


class Stay(Contract):
    """Who lived in a home, from which day to which; without `since` from before anybody knows."""

    person: Id
    since: Day | None = None
    until: Day | None = None


class Stays(Contract):
    """Who lived in a home, and lives there, as its bills are divided."""

    home: Home
    items: list[Stay]


class Household(HouseholdDescribed):
    """A household: who lives there, and its meters."""

    home: Home
    members: list[Id]
    meters: list[Id]
