"""Bills, their lines, and what all bills of a run have in common."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from functions.utilities.home_use.models import HeldDays
from functions.utilities.meters.models import Home, Medium
from linli.contracts import Contract
from linli.ids import Id
from linli.instants import Instant
from linli.local_times import Day
from linli.vocabulary.utilities import CorrectionReason

Period = Annotated[str, Field(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")]


Basis = Literal["area", "headcount"]


class Weight(Contract):
    """What a home's share of shared consumption goes by; None where nobody has said it."""

    home: Home
    area_m2: Decimal | None = None
    headcount: int | None = None

    def by(self, basis: Basis) -> Decimal | int | None:
        """The home's weight. Nought is no area: runs of before 2026-11-26 took an unknown one for it."""
        return self.area_m2 or None if basis == "area" else self.headcount


class SharedUse(Contract):
    """What a shared meter used, and what that costs all who share it."""

    meter: Id
    medium: Medium
    by: Basis
    quantity: Decimal
    price: Decimal
    amount_fen: int


class SharedCorrection(Contract):
    """What a shared cost of an earlier month became, less what homes were charged of it: a share per home."""

    period: Period
    meter: Id
    medium: Medium
    quantity: Decimal
    price: Decimal
    reason: CorrectionReason
    shares: dict[Home, int]


class Unshared(Contract):
    """What a shared meter used and nobody bears: no tariff says how it is shared (`no_rule`), or the area or
    the headcount of homes is not known.
    """

    meter: Id
    medium: Medium
    quantity: Decimal
    amount_fen: int | None = None
    reason: Literal["no_rule", "no_area", "no_headcount", "no_home"]
    homes: list[Home] = []
    homes_count: int = 0


class SharedGap(Contract):
    """A shared meter that nobody has read for the whole month, or of which days are in doubt."""

    meter: Id
    medium: Medium
    no_reading: bool = False
    held: list[HeldDays] = []


class Plan(Contract):
    """A run as it was planned: everything that all of its bills have in common, fixed once.

    `charged`: what was charged of the shared costs in the end, where later runs corrected it. `runs`: the
    others that were planned before; `under_way` those of which homes may still have no bill.
    """

    period: Period
    started_at: Instant
    due_at: Instant
    weights: list[Weight] | None = None
    shared: list[SharedUse] = []
    unshared: list[Unshared] = []
    shared_gaps: list[SharedGap] = []
    charged: list[SharedUse] | None = None
    corrections: list[SharedCorrection] = []
    runs: list[Period] = []
    under_way: list[Period] = []

    @property
    def stands(self) -> list[SharedUse]:
        """What is charged of the shared costs as it stands."""
        return self.shared if self.charged is None else self.charged


class Gap(Contract):
    """What is amiss with a home's month.

    `no_reading`: meters that nobody has read since the month's end, or before it; `no_tariff`: media that
    have none on some of its days; `held`: days left out until somebody decides; `estimated`: media whose line
    rests on estimates. `no_area`, `no_headcount`: shared costs wait for it.
    """

    home: Home
    no_reading: list[Id] = []
    no_tariff: list[Medium] = []
    held: list[HeldDays] = []
    estimated: list[Medium] = []
    no_area: bool = False
    no_headcount: bool = False

    @property
    def is_one(self) -> bool:
        """Whether there is anything to tell."""
        return any(self.model_dump(exclude={"home"}).values())


class BillLine(Contract):
    """`amount_fen` is quantity x price rounded half up; of a `shared` line, the home's share of that.

    A line with a `reason` corrects what was billed for an earlier `period`, `corrects` being that bill: what
    it should have been, less what was billed. `estimated`: an estimate is in it. `last_day`: the last day of
    which anything was read.
    """

    medium: Medium
    what: str
    quantity: Decimal
    price: Decimal
    amount_fen: int
    shared: bool = False
    period: Period | None = None
    corrects: Id | None = None
    reason: CorrectionReason | None = None
    estimated: bool = False
    last_day: Day | None = None


class Bill(Contract):
    """What a home owes for a month; below nought it is a credit, which payments carries on.

    `unpriced`: media it used for which no tariff was in force; `held`: days that are left out. Both come on a
    later bill. `payers`: who lived there on the days from `first_day` to `last_day`; None where that is not
    known. `tenancy`: the first day of the tenancy, where another one was before. `heads`: by how many persons
    the steps went.
    """

    bill: Id
    home: Home
    period: Period
    lines: list[BillLine]
    amount_fen: int
    unpriced: list[Medium] = []
    held: list[HeldDays] = []
    issued_at: Instant
    due_at: Instant
    payers: list[Id] | None = None
    first_day: Day | None = None
    last_day: Day | None = None
    tenancy: Day | None = None
    heads: int | None = None
