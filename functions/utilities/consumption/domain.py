"""How a register's month is shown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from functions.utilities.consumption.models import DayUse, RegisterMonth
from functions.utilities.households.models import Stay
from functions.utilities.local_days import months_between
from functions.utilities.meters.models import UNITS, Medium
from linli.errors import InvalidRequest

MOST_MONTHS = 13


def months(since: str, until: str) -> list[str]:
    """The months from one to the other. Raises InvalidRequest when there are none, or more than thirteen."""
    found = months_between(date.fromisoformat(f"{since}-01"), date.fromisoformat(f"{until}-01"))
    if not 1 <= len(found) <= MOST_MONTHS:
        raise InvalidRequest("months_at_most", {"most": MOST_MONTHS})
    return found


@dataclass(frozen=True, slots=True)
class RegisterShown:
    """A register as a month's row knows it."""

    meter: str
    obis: str
    medium: Medium
    home: str | None
    decimals: int
    multiplier: Decimal

    def quantity(self, ticks: int) -> Decimal:
        """What was used, in the medium's unit."""
        return Decimal(ticks).scaleb(-self.decimals) * self.multiplier


def shown(register: RegisterShown, month: str, days: dict[str, list[int]]) -> RegisterMonth:
    """A month of a register, whose `days` hold ticks."""
    used = [
        DayUse(day=date.fromisoformat(f"{month}-{day}"), quantity=register.quantity(int(ticks)))
        for day, (ticks, _) in sorted(days.items())
    ]
    return RegisterMonth(
        meter=register.meter,
        obis=register.obis,
        medium=register.medium,
        unit=UNITS[register.medium],
        home=register.home,
        month=month,
        quantity=register.quantity(sum(int(ticks) for ticks, _ in days.values())),
        days=used,
    )


def on_days(months: Iterable[RegisterMonth], stays: Sequence[Stay]) -> list[RegisterMonth]:
    """The months as somebody may see them who lived there on some days only."""
    found = []
    for each in months:
        days = [day for day in each.days if any(stay.meets(day.day, day.day) for stay in stays)]
        if days:
            quantity = sum((day.quantity for day in days), Decimal(0))
            found.append(each.model_copy(update={"days": days, "quantity": quantity}))
    return found
