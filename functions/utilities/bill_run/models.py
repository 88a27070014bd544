"""Runs and bills as managers and residents see them, and the steps of a run."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from functions.utilities.bills.models import Gap, Period, SharedGap, Unshared
from functions.utilities.meters.models import Home
from linli.contracts import Contract
from linli.errors import InvalidField
from linli.ids import Id
from linli.instants import Instant
from linli.pages import PageQuery


class RunAsked(Contract):
    """The month to be billed; it must be over. `check`: issue nothing, and say what is amiss, `limit` homes
    at a time.
    """

    period: Period
    check: bool = False
    limit: Annotated[int, Field(ge=1, le=100)] | None = None
    cursor: Annotated[str, Field(max_length=2048)] | None = None

    @model_validator(mode="after")
    def _pages_of_a_check(self) -> Self:
        if not self.check and (self.limit is not None or self.cursor is not None):
            raise InvalidField("of_a_check_only")
        return self


class Step(Contract):
    """A step of billing: all communities (`scheduled_at`), one month of one, or some of its homes."""

    scheduled_at: Instant | None = None
    community: Id | None = None
    period: Period | None = None
    homes: Annotated[list[Home], Field(max_length=25)] | None = None


class Run(Contract):
    """A run: `homes` to be billed, once it is planned, and `bills` issued so far; in how many homes something
    could not be billed (`gaps`), and the shared costs that nobody bears.
    """

    period: Period
    started_at: Instant
    due_at: Instant
    homes: int | None
    bills: int
    gaps: int = 0
    unshared: list[Unshared] = []
    shared_gaps: list[SharedGap] = []


class GapCounts(Contract):
    """How many homes of those looked at."""

    homes: int
    no_reading: int
    no_tariff: int
    held: int
    estimated: int
    no_area: int
    no_headcount: int


class Check(Contract):
    """What a run of the month would leave out, found before anything is issued: the homes of which there is
    something to tell. `counts` are of the homes of this page.
    """

    period: Period
    counts: GapCounts
    items: list[Gap]
    unshared: list[Unshared]
    shared_gaps: list[SharedGap]
    next_cursor: str | None = None


class BillsAsked(PageQuery):
    """Which month, for those who see all bills; residents see all of their home's."""

    period: Period | None = None
