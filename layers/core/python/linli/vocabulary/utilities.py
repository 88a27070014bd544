"""utilities: facts about meters and bills, and what a community may set."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from linli.contracts import Contract
from linli.events import Fact, Version
from linli.ids import Id
from linli.instants import Instant
from linli.local_times import Day
from linli.personal.models import PersonalDataAnswered
from linli.policies import Policy


class UtilitiesPolicy(Policy):
    """Meters and bills.

    `spike_per_day`: the use of a home in a day, in m3 or kWh, above which it is a spike (Jing'an: 2 m3 of
    water). `no_use_hours`, `no_use_m3`: less water than that in so long is no use (Taicang 24 h, Longgang
    12 h; 0.01 m3). `due_days`: how long after its issue a bill is due.
    """

    PART = "utilities"
    spike_per_day: Annotated[
        dict[Literal["water", "electricity", "gas", "heat"], Annotated[Decimal, Field(gt=0, le=1_000_000)]],
        Field(max_length=4),
    ] = {"water": Decimal(2), "electricity": Decimal(60), "gas": Decimal(15)}
    no_use_hours: Annotated[int, Field(ge=6, le=168)] = 24
    no_use_m3: Annotated[Decimal, Field(gt=0, le=1, decimal_places=4)] = Decimal("0.01")
    due_days: Annotated[int, Field(ge=1, le=90)] = 15


class ConsumptionRecorded(Fact):
    """A register (by its OBIS code) used so much on a local day; sent again, `version` up, when corrected."""

    TYPE = "linli.utilities.consumption_recorded.v1"
    meter: Id
    obis: str
    unit: str
    day: Day
    quantity: Decimal
    home: str | None
    version: Version

    def entity(self) -> str:
        return self.meter


MeterSignal = Literal["leak", "spike", "no_use", "back_flow"]


class MeterSignalRaised(Fact):
    """A meter's readings say that something is wrong; once per `episode`."""

    TYPE = "linli.utilities.meter_signal_raised.v1"
    meter: Id
    medium: Literal["water", "electricity", "gas", "heat"]
    signal: MeterSignal
    episode: Id
    home: str | None
    since: Instant

    def entity(self) -> str:
        return self.meter


class MeterSignalEnded(Fact):
    """The episode is over."""

    TYPE = "linli.utilities.meter_signal_ended.v1"
    meter: Id
    signal: MeterSignal
    episode: Id
    ended_at: Instant

    def entity(self) -> str:
        return self.meter


CorrectionReason = Literal[
    "late_reading",
    "replaced_estimate",
    "late_tariff",
    "corrected_reading",
    "meter_replaced",
    "late_area",
    "tenant_changed",
]


class BillCorrection(Contract):
    """What a bill gives back (below nought) or asks for besides, of an earlier month and its bill; contained
    in the amount.
    """

    model_config = Contract.model_config | {"extra": "ignore"}
    bill: Id | None = None
    period: str
    reason: CorrectionReason
    amount_fen: int


class BillIssued(Fact):
    """A home owes so much for a period; the lines of the bill add up to `amount_fen`. Below nought it is a
    credit, to be carried to what the same payers owe next.

    `payers`: who lived there from `first_day` to `last_day`, whoever lives there now; nobody when it is
    empty. None where that is not known: whoever lives there.
    """

    TYPE = "linli.utilities.bill_issued.v1"
    bill: Id
    home: str
    period: str
    amount_fen: int
    issued_at: Instant
    due_at: Instant
    payers: list[Id] | None = None
    first_day: Day | None = None
    last_day: Day | None = None
    corrections: list[BillCorrection] = []

    def entity(self) -> str:
        return self.bill


class UseObserved(Fact):
    """A meter of a home where somebody is watched over showed use: a sign of life between two readings."""

    TYPE = "linli.utilities.use_observed.v1"
    meter: Id
    medium: Literal["water", "electricity", "gas", "heat"]
    home: str
    since: Instant
    until: Instant
    quantity: Decimal

    def entity(self) -> str:
        return self.meter


class UtilitiesAnswered(PersonalDataAnswered):
    """What utilities has done about a person's data."""

    TYPE = "linli.utilities.personal_data_answered.v1"
