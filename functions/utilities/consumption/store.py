"""The months' use of registers."""

from collections.abc import Iterable
from decimal import Decimal
from typing import cast

from functions.utilities.consumption.domain import Place, months, shown
from functions.utilities.consumption.models import Consumption, MonthAsked, MonthsAsked, RegisterMonth
from functions.utilities.homes import homes_of, meters_of
from functions.utilities.meters import Medium, Meter
from functions.utilities.tables import UseRow
from linli.cursors import Page, page_of
from linli.tables import read


def of_meters(community: str, meters: Iterable[Meter], asked: MonthsAsked) -> Consumption:
    """Some meters' months. Raises InvalidRequest."""
    wanted = {
        UseRow.key(community, month, meter.meter, register.obis): month
        for month in months(asked.since, asked.until)
        for meter in meters
        for register in meter.registers
    }
    rows = read(wanted)
    items = [_of_row(row, month) for key, month in wanted.items() if isinstance(row := rows.get(key), UseRow)]
    return Consumption(items=items)


def of_home(community: str, person: str, asked: MonthAsked) -> Page[RegisterMonth]:
    """The month of each home that a person lives in."""
    meters = meters_of(community, homes_of(community, person))
    found = of_meters(community, meters, MonthsAsked(since=asked.month, until=asked.month))
    return Page(items=found.items)


def of_community(community: str, asked: MonthAsked) -> Page[RegisterMonth]:
    """The month of all registers of the community. Raises InvalidCursor."""
    partition = UseRow.key(community, asked.month, "", "")[0]
    return page_of(UseRow, partition, asked, lambda row: _of_row(row, asked.month))


def _of_row(row: UseRow, month: str) -> RegisterMonth:
    meter, register = row.sk.split("#")
    return shown(
        Place(
            meter, register, cast("Medium", row.medium), row.home, int(row.decimals), Decimal(row.multiplier)
        ),
        month,
        row.days,
    )
