"""Consumption as residents and managers see it."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from functions.utilities.meters.models import Home, Medium
from linli.contracts import Contract
from linli.ids import Id
from linli.local_times import Day
from linli.pages import PageQuery

Month = Annotated[str, Field(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")]


class MonthsAsked(Contract):
    """Which months: from `since` to `until`, thirteen at most."""

    since: Month
    until: Month


class MonthAsked(PageQuery):
    """Which month."""

    month: Month


class DayUse(Contract):
    """What was used on a local day."""

    day: Day
    quantity: Decimal


class RegisterMonth(Contract):
    """A register's month: its days, and their sum. `unit` is m3 or kwh."""

    meter: Id
    obis: str
    medium: Medium
    unit: str
    home: Home | None = None
    month: str
    quantity: Decimal
    days: list[DayUse]


class Consumption(Contract):
    """Months of registers."""

    items: list[RegisterMonth]
