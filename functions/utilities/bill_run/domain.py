"""How a home's month becomes a bill, and what became known since becomes a line of the next one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from typing import Literal
from zoneinfo import ZoneInfo

from functions.utilities.bill_run.models import (
    Basis,
    Bill,
    BillLine,
    Gap,
    GapCounts,
    Plan,
    SharedCorrection,
    SharedUse,
    Unshared,
    Weight,
)
from functions.utilities.home_use.charges import SURCHARGE, ZERO, HeldDays, HomeUse, Key, Prices, priced
from functions.utilities.households.tenancies import Stay, Tenancy
from functions.utilities.local_days import DAY, days_of_month, midnight, month_of, to_instant
from functions.utilities.meters.models import UNITS, Medium
from functions.utilities.tariffs.models import Tariff, apportioned, fen, in_force
from linli.errors import Conflict
from linli.vocabulary.utilities import BillCorrection, BillIssued, CorrectionReason

HOMES_NAMED = 20  # of those that a shared cost waits for
Shares = Sequence[Mapping[str, int]]


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


def plan(period: str, zone: str, due_days: int, now: datetime) -> Plan:
    """A run of a month. Raises Conflict before the month is over."""
    end = to_instant(midnight(days_of_month(period)[-1] + DAY, zone))
    if now < end:
        raise Conflict("the month is not over yet")
    return Plan(period=period, started_at=now, due_at=now + timedelta(days=due_days))


def month_before(now: datetime, zone: str) -> str:
    """The local month before this one: what the schedule bills."""
    first = now.astimezone(ZoneInfo(zone)).date().replace(day=1)
    return (first - DAY).isoformat()[:7]


def span(period: str, months: int) -> tuple[str, str]:
    """The months so far before and after one."""
    number = int(period[:4]) * 12 + int(period[5:]) - 1
    first, last = number - months, number + months
    return f"{first // 12:04}-{first % 12 + 1:02}", f"{last // 12:04}-{last % 12 + 1:02}"


def gap_of(
    weight: Weight,
    use: Mapping[Medium, HomeUse],
    unread: Sequence[str],
    tariffs: Sequence[Tariff],
    period: str,
) -> Gap:
    """What is amiss with a home's month."""
    days = days_of_month(period)
    bases = {each.shared_by for medium in UNITS if (each := in_force(tariffs, medium, days[-1]))}
    return Gap(
        home=weight.home,
        no_reading=sorted(unread),
        no_tariff=sorted(
            medium
            for medium, each in use.items()
            if any(
                in_force(tariffs, medium, day) is None and (day == days[-1] or each.days.get(day))
                for day in days
            )
        ),
        held=[held for _, each in sorted(use.items()) for held in each.doubted if _touches(held, days)],
        estimated=sorted(medium for medium, each in use.items() if each.estimated.intersection(days)),
        no_area="area" in bases and weight.area_m2 is None,
        no_headcount="headcount" in bases and weight.headcount is None,
    )


def counted(gaps: Sequence[Gap]) -> GapCounts:
    """How many homes have each kind of gap."""
    kinds = [name for name in GapCounts.model_fields if name != "homes"]
    return GapCounts(
        homes=len(gaps), **{name: sum(bool(getattr(each, name)) for each in gaps) for name in kinds}
    )


def is_seen(bill: Bill, person: str, stays: Sequence[Stay]) -> bool:
    """Whether a bill is of somebody who lived in its home on these days: its payers', if they are known."""
    if bill.payers is not None:
        return person in bill.payers
    days = days_of_month(bill.period)
    return any(each.meets(bill.first_day or days[0], bill.last_day or days[-1]) for each in stays)


# Shared costs


def shared_costs(
    used: Sequence[tuple[str, Medium, Decimal]],
    tariffs: Sequence[Tariff],
    weights: Sequence[Weight],
    period: str,
) -> tuple[list[SharedUse], list[Unshared]]:
    """What shared meters used in a month, by the tariff of its last day, and what of it nobody can bear.

    Where a home's weight is not known, nobody is charged: the others would bear its share.
    """
    borne: list[SharedUse] = []
    left: list[Unshared] = []
    for meter, medium, quantity in used:
        tariff = in_force(tariffs, medium, days_of_month(period)[-1])
        if not quantity:
            continue
        if tariff is None or tariff.shared_by is None or tariff.shared_price is None:
            left.append(Unshared(meter=meter, medium=medium, quantity=quantity, reason="no_rule"))
            continue
        amount_fen = fen(quantity * tariff.shared_price)
        unknown = sorted(each.home for each in weights if each.by(tariff.shared_by) is None)
        if unknown or not any(each.by(tariff.shared_by) for each in weights):
            left.append(
                Unshared(
                    meter=meter,
                    medium=medium,
                    quantity=quantity,
                    amount_fen=amount_fen,
                    reason=_lacking(tariff.shared_by) if unknown else "no_home",
                    homes=unknown[:HOMES_NAMED],
                    homes_count=len(unknown),
                )
            )
            continue
        borne.append(
            SharedUse(
                meter=meter,
                medium=medium,
                by=tariff.shared_by,
                quantity=quantity,
                price=tariff.shared_price,
                amount_fen=amount_fen,
            )
        )
    return borne, left


def _lacking(basis: Basis) -> Literal["no_area", "no_headcount"]:
    return "no_area" if basis == "area" else "no_headcount"


def share(cost: SharedUse, weights: Sequence[Weight]) -> dict[str, int]:
    """What each home bears of a shared cost."""
    return apportioned(cost.amount_fen, {each.home: Fraction(each.by(cost.by) or 0) for each in weights})


def shares_of(planned: Plan) -> Shares:
    """What each home bears of each shared cost of a run, in the order of the plan."""
    return [share(each, planned.weights or ()) for each in planned.shared]


def filled(weights: Sequence[Weight], now: Mapping[str, Weight]) -> list[Weight]:
    """A run's weights, with what was told since of those that nobody had said."""
    return [
        Weight(
            home=each.home,
            area_m2=each.area_m2 or (now[each.home].area_m2 if each.home in now else None),
            headcount=now[each.home].headcount
            if each.headcount is None and each.home in now
            else each.headcount,
        )
        for each in weights
    ]


def corrected_shares(
    planned: Plan,
    weights: Sequence[Weight],
    used: Sequence[tuple[str, Medium, Decimal]],
    tariffs: Sequence[Tariff],
) -> tuple[list[SharedUse], list[SharedCorrection]]:
    """What a run's shared costs are by what is known now, and what each home is to bear besides.

    `weights`: the run's, filled. What still cannot be borne stays as it was charged.
    """
    stood = {each.meter: each for each in planned.stands}
    waited = {each.meter: each.reason for each in planned.unshared}
    costs, left = shared_costs(used, tariffs, weights, planned.period)
    kept = {each.meter for each in left} | (stood.keys() - {meter for meter, _, _ in used})
    corrections = []
    for cost in costs:
        before = stood.get(cost.meter)
        was = share(before, planned.weights or ()) if before else {}
        now = share(cost, weights)
        homes = sorted(home for home in now.keys() | was.keys() if now.get(home, 0) != was.get(home, 0))
        if homes:
            corrections.append(
                SharedCorrection(
                    period=planned.period,
                    meter=cost.meter,
                    medium=cost.medium,
                    quantity=cost.quantity - (before.quantity if before else ZERO),
                    price=cost.price,
                    reason=_why_shared(before, cost, waited.get(cost.meter)),
                    shares={home: now.get(home, 0) - was.get(home, 0) for home in homes},
                )
            )
    return [*costs, *(stood[meter] for meter in sorted(kept & stood.keys()))], corrections


def _why_shared(before: SharedUse | None, cost: SharedUse, waited: str | None) -> CorrectionReason:
    if before is None:
        return "late_reading" if waited is None else "late_tariff" if waited == "no_rule" else "late_area"
    if before.quantity != cost.quantity:
        return "late_reading"
    return "late_tariff" if before.price != cost.price or before.by != cost.by else "late_area"


# A home's own use


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
            own, missing = _own(account, tenancy, medium, days, billed.get((period, medium), {}))
            lines += own
            unpriced += [medium] if missing else []
            held += [each for each in account.use[medium].doubted if _touches(each, days)]
        lines += _shared_lines(account, tenancy, planned, shared)
    corrections = [
        *_corrections(account, tenancy, period, billed),
        *_share_corrections(account, tenancy, planned),
    ]
    lines += corrections
    payers = _payers(account, tenancy, days) if days else None
    for_nothing = not any(each.amount_fen for each in lines)
    if for_nothing and (len(corrections) == len(lines) or unpriced or held or payers == []):
        return None
    if not days:
        months = sorted({each.period for each in corrections if each.period})
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


def _touches(held: HeldDays, days: Sequence[date]) -> bool:
    return held.first_day <= days[-1] and days[0] <= held.last_day


Billed = dict[Key, tuple[Decimal, int]]


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


def _due(
    account: Account, tenancy: Tenancy, medium: Medium, days: Sequence[date]
) -> tuple[dict[Key, Decimal], bool]:
    use = account.use.get(medium)
    if use is None or not days:
        return {}, False
    prices = Prices(medium, account.tariffs, tenancy.first, account.heads(tenancy, days))
    return priced(use, prices, days)


def _own(
    account: Account, tenancy: Tenancy, medium: Medium, days: Sequence[date], billed: Billed
) -> tuple[list[BillLine], bool]:
    due, unpriced = _due(account, tenancy, medium, days)
    use = account.use[medium]
    return _lines(medium, due, billed, use, days), unpriced


def _lines(
    medium: Medium, due: Mapping[Key, Decimal], billed: Billed, use: HomeUse | None, days: Sequence[date]
) -> list[BillLine]:
    """What is due less what was billed; each line is rounded as if it were billed at once."""
    known = use.among(days) if use else []
    found = []
    for what, price in [*due, *(key for key in billed if key not in due)]:
        quantity, (was, was_fen) = due.get((what, price), ZERO), billed.get((what, price), (ZERO, 0))
        found.append(
            BillLine(
                medium=medium,
                what=what,
                quantity=quantity - was,
                price=price,
                amount_fen=fen(quantity * price) - was_fen,
                estimated=bool(use and use.estimated.intersection(known)),
                last_day=known[-1] if known else None,
            )
        )
    return [each for each in found if not billed or each.quantity or each.amount_fen]


@dataclass(frozen=True, slots=True)
class _Month:
    """A medium's month of a tenancy, with its bill, and what is due and was billed for it."""

    month: str
    medium: Medium
    days: Sequence[date]
    corrected: Bill | None
    due: Mapping[Key, Decimal]
    billed: Billed


def _corrections(
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
            due, _ = _due(account, tenancy, medium, days)
            was = billed.get((month, medium), {})
            about = _Month(month, medium, days, account.bill_of(tenancy, month), due, was)
            found += _corrected(account, about, use)
    return found


def _corrected(account: Account, about: _Month, use: HomeUse | None) -> list[BillLine]:
    lines = _lines(about.medium, about.due, about.billed, use, about.days)
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


def _used(lines: Mapping[Key, Decimal]) -> Decimal:
    """The quantity of a month's lines; what is in a step is in a window too."""
    return sum((quantity for (what, _), quantity in lines.items() if not what.startswith(SURCHARGE)), ZERO)


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


def _shared_lines(account: Account, tenancy: Tenancy, planned: Plan, shared: Shares) -> list[BillLine]:
    lines = []
    for each, of_homes in zip(planned.shared, shared, strict=True):
        amount_fen = _part(account, tenancy, planned.period, of_homes.get(account.home, 0))
        if amount_fen:
            lines.append(_share_line(each, amount_fen))
    return lines


def _share_corrections(account: Account, tenancy: Tenancy, planned: Plan) -> list[BillLine]:
    lines = []
    for each in planned.corrections:
        amount_fen = _part(account, tenancy, each.period, each.shares.get(account.home, 0))
        if amount_fen:
            corrected = account.bill_of(tenancy, each.period)
            named = {"corrects": corrected.bill if corrected else None, "reason": each.reason}
            line = _share_line(each, amount_fen)
            lines.append(line.model_copy(update={"period": each.period, **named}))
    return lines


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
