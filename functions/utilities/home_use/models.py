"""What a home used of a medium by local day, and the days of it that are in doubt."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from functions.utilities.meters.models import Medium
from linli.contracts import Contract
from linli.ids import Id
from linli.local_times import Day

ZERO = Decimal(0)


class HeldDays(Contract):
    """Days of a meter that are not billed while a reading of them is held."""

    meter: Id
    medium: Medium
    first_day: Day
    last_day: Day

    def touch(self, days: Sequence[date]) -> bool:
        """Whether one of them is among `days`, which are in order."""
        return self.first_day <= days[-1] and days[0] <= self.last_day


@dataclass(slots=True)
class HomeUse:
    """What a home used of a medium, by local day, from the first of January of the first month that counts.

    `windows`: by day and window, where a tariff has them. `held`: days in doubt, which are not billed, and
    `doubted` their meters. `estimated`: days on which an estimate bears.
    """

    days: dict[date, Decimal] = field(default_factory=dict)
    windows: dict[date, dict[str, Decimal]] = field(default_factory=dict)
    held: set[date] = field(default_factory=set)
    doubted: list[HeldDays] = field(default_factory=list)
    estimated: set[date] = field(default_factory=set)

    def among(self, days: Iterable[date]) -> list[date]:
        """Those of the days of which something is known, and nothing is in doubt."""
        return [day for day in sorted(days) if day in self.days and day not in self.held]

    def between(self, first: date, end: date) -> Decimal:
        """What was used from one day to before another, without what is in doubt."""
        used = (each for day, each in self.days.items() if first <= day < end and day not in self.held)
        return sum(used, ZERO)
