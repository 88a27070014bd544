"""Meters as managers register and replace them, and their corrections as everybody who may sees them."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from functions.utilities.meters.models import Meter, MeterFitted, MostPerDay, Obis, Value
from linli.contracts import Contract
from linli.instants import Instant


class FirstReading(Contract):
    """What a register showed. `confirmed`: somebody looked again, and it does show that, whatever speaks
    against it.
    """

    obis: Obis
    value: Value
    confirmed: bool = False


class MeterRegistered(MeterFitted):
    """A new meter, with what each of its registers showed when it was fitted, if it was read."""

    initial: Annotated[list[FirstReading], Field(max_length=8)] = []


class Replacement(Contract):
    """The old meter's final readings, and the new meter with its initial ones; both at `installed_at`."""

    final: Annotated[list[FirstReading], Field(min_length=1, max_length=8)]
    fitted: MeterRegistered


class MeterChanged(Contract):
    """What a manager changes of a meter: by OBIS code the most that a register's dial can advance in a day,
    null for what is usual.
    """

    most_per_day: Annotated[dict[Obis, MostPerDay | None], Field(min_length=1, max_length=8)]


class Replaced(Contract):
    """Both meters as they are now."""

    closed: Meter
    opened: Meter


class CorrectedInterval(Contract):
    """A part of a register's consumption."""

    start: Instant
    end: Instant
    quantity: Decimal


class Correction(Contract):
    """Intervals that gave way to others, and why; corrections are appended, never changed."""

    at: Instant
    obis: str
    cause: str
    by: str | None = None
    decision: str | None = None
    note: str | None = None
    was: list[CorrectedInterval]
    became: list[CorrectedInterval]
