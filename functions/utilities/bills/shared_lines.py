"""A tenancy's lines of what its home bears of shared costs."""

from fractions import Fraction

from functions.utilities.bills.accounts import Account
from functions.utilities.bills.models import BillLine, Plan, SharedCorrection, SharedUse
from functions.utilities.bills.shared_costs import Shares
from functions.utilities.households.tenancies import Tenancy
from functions.utilities.local_days import days_of_month
from linli.prices import apportioned


def _part(account: Account, tenancy: Tenancy, month: str, amount_fen: int) -> int:
    """A tenancy's part of what its home bears of a month's shared cost, by days."""
    days = days_of_month(month)
    parts = {each.key: Fraction(sum(map(each.holds, days))) for each in account.tenancies}
    sign = -1 if amount_fen < 0 else 1
    return sign * apportioned(abs(amount_fen), parts).get(tenancy.key, 0)


def _share_line(of: SharedUse | SharedCorrection, amount_fen: int) -> BillLine:
    return BillLine(
        medium=of.medium,
        what=f"shared-{of.meter}",
        quantity=of.quantity,
        price=of.price,
        amount_fen=amount_fen,
        shared=True,
    )


def shared_lines(account: Account, tenancy: Tenancy, planned: Plan, shared: Shares) -> list[BillLine]:
    """A tenancy's part of each of the run's shared costs, of which `shared` are the homes' shares."""
    lines = []
    for each, of_homes in zip(planned.shared, shared, strict=True):
        amount_fen = _part(account, tenancy, planned.period, of_homes.get(account.home, 0))
        if amount_fen:
            lines.append(_share_line(each, amount_fen))
    return lines


def share_corrections(account: Account, tenancy: Tenancy, planned: Plan) -> list[BillLine]:
    """A tenancy's part of what shared costs of earlier months became since."""
    lines = []
    for each in planned.corrections:
        amount_fen = _part(account, tenancy, each.period, each.shares.get(account.home, 0))
        if amount_fen:
            corrected = account.bill_of(tenancy, each.period)
            named = {"corrects": corrected.bill if corrected else None, "reason": each.reason}
            line = _share_line(each, amount_fen)
            lines.append(line.model_copy(update={"period": each.period, **named}))
    return lines
