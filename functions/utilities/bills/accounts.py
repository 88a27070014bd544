"""All that a home's bills are made of."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from functions.utilities.bills.models import Bill
from functions.utilities.home_use.models import ZERO, HomeUse
from functions.utilities.households.tenancies import Tenancy
from functions.utilities.local_days import month_of
from functions.utilities.meters.models import Medium
from functions.utilities.tariffs.models import Tariff
from linli.prices import LineKind


@dataclass(frozen=True, slots=True)
class Account:
    """All that a home's bills are made of: what it used, by whom, and what was billed for it so far.

    `passed`: the months that a run has billed, or found nothing to bill in. `headcount`: as somebody of the
    staff said. `unpriced`: media without a tariff in months of which there is no bill. `decided`: months of a
    medium of which a manager decided a reading since they were billed, `replaced` those in which a meter was.
    """

    community: str
    home: str
    tenancies: Sequence[Tenancy]
    use: Mapping[Medium, HomeUse]
    tariffs: Sequence[Tariff]
    bills: Sequence[Bill] = ()
    passed: frozenset[str] = frozenset()
    headcount: int | None = None
    unpriced: frozenset[tuple[str, Medium]] = frozenset()
    decided: frozenset[tuple[str, Medium]] = frozenset()
    replaced: frozenset[tuple[str, Medium]] = frozenset()

    def bill_of(self, tenancy: Tenancy, period: str) -> Bill | None:
        """The tenancy's bill of a month, if there is one."""
        found = (each for each in self.bills if each.period == period and key_of(each) == tenancy.key)
        return next(found, None)

    def heads(self, tenancy: Tenancy, days: Sequence[date]) -> int | None:
        """By how many persons its steps go: as billed, as the staff said, else as many as live there."""
        billed = self.bill_of(tenancy, month_of(days[-1]))
        if billed is not None and billed.heads is not None:
            return billed.heads
        if self.headcount is not None:
            return self.headcount
        persons = tenancy.persons(days[-1], days[-1])
        return None if persons is None else len(persons)


def key_of(each: Bill) -> str:
    """The tenancy of a bill."""
    return each.tenancy.isoformat() if each.tenancy else ""


Billed = dict[LineKind, tuple[Decimal, int]]


def billed_so_far(bills: Iterable[Bill], tenancy: Tenancy) -> dict[tuple[str, Medium], Billed]:
    """What a tenancy was billed for its own use, by month and medium: quantities and fen."""
    found: dict[tuple[str, Medium], Billed] = {}
    for bill in bills:
        if key_of(bill) != tenancy.key:
            continue
        for line in bill.lines:
            if not line.shared:
                month = found.setdefault((line.period or bill.period, line.medium), {})
                quantity, amount_fen = month.get((line.what, line.price), (ZERO, 0))
                month[line.what, line.price] = (quantity + line.quantity, amount_fen + line.amount_fen)
    return found
