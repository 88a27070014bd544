"""Lines of what a home used itself: what is due less what was billed."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from functions.utilities.bills.accounts import Account, Billed
from functions.utilities.bills.models import BillLine
from functions.utilities.home_use.charges import Prices, priced
from functions.utilities.home_use.models import HomeUse
from functions.utilities.households.tenancies import Tenancy
from functions.utilities.meters.models import Medium
from linli.prices import LineKind, lines


def due_for(
    account: Account, tenancy: Tenancy, medium: Medium, days: Sequence[date]
) -> tuple[dict[LineKind, Decimal], bool]:
    """What a tenancy owes for a medium on these days, as quantities; whether some of its use has no price."""
    use = account.use.get(medium)
    if use is None or not days:
        return {}, False
    prices = Prices(medium, account.tariffs, tenancy.first, account.heads(tenancy, days))
    return priced(use, prices, days)


def own_lines(
    account: Account, tenancy: Tenancy, medium: Medium, days: Sequence[date], billed: Billed
) -> tuple[list[BillLine], bool]:
    """A tenancy's lines of a medium less what was `billed`; whether some of its use has no price."""
    due, unpriced = due_for(account, tenancy, medium, days)
    use = account.use[medium]
    return lines_of(medium, due, billed, use, days), unpriced


def lines_of(
    medium: Medium, due: Mapping[LineKind, Decimal], billed: Billed, use: HomeUse | None, days: Sequence[date]
) -> list[BillLine]:
    """The lines of a bill for what is due less what was billed."""
    known = use.among(days) if use else []
    return [
        BillLine(
            medium=medium,
            what=each.what,
            quantity=each.quantity,
            price=each.price,
            amount_fen=each.amount_fen,
            estimated=bool(use and use.estimated.intersection(known)),
            last_day=known[-1] if known else None,
        )
        for each in lines(due, billed)
    ]
