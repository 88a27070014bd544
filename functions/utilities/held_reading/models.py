"""Held readings, and what managers decide."""

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from functions.utilities.meters.models import Value
from linli.contracts import Contract
from linli.errors import InvalidField
from linli.ids import Id
from linli.instants import Instant
from linli.texts import Words


class HeldReading(Contract):
    """A reading that waits, and counts nowhere. `before`: what the dial showed at the last reading before it
    that counts.

    `reason`: `drop` (no rollover explains it), `rise` (more than the register's maximum since then),
    `error_code` (all ones, all nines or nought), `run` (it goes on from others that are held),
    `contradicted` (what the dial showed later is less), `conflict` (another value at the same instant),
    `changes_too_much` (months would have to be counted anew), `before_installation` or `after_replacement` of
    its meter. `released_by`: a `decision`, and of the first five `the_dial` too, when it goes on from it.
    """

    held: Id
    meter: Id
    obis: str
    measured_at: Instant
    value: Decimal
    reason: str
    before: Decimal | None = None
    released_by: list[Literal["decision", "the_dial"]] = ["decision"]


class Verdict(Contract):
    """What becomes of a held reading: `value` is what the dial really showed, to correct it."""

    decision: Literal["accept", "correct", "reject"]
    value: Value | None = None
    note: Annotated[Words, Field(max_length=200)]

    @model_validator(mode="after")
    def _corrected_to_something(self) -> Self:
        if (self.decision == "correct") == (self.value is None):
            raise InvalidField("value_to_correct")
        return self


class Decided(Contract):
    """The reading that was decided on, and how."""

    reading: HeldReading
    decision: str
    decided_by: Id
