"""What became known of months that were billed: lines of the next bill that correct them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from functions.utilities.bills.accounts import Account, Billed
from functions.utilities.bills.models import Bill, BillLine
from functions.utilities.bills.own_lines import due_for, lines_of
from functions.utilities.home_use.charges import SURCHARGE
from functions.utilities.home_use.models import ZERO, HomeUse
from functions.utilities.households.tenancies import Tenancy
from functions.utilities.local_days import days_of_month
from functions.utilities.meters.models import Medium
from linli.prices import LineKind
from linli.vocabulary.utilities import CorrectionReason


@dataclass(frozen=True, slots=True)
class _Month:
    """A medium's month of a tenancy, with its bill, and what is due and was billed for it."""

    month: str
    medium: Medium
    days: Sequence[date]
    corrected: Bill | None
    due: Mapping[LineKind, Decimal]
    billed: Billed


def corrections(
    account: Account, tenancy: Tenancy, period: str, billed: Mapping[tuple[str, Medium], Billed]
) -> list[BillLine]:
    """What the months before should have been billed, less what they were. What is in doubt waits."""
    found = []
    months = account.passed | {each.period for each in account.bills} | {month for month, _ in billed}
    media = account.use.keys() | {medium for _, medium in billed}
    for month in sorted(months - {period}):
        days = [day for day in days_of_month(month) if tenancy.holds(day)]
        for medium in sorted(media):
            use = account.use.get(medium)
            if use and any(f"{month[:4]}-01-01" <= day.isoformat() <= f"{month}-31" for day in use.held):
                continue
            due, _ = due_for(account, tenancy, medium, days)
            was = billed.get((month, medium), {})
            about = _Month(month, medium, days, account.bill_of(tenancy, month), due, was)
            found += _corrected(account, about, use)
    return found


def _corrected(account: Account, about: _Month, use: HomeUse | None) -> list[BillLine]:
    lines = lines_of(about.medium, about.due, about.billed, use, about.days)
    changed = [each for each in lines if each.quantity or each.amount_fen]
    if not changed:
        return []
    told = {
        "period": about.month,
        "corrects": about.corrected.bill if about.corrected else None,
        "reason": _why(account, about),
    }
    return [each.model_copy(update=told) for each in changed]


def _why(account: Account, about: _Month) -> CorrectionReason:
    corrected, named = about.corrected, (about.month, about.medium)
    if _changed_hands(account, about):
        return "tenant_changed"
    now, was = _used(about.due), _used({key: quantity for key, (quantity, _) in about.billed.items()})
    lacked = about.medium in corrected.unpriced if corrected else named in account.unpriced
    if lacked or (about.billed and now == was):
        return "late_tariff"
    if named in account.replaced:
        return "meter_replaced"
    if any(
        line.estimated and (line.period or bill.period, line.medium) == named
        for bill in account.bills
        for line in bill.lines
    ):
        return "replaced_estimate"
    held = {each.medium for each in corrected.held} if corrected else set()
    return "corrected_reading" if named in account.decided or about.medium in held else "late_reading"


def _changed_hands(account: Account, about: _Month) -> bool:
    """Whether a month was billed for other days, or to others, than it is now."""
    if about.corrected is None or about.corrected.first_day is None:
        return bool(about.days) and _was_anothers(account, about.month, about.days[0])
    was_of = (about.corrected.first_day, about.corrected.last_day)
    return not about.days or was_of != (about.days[0], about.days[-1])


def _was_anothers(account: Account, month: str, day: date) -> bool:
    """Whether a day was billed to other tenants."""
    return any(
        each.period == month and each.first_day and each.last_day and each.first_day <= day <= each.last_day
        for each in account.bills
    )


def _used(lines: Mapping[LineKind, Decimal]) -> Decimal:
    """The quantity of a month's lines; what is in a step is in a window too."""
    return sum((quantity for (what, _), quantity in lines.items() if not what.startswith(SURCHARGE)), ZERO)
