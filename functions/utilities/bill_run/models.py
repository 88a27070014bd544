"""Runs and bills as managers and residents see them, and the steps of a run."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from functions.utilities.meters import Home, Medium
from linli.contracts import Contract
from linli.ids import Id
from linli.instants import Instant
from linli.pages import PageQuery

Period = Annotated[str, Field(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")]


class RunAsked(Contract):
    """The month to be billed; it must be over."""

    period: Period


class Step(Contract):
    """A step of billing: all communities (`scheduled_at`), one month of one, or some of its homes."""

    scheduled_at: Instant | None = None
    community: Id | None = None
    period: Period | None = None
    homes: Annotated[list[Home], Field(max_length=25)] | None = None


class Weight(Contract):
    """What a home's share of shared consumption goes by."""

    home: Home
    area_m2: Decimal = Decimal(0)
    headcount: int = 0


class SharedUse(Contract):
    """What a shared meter's register used, and what that costs all who share it."""

    meter: Id
    medium: Medium
    by: Literal["area", "headcount"]
    quantity: Decimal
    price: Decimal
    amount_fen: int


class Plan(Contract):
    """A run as it was planned: everything that all of its bills have in common, fixed once."""

    period: Period
    started_at: Instant
    due_at: Instant
    weights: list[Weight] | None = None
    shared: list[SharedUse] = []


class Run(Contract):
    """A run: `homes` to be billed, once it is planned, and `bills` issued so far."""

    period: Period
    started_at: Instant
    due_at: Instant
    homes: int | None
    bills: int


class BillLine(Contract):
    """`amount_fen` is quantity x price rounded half up; of a `shared` line, the home's share of that."""

    medium: Medium
    what: str
    quantity: Decimal
    price: Decimal
    amount_fen: int
    shared: bool = False


class Bill(Contract):
    """What a home owes for a month. `unpriced`: media it used for which no tariff was in force."""

    bill: Id
    home: Home
    period: Period
    lines: list[BillLine]
    amount_fen: int
    unpriced: list[Medium] = []
    issued_at: Instant
    due_at: Instant


class BillsAsked(PageQuery):
    """Which month, for those who see all bills; residents see all of their home's."""

    period: Period | None = None
