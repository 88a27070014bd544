"""How a home's month becomes a bill, and what others are told of it."""

from collections.abc import Iterator, Sequence
from datetime import date
from hashlib import sha256

from functions.utilities.bills.accounts import Account, billed_so_far, key_of
from functions.utilities.bills.corrections import corrections
from functions.utilities.bills.models import Bill, BillLine, Plan
from functions.utilities.bills.own_lines import own_lines
from functions.utilities.bills.shared_costs import Shares, shares_of
from functions.utilities.bills.shared_lines import share_corrections, shared_lines
from functions.utilities.home_use.models import HeldDays
from functions.utilities.households.tenancies import Tenancy
from functions.utilities.local_days import DAY, days_of_month
from functions.utilities.meters.models import Medium
from linli.vocabulary.utilities import BillCorrection, BillIssued, CorrectionReason


def bills_of(account: Account, planned: Plan, shared: Shares | None = None) -> list[Bill]:
    """The bills of a run for a home: one for each tenancy of which there is anything to bill or to correct,
    and that has none of this month. `shared`: `shares_of(planned)`, found once.
    """
    of_costs = shares_of(planned) if shared is None else shared
    found = []
    for tenancy in [*account.tenancies, *_gone(account)]:
        if account.bill_of(tenancy, planned.period) is None:
            made = _bill(account, tenancy, planned, of_costs)
            found += [made] if made else []
    return found


def _gone(account: Account) -> Iterator[Tenancy]:
    """Tenancies that were billed, and of which it was learnt since that there were none."""
    there = {each.key for each in account.tenancies}
    for key in sorted({key_of(each) for each in account.bills} - there):
        yield Tenancy(date.fromisoformat(key), date.fromisoformat(key) - DAY, ())


def _bill(account: Account, tenancy: Tenancy, planned: Plan, shared: Shares) -> Bill | None:
    period = planned.period
    days = [day for day in days_of_month(period) if tenancy.holds(day)]
    lines: list[BillLine] = []
    unpriced: list[Medium] = []
    held: list[HeldDays] = []
    billed = billed_so_far(account.bills, tenancy)
    if days:
        for medium in sorted(account.use):
            own, missing = own_lines(account, tenancy, medium, days, billed.get((period, medium), {}))
            lines += own
            unpriced += [medium] if missing else []
            held += [each for each in account.use[medium].doubted if each.touch(days)]
        lines += shared_lines(account, tenancy, planned, shared)
    corrected = [
        *corrections(account, tenancy, period, billed),
        *share_corrections(account, tenancy, planned),
    ]
    lines += corrected
    payers = _payers(account, tenancy, days) if days else None
    for_nothing = not any(each.amount_fen for each in lines)
    if for_nothing and (len(corrected) == len(lines) or unpriced or held or payers == []):
        return None
    if not days:
        months = sorted({each.period for each in corrected if each.period})
        days = [days_of_month(months[0])[0], days_of_month(months[-1])[-1]]
    return Bill(
        bill=bill_id(account.community, account.home, period, tenancy.key),
        home=account.home,
        period=period,
        lines=lines,
        amount_fen=sum(each.amount_fen for each in lines),
        unpriced=unpriced,
        held=held,
        issued_at=planned.started_at,
        due_at=planned.due_at,
        payers=_payers(account, tenancy, days),
        first_day=days[0],
        last_day=days[-1],
        tenancy=tenancy.first,
        heads=account.heads(tenancy, days),
    )


def bill_id(community: str, home: str, period: str, tenancy: str) -> str:
    """The id of a bill: the same whenever it is found."""
    named = f"{community}#{home}#{period}" + (f"#{tenancy}" if tenancy else "")
    return f"{period}-{sha256(named.encode()).hexdigest()[:26]}"


def _payers(account: Account, tenancy: Tenancy, days: Sequence[date]) -> list[str] | None:
    if tenancy.first and tenancy.last and tenancy.last < tenancy.first:
        asked = [each.payers or [] for each in account.bills if key_of(each) == tenancy.key]
        return sorted({person for payers in asked for person in payers})
    return tenancy.persons(days[0], days[-1])


def issued(community: str, bill: Bill) -> BillIssued:
    """What payments is told of a bill."""
    corrections: dict[tuple[str, CorrectionReason, str | None], int] = {}
    for each in bill.lines:
        if each.reason and each.period:
            key = (each.period, each.reason, each.corrects)
            corrections[key] = corrections.get(key, 0) + each.amount_fen
    return BillIssued(
        community=community,
        bill=bill.bill,
        home=bill.home,
        period=bill.period,
        amount_fen=bill.amount_fen,
        issued_at=bill.issued_at,
        due_at=bill.due_at,
        payers=bill.payers,
        first_day=bill.first_day,
        last_day=bill.last_day,
        corrections=[
            BillCorrection(bill=corrects, period=period, reason=reason, amount_fen=amount_fen)
            for (period, reason, corrects), amount_fen in corrections.items()
        ],
    )
