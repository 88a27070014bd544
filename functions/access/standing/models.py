"""A person's standing as staff see it, and what staff may say of it."""

from functions.access.holders import Block, HealthCode
from linli.contracts import Contract
from linli.ids import Id
from linli.instants import Instant


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
