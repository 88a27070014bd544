"""Readings as devices send them, and what they are answered."""

from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, ValidationError, model_validator
from pydantic_core import to_json

from functions.utilities.intake.models import Refusal
from functions.utilities.meters.models import Obis, Value
from linli import odd_fields
from linli.contracts import Contract
from linli.device_messages import DeviceAnswer, DeviceEvent
from linli.errors import InvalidField, InvalidRequest
from linli.ids import Id
from linli.instants import Instant
from linli.odd_fields import MEANT

MOST_READINGS = 500
LONGEST_REASON = 100  # so that five hundred refusals fit into one reply


class ReadingSent(Contract):
    """A register's dial at an instant.

    `meter`: the device itself, where none is named. `obis`: the register, where the meter has several.
    `measured_at`: when it was read. `value`: what the dial shows, in m3 or kWh. `estimated`: not read but
    guessed; it gives way to what is read.
    """

    meter: Annotated[Id | None, MEANT] = None
    obis: Annotated[Obis | None, MEANT] = None
    measured_at: Instant
    value: Value
    estimated: Annotated[bool, MEANT] = False


class OneOfMany(Contract):
    """An element of an array: a reading, without what made no sense in it, or why it is none."""

    reading: ReadingSent | None = None
    left_out: tuple[str, ...] = ()
    malformed: str | None = None


def _one_at_a_time(value: Any) -> OneOfMany:
    try:
        reading, left_out = odd_fields.read(ReadingSent, to_json(value))
    except ValidationError as error:
        return OneOfMany(malformed=str(InvalidRequest.from_validation(error)))
    return OneOfMany(reading=reading, left_out=left_out)


Element = Annotated[OneOfMany, BeforeValidator(_one_at_a_time, json_schema_input_type=ReadingSent)]


class MeterReadingEvent(DeviceEvent):
    """A meter's message: one reading in its own fields, or many in `readings`. Only the readings' own times
    count.

    `meter`: the device itself, where none is named. `obis`: the register, where the meter has several.
    `measured_at`: when it was read; `occurred_at` where it is left out. `value`: what the dial shows, in m3
    or kWh: this or `readings`, not both. `estimated`: not read but guessed; it gives way to what is read.
    `readings`: several at once.
    """

    meter: Annotated[Id | None, MEANT] = None
    obis: Annotated[Obis | None, MEANT] = None
    measured_at: Annotated[Instant | None, MEANT] = None
    value: Annotated[Value | None, MEANT] = None
    estimated: Annotated[bool, MEANT] = False
    readings: Annotated[
        Annotated[list[Element], Field(min_length=1, max_length=MOST_READINGS)] | None, MEANT
    ] = None

    @model_validator(mode="after")
    def _one_or_many(self) -> Self:
        if (self.value is None) == (self.readings is None):
            raise InvalidField("value_or_readings")
        return self

    def left_out(self) -> tuple[str, ...]:
        elements = enumerate(self.readings or ())
        return tuple(f"readings.{number}.{name}" for number, each in elements for name in each.left_out)

    @property
    def sent(self) -> list[OneOfMany]:
        """The readings, however they were sent."""
        if self.value is None:
            return list(self.readings or ())
        one = ReadingSent(
            meter=self.meter,
            obis=self.obis,
            measured_at=self.measured_at or self.occurred_at,
            value=self.value,
            estimated=self.estimated,
        )
        return [OneOfMany(reading=one)]


class NotKept(Contract):
    """A reading of the message that does not count.

    `index`: its place in the message, from 0. `outcome`: `held`, `conflict` or `superseded`.
    """

    index: int
    outcome: str


class RefusedReading(Contract):
    """A reading of the message that could not be entered.

    `index`: its place in the message, from 0. `reason`: a word, or what is malformed, in words.
    """

    index: int
    reason: Refusal | Annotated[str, Field(max_length=LONGEST_REASON)]


class MeterReadingAnswer(DeviceAnswer):
    """What became of the readings.

    `kept`: how many count. `duplicates`: how many were known already. `others`: those that do not count, one
    by one, at most fifty of them. `refused`: all those that could not be entered. With some of them `outcome`
    is `partly_recorded`, with nothing else `refused`: neither is to be sent again.
    """

    kept: int
    duplicates: int
    others: list[NotKept]
    refused: list[RefusedReading]
