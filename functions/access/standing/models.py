"""A person's standing as staff see it, and what staff may say of it."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from functions.access.gates.models import Direction
from functions.access.holders.standing import Block, HealthCode, Presence
from linli.contracts import Contract
from linli.errors import InvalidField
from linli.ids import Id
from linli.instants import Instant
from linli.texts import Words


class HealthWord(Contract):
    """What a caregiver or manager knows of a person's health; what is left out is no longer so."""

    health_code: HealthCode | None = None
    quarantine_until: Instant | None = None


class ShownStanding(Contract):
    """Why somebody's passes are refused, or that they are not."""

    person: Id
    blocks: list[Block]
    health_code: HealthCode | None
    quarantine_until: Instant | None
    credentials: int
    presence: dict[Id, Presence]


class PlaceWord(Contract):
    """Why staff say anew where somebody is, who stands before a gate that takes them to be behind it.

    Without `direction` nobody knows, and either way is open; without `area` in all of them.
    """

    reason: Annotated[Words, Field(max_length=200)]
    area: Id | None = None
    direction: Direction | None = None

    @model_validator(mode="after")
    def _direction_is_of_an_area(self) -> Self:
        if self.direction is not None and self.area is None:
            raise InvalidField("direction_with_area")
        return self


class SaidPlace(Contract):
    """What staff have said of somebody's place: who, when and why."""

    said: Id
    person: Id
    areas: list[Id]
    direction: Direction | None
    reason: str
    said_by: Id
    said_at: Instant
