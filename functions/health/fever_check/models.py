"""Temperature readings, verdicts, and what staff and residents see of a fever."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from linli.contracts import Contract
from linli.device_messages import DeviceAnswer, DeviceEvent
from linli.errors import InvalidField
from linli.ids import Id
from linli.instants import Instant
from linli.odd_fields import MEANT
from linli.texts import Words

Verdict = Literal["normal", "fever", "confirmed", "invalid"]
Status = Literal["normal", "fever", "confirmed", "cleared"]
COLDEST, HOTTEST = Decimal(20), Decimal(50)
HUNDREDTH = Decimal("0.01")


def _in_celsius(value: Decimal) -> Decimal:
    """Refuse °F and ×10 instead of guessing: 98.6 and 365 are no temperatures of skin in °C."""
    if not COLDEST <= value <= HOTTEST:
        raise InvalidField("not_in_celsius")
    return value


def _rounded(value: Decimal) -> Decimal:
    """Half up to a hundredth: what lies beyond is noise (37.29999923706055 is how 37.3 looks as a float)."""
    return value.quantize(HUNDREDTH, ROUND_HALF_UP)


class Measured(Contract):
    """What a thermometer measured.

    `person`: who was measured; without, it is for statistics only. `temperature_c`: of the skin, rounded to a
    hundredth. `ambient_c`: of the air, rounded likewise.
    """

    person: Annotated[Id | None, MEANT] = None
    temperature_c: Annotated[
        Decimal,
        Field(json_schema_extra={"minimum": float(COLDEST), "maximum": float(HOTTEST)}),
        AfterValidator(_in_celsius),
        AfterValidator(_rounded),
    ]
    ambient_c: Annotated[Decimal, Field(ge=-60, le=80), AfterValidator(_rounded)] | None = None


class TemperatureEvent(Measured, DeviceEvent):
    """A thermometer's message."""


class TemperatureTaken(Measured):
    """A reading by hand; `event_id` is made by the app and makes repeats harmless."""

    event_id: Id


class TemperatureAnswer(DeviceAnswer):
    """The verdict, and after a first fever, when a second one confirms it.

    `reason`: why it is invalid, or does not confirm. `retest_from`, `retest_until`: from when and until when
    a second fever confirms the first. `clock_off`: the thermometer has no clock to speak of, and the time is
    ours.
    """

    reason: str | None
    retest_from: Instant | None
    retest_until: Instant | None
    clock_off: bool = False


class Clearance(Contract):
    """Why a fever is lifted: what was seen, who examined."""

    note: Annotated[Words, Field(max_length=200)]


class Fever(Contract):
    """A person's fever as staff and the person see it."""

    person: Id
    status: Status
    confirmed_at: Instant | None
    cleared_at: Instant | None
    cleared_by: Id | None


class DistrictEntry(Contract):
    """One entry of the sub-district's feed: who and when, no temperature."""

    community: Id
    person: Id
    fact: Literal["confirmed", "cleared"]
    at: Instant
