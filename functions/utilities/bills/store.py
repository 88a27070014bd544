"""One bill per home, month and tenancy: what it is made of is read, and it is issued once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial

from functions.utilities.bills.accounts import Account
from functions.utilities.bills.gaps import gap_of
from functions.utilities.bills.issue import bills_of, issued
from functions.utilities.bills.models import Bill, Gap, Plan, SharedGap, Weight
from functions.utilities.bills.rows import BillRow, GapRow, RunRow
from functions.utilities.bills.shared_costs import shares_of
from functions.utilities.home_use.models import ZERO, HomeUse
from functions.utilities.home_use.store import Metered, Scope, held_readings, look
from functions.utilities.households.rows import HouseholdRow
from functions.utilities.households.store import household_of, meters_of, stays_of
from functions.utilities.households.tenancies import tenancies
from functions.utilities.local_days import (
    day_of,
    days_of_month,
    month_of,
    months_around,
    months_between,
)
from functions.utilities.meters.models import Medium, Meter
from functions.utilities.meters.rows import MeterRow
from functions.utilities.reviews.rows import CorrectionRow
from functions.utilities.tariffs.rows import TariffRow
from linli import communities
from linli.communities import CommunityRow
from linli.errors import NotFound
from linli.instants import to_millis, to_text
from linli.observability import about, observed, sums
from linli.reading import read_as
from linli.tables import Rows, Transaction, as_read, read, until_it_holds

MONTHS_BACK = 37  # a reading may come three years late


def issue(community: str, period: str, homes: Sequence[str]) -> int:
    """Issue the bills of some homes, once each. Returns how many are new."""
    zone = communities.known(read([CommunityRow.key(community)]), community).time_zone
    books = _RunStep(community, scope_of(community, zone, period))
    return sum(books.bill(period, home) for home in homes)


@dataclass(slots=True)
class _RunStep:
    """A step of a run: the plans that its homes have in common are read once."""

    community: str
    scope: Scope
    plans: dict[str, Plan] = field(default_factory=dict)
    shares: dict[str, list[Mapping[str, int]]] = field(default_factory=dict)

    def plan_of(self, period: str) -> Plan:
        """A run's plan."""
        if period not in self.plans:
            self.plans[period] = plan_of(self.community, period)
            self.shares[period] = list(shares_of(self.plans[period]))
        return self.plans[period]

    def bill(self, period: str, home: str) -> int:
        """Bill a home's month, and before it those of runs that have not come to it yet."""
        row = household_of(self.community, home)
        passed = (row.passed or set()) if row else set()
        before = [
            month
            for month in sorted(self.plan_of(period).under_way)
            if month < period and month not in passed and self._has(month, home)
        ]
        return sum(until_it_holds(partial(self._issue, month, home)) for month in [*before, period])

    def _has(self, period: str, home: str) -> bool:
        return any(each.home == home for each in self.plan_of(period).weights or ())

    def _issue(self, period: str, home: str) -> int:
        planned, community = self.plan_of(period), self.community
        household = household_of(community, home)
        if household is None:
            return 0
        bills = _bills_of(community, home, period)
        gone_through = (household.passed or set()) | {each.period for each in bills}
        passed = gone_through | (set(planned.runs) - set(planned.under_way))
        meters = meters_of(community, household)
        scope = replace(self.scope, period=period, months=frozenset(passed))
        metered = look(scope, meters)
        account = Account(
            community=community,
            home=home,
            tenancies=tenancies(stays_of(community, household)),
            use=metered.use,
            tariffs=scope.tariffs,
            bills=bills,
            passed=frozenset(passed),
            headcount=None if household.headcount is None else int(household.headcount),
        )
        found = bills_of(account, planned, self.shares[period])
        if any(line.reason for each in found for line in each.lines):
            found = bills_of(_with_evidence(account, scope, meters), planned, self.shares[period])
        if not found and period in (household.passed or set()):
            return 0
        gap = gap_in(weight_of(household), scope, metered)
        _commit(community, household, planned, found, gap)
        for each in found:
            _tell(community, each, meters)
        return len(found)


def _commit(community: str, household: HouseholdRow, planned: Plan, bills: Sequence[Bill], gap: Gap) -> None:
    """Issue bills of a home, and keep that a run went through it; nobody else bills it at the same time."""
    transaction, home, period = Transaction(), household.sk, planned.period
    version = int(household.billed_version or 0)
    same = as_read(HouseholdRow, household, "billed_version")
    actions = [HouseholdRow.passed.add({period}), HouseholdRow.billed_version.set(version + 1)]
    transaction.update("household", HouseholdRow(household.pk, home), actions, same)
    for each in bills:
        text = each.model_dump_json()
        of_tenancy = f"#{each.tenancy.isoformat()}" if each.tenancy else ""
        mine = BillRow(*BillRow.of_home(community, home, period + of_tenancy), bill=text)
        transaction.create(f"bill-{of_tenancy}", mine)
        listed = BillRow(*BillRow.of_period(community, period, home + of_tenancy), bill=text)
        transaction.put(f"listed-{of_tenancy}", listed)
        transaction.publish([issued(community, each)], each.bill, planned.started_at, chain=each.bill)
    told = GapRow(*GapRow.key(community, period, home), gap=gap.model_dump_json())
    if gap.is_one:
        transaction.put("gap", told)
    elif period in (household.passed or set()):
        transaction.delete("gap", told)
    transaction.commit()


def _tell(community: str, bill: Bill, meters: Sequence[Meter]) -> None:
    """A log line of a bill's own: its run bills many, and each is what comes of other messages."""
    periods = {bill.period, *(line.period for line in bill.lines if line.period)}
    with observed("bill_issued", bill.bill, community=community):
        about(community, "bill", bill.bill)
        sums(community, "use", *(f"{each.meter}/{period}" for each in meters for period in periods))


def _with_evidence(account: Account, scope: Scope, meters: Sequence[Meter]) -> Account:
    """The account with what says why it differs from what was billed."""
    silent = account.passed - {each.period for each in account.bills}
    keys = {GapRow.key(scope.community, month, account.home): month for month in silent}
    rows = read(keys) if keys else Rows()
    lacked = {
        (month, medium)
        for key, month in keys.items()
        if (row := rows.one(GapRow, key))
        for medium in read_as(Gap, row.gap).no_tariff
    }
    since = min((each.issued_at for each in account.bills), default=None)
    decided = {
        (month, meter.medium)
        for meter in meters
        for row in CorrectionRow.query(
            CorrectionRow.key.partition(scope.community, meter.meter),
            CorrectionRow.sk > (to_text(since) if since else "0"),
        )
        if row.decision
        for month in _months_of(row, scope.zone)
    }
    replaced = {
        (month_of(day_of(to_millis(at), scope.zone)), meter.medium)
        for meter in meters
        for at in (meter.closed_at, meter.installed_at if meter.replaces else None)
        if at is not None
    }
    return replace(
        account,
        unpriced=frozenset(lacked),
        decided=frozenset(decided),
        replaced=frozenset(replaced),
    )


def _months_of(row: CorrectionRow, zone: str) -> set[str]:
    """The months in which a correction changed what was used."""
    ends = [int(at) for start, end, _ in (*row.was, *row.became) for at in (start, end - 1)]
    return set(months_between(day_of(min(ends), zone), day_of(max(ends), zone))) if ends else set()


def gap_in(weight: Weight, scope: Scope, metered: Metered) -> Gap:
    """What is amiss with a home's month, by what was found of it."""
    return gap_of(weight, metered.use, metered.unread, scope.tariffs, scope.period)


def bill_in(row: BillRow) -> Bill:
    """The bill that a row holds."""
    return read_as(Bill, row.bill)


def _bills_of(community: str, home: str, period: str) -> list[Bill]:
    first, last = months_around(period, MONTHS_BACK)
    partition = BillRow.of_home.partition(community, home)
    rows = BillRow.query(partition, BillRow.sk.between(first, last + "~"), consistent_read=True)
    return [bill_in(row) for row in rows]


def plan_of(community: str, period: str) -> Plan:
    """A run as it was planned. Raises NotFound."""
    key = RunRow.key(community, period)
    row = read([key]).get(key)
    if not isinstance(row, RunRow):
        raise NotFound
    return read_as(Plan, row.plan)


def scope_of(community: str, zone: str, period: str) -> Scope:
    """What a run looks at: a month, by the community's tariffs, and what of it waits for a decision."""
    tariffs = [
        row.tariff for row in TariffRow.query(TariffRow.key.partition(community), consistent_read=True)
    ]
    return Scope(community, zone, tariffs, period, held=held_readings(community))


def weights_of(community: str) -> list[Weight]:
    """The weights of all homes of which more is left than a trace."""
    rows = HouseholdRow.query(HouseholdRow.key.partition(community), consistent_read=True)
    return [weight_of(row) for row in rows if not row.is_trace]


def weight_of(row: HouseholdRow) -> Weight:
    """An area and a headcount; a home of which nobody was ever told who lives there has none."""
    lived_in = bool(row.members or row.former)
    heads = row.headcount if row.headcount is not None else len(row.members or ()) if lived_in else None
    return Weight(home=row.sk, area_m2=row.area, headcount=None if heads is None else int(heads))


@dataclass(slots=True)
class SharedMeters:
    """What shared meters used in a month, without the days in doubt; `certain`: those without any."""

    used: list[tuple[str, Medium, Decimal]] = field(default_factory=list)
    certain: list[tuple[str, Medium, Decimal]] = field(default_factory=list)
    gaps: list[SharedGap] = field(default_factory=list)


def shared_meters(community: str) -> list[Meter]:
    """The meters of what is shared."""
    rows = MeterRow.query(MeterRow.key.partition(community), consistent_read=True)
    return [row.meter for row in rows if row.meter.asset is not None]


def shared_use(scope: Scope, meters: Sequence[Meter]) -> SharedMeters:
    """What these shared meters used in the month that is looked at, and what lacks of it."""
    found, days = SharedMeters(), days_of_month(scope.period)
    for meter in meters:
        metered = look(scope, [meter])
        use = metered.use.get(meter.medium, HomeUse())
        named = (meter.meter, meter.medium, sum((use.days[day] for day in use.among(days)), ZERO))
        found.used.append(named)
        held = [each for each in use.doubted if each.touch(days)]
        found.certain += [] if held else [named]
        if held or metered.unread:
            gap = SharedGap(
                meter=meter.meter, medium=meter.medium, no_reading=bool(metered.unread), held=held
            )
            found.gaps.append(gap)
    return found
