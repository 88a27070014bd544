"""Meters (计量表) and their registers, as IEC 62056-61 and EN 13757-1 name them."""

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from linli.contracts import Contract
from linli.errors import InvalidField
from linli.ids import ID_PATTERN, Id
from linli.instants import Instant
from linli.local_times import Day

Medium = Literal["water", "electricity", "gas", "heat"]


UNITS: dict[Medium, str] = {"water": "m3", "electricity": "kwh", "gas": "m3", "heat": "kwh"}


# The media that value group A of an OBIS code stands for: 5 is cooling, 8 cold and 9 hot water.
GROUPS: dict[Medium, frozenset[int]] = {
    "electricity": frozenset({1}),
    "heat": frozenset({5, 6}),
    "gas": frozenset({7}),
    "water": frozenset({8, 9}),
}


# What a home's connection can pass in a day: Q4 of a DN15 meter 5 m3/h, 60 A at 220 V, a G4 gas meter, 20 kW.
MOST_PER_DAY: dict[Medium, Decimal] = {
    "water": Decimal(120),
    "electricity": Decimal(317),
    "gas": Decimal(144),
    "heat": Decimal(480),
}


# What is shared hangs on a larger one: DN100 125 m3/h, three phases of 100 A, G65 100 m3/h, 500 kW.
MOST_SHARED_PER_DAY: dict[Medium, Decimal] = {
    "water": Decimal(3000),
    "electricity": Decimal(1584),
    "gas": Decimal(2400),
    "heat": Decimal(12_000),
}


LARGEST_GROUP = 255


def _groups_fit(code: str) -> str:
    numbers = [int(part) for part in code.replace("-", ".").replace(":", ".").replace("*", ".").split(".")]
    if any(number > LARGEST_GROUP for number in numbers):
        raise InvalidField("obis_group")
    return code


Obis = Annotated[
    str,
    Field(pattern=r"^\d{1,3}-\d{1,3}:\d{1,3}\.\d{1,3}\.\d{1,3}(\*\d{1,3})?$", max_length=23),
    AfterValidator(_groups_fit),
]


HOME_PATTERN = ID_PATTERN[:-1] + "/" + ID_PATTERN[1:]
Home = Annotated[str, Field(pattern=HOME_PATTERN)]  # <building>/<unit> (楼栋/户)


# What binary floats add to a number, as a share of it; and, of however large a one, less than a real digit.
FLOAT_NOISE = Decimal("1e-9")
NO_DIGIT = Decimal("0.01")
FINEST = Decimal("0.0001")


def without_noise(value: Decimal, step: Decimal) -> Decimal | None:
    """A value in whole steps, or None where what is left is more than binary floats explain."""
    rounded = value.quantize(step)
    noise = min(FLOAT_NOISE * max(abs(value), step), NO_DIGIT * step)
    return rounded if abs(value - rounded) <= noise else None


def _on_a_dial(value: Decimal) -> Decimal:
    """217.00000000000003 is 217; 264.34205 is no dial's of at most four decimals."""
    found = without_noise(value, FINEST)
    if found is None:
        raise InvalidField("decimal_places_4")
    return value if value.as_tuple().exponent in range(-4, 1) else found


Value = Annotated[Decimal, Field(ge=0, lt=1_000_000_000), AfterValidator(_on_a_dial)]


MostPerDay = Annotated[Decimal, Field(gt=0, le=100_000_000, decimal_places=4)]


class Register(Contract):
    """One counter of a meter, in the unit of its medium: m3 or kWh.

    `digits` before the point: after 10^digits it begins again at nought. `multiplier`: of transformers, for
    what is used. `most_per_day`: the most its dial can advance in a day; what would take more is held, and no
    rollover. Tighten it from the meter's history. `billed`: whether its consumption is charged.
    """

    obis: Obis
    digits: Annotated[int, Field(ge=1, le=9)] = 5
    decimals: Annotated[int, Field(ge=0, le=4)] = 3
    multiplier: Annotated[Decimal, Field(gt=0, le=100_000, max_digits=9)] = Decimal(1)
    most_per_day: MostPerDay | None = None
    billed: bool = True

    @property
    def modulus(self) -> int:
        """How many ticks (units of the last digit) until the dial begins again."""
        return int(10 ** (self.digits + self.decimals))

    def ticks(self, value: Decimal) -> int | None:
        """A dial's value in ticks, or None when the dial cannot show it."""
        shown = without_noise(value, Decimal(1).scaleb(-self.decimals))
        ticks = None if shown is None else int(shown.scaleb(self.decimals))
        return ticks if ticks is not None and 0 <= ticks < self.modulus else None

    def value(self, ticks: int) -> Decimal:
        """What the dial shows."""
        return Decimal(ticks).scaleb(-self.decimals)

    def quantity(self, ticks: int) -> Decimal:
        """What was used, in the medium's unit."""
        return Decimal(ticks).scaleb(-self.decimals) * self.multiplier


class MeterFitted(Contract):
    """A meter as a manager registers it: of a home, or of something shared (`asset`).

    `device`: which device, a concentrator (集中器), sends its readings besides the meter itself.
    """

    meter: Id
    medium: Medium
    registers: Annotated[list[Register], Field(min_length=1, max_length=8)]
    home: Home | None = None
    asset: Id | None = None
    device: Id | None = None
    installed_at: Instant
    sealed_on: Day | None = None
    verified_until: Day | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.home is None) == (self.asset is None):
            raise InvalidField("home_or_asset")
        codes = [each.obis for each in self.registers]
        if len(codes) != len(set(codes)):
            raise InvalidField("obis_once")
        if any(int(code.partition("-")[0]) not in GROUPS[self.medium] for code in codes):
            raise InvalidField("obis_medium", medium=self.medium)
        return self


class Meter(MeterFitted):
    """A meter as it stands. A replaced one is closed: it counts until `closed_at` and no further."""

    replaces: Id | None = None
    replaced_by: Id | None = None
    closed_at: Instant | None = None

    @property
    def unit(self) -> str:
        """`m3` or `kwh`."""
        return UNITS[self.medium]

    @property
    def senders(self) -> frozenset[str]:
        """The devices that may send its readings."""
        return frozenset({self.meter, self.device or self.meter})

    def register_of(self, code: str | None) -> Register | None:
        """A register by its code; the first one when none is named."""
        if code is None:
            return self.registers[0]
        return next((each for each in self.registers if each.obis == code), None)

    def most_ticks_per_day(self, register: Register) -> int:
        """The most that a register can advance in a day, in ticks."""
        usual = MOST_PER_DAY if self.asset is None else MOST_SHARED_PER_DAY
        most = register.most_per_day or usual[self.medium]
        return int(most.scaleb(register.decimals))
