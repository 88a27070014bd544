"""Where people live: as managers write it, and as it is shown with what people call it."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from linli.contracts import Contract
from linli.errors import InvalidField
from linli.ids import Id

MOST_HOMES = 40  # who leaves so many and moves into as many is one transaction of their readers'


class Home(Contract):
    """A unit (户) of a building (楼栋) of the community."""

    building: Id
    unit: Id

    def __str__(self) -> str:
        """As facts and rows name it."""
        return f"{self.building}/{self.unit}"


class HomeShown(Home):
    """A home with what people call its building (3号楼), and its unit (2单元301) where that has a name."""

    building_name: str | None = None
    unit_name: str | None = None


def _once(homes: list[Home] | None) -> list[Home] | None:
    return None if homes is None else list(dict.fromkeys(homes))


class HomesGiven(Contract):
    """Where a person lives: `homes`, the first of which is told to readers that know of one alone.

    `home` is short for one; neither of them leaves the homes that stand, null and [] take them away.
    """

    home: Home | None = None
    homes: Annotated[list[Home], Field(max_length=MOST_HOMES), AfterValidator(_once)] | None = None

    @model_validator(mode="after")
    def _of_one_mind(self) -> Self:
        if {"home", "homes"} <= self.model_fields_set and self.home != next(iter(self.homes or ()), None):
            raise InvalidField("home_or_homes")
        return self

    def given_homes(self) -> list[Home] | None:
        """The homes that are said; None where nothing is said of them."""
        if "homes" in self.model_fields_set:
            return list(self.homes or ())
        if "home" in self.model_fields_set:
            return [self.home] if self.home else []
        return None
