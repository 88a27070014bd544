"""The months' use of registers."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import cast

from functions.utilities.consumption.domain import RegisterShown, months, on_days, shown
from functions.utilities.consumption.models import Consumption, MonthAsked, MonthsAsked, RegisterMonth
from functions.utilities.households.models import Stay
from functions.utilities.households.stays import seen
from functions.utilities.households.store import homes_of, household_of, meters_of, stays_of
from functions.utilities.meters.models import Medium, Meter
from functions.utilities.registers.rows import UseRow
from linli.cursors import Page, page_of
from linli.tables import read


def of_meters(
    community: str, meters: Iterable[Meter], asked: MonthsAsked, stays: Sequence[Stay] | None = None
) -> Consumption:
    """Some meters' months, of the days of `stays` alone where there are any. Raises InvalidRequest."""
    wanted = {
        UseRow.key(community, month, meter.meter, register.obis): month
        for month in months(asked.since, asked.until)
        for meter in meters
        for register in meter.registers
    }
    rows = read(wanted)
    items = [_of_row(row, month) for key, month in wanted.items() if isinstance(row := rows.get(key), UseRow)]
    return Consumption(items=items if stays is None else on_days(items, stays))


def of_homes(community: str, person: str, asked: MonthAsked) -> Page[RegisterMonth]:
    """The month of the homes that a person lives in, or lived in then."""
    month, items = MonthsAsked(since=asked.month, until=asked.month), list[RegisterMonth]()
    for home in homes_of(community, person):
        household = household_of(community, home)
        stays = seen(stays_of(community, household), person)
        items += of_meters(community, meters_of(community, household), month, stays).items
    return Page(items=items)


def of_community(community: str, asked: MonthAsked) -> Page[RegisterMonth]:
    """The month of all registers of the community. Raises InvalidCursor."""
    partition = UseRow.key.partition(community, asked.month)
    return page_of(UseRow, partition, asked, lambda row: _of_row(row, asked.month))


def _of_row(row: UseRow, month: str) -> RegisterMonth:
    _, _, meter, register = UseRow.key.parts(row)
    return shown(
        RegisterShown(
            meter, register, cast("Medium", row.medium), row.home, int(row.decimals), Decimal(row.multiplier)
        ),
        month,
        row.days,
    )
