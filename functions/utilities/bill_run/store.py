"""Runs, one bill per home, month and tenancy, and what a run leaves out."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

from pynamodb.expressions.condition import Condition

from functions.utilities import tasks
from functions.utilities.bill_run.domain import (
    Account,
    bills_of,
    corrected_shares,
    counted,
    filled,
    gap_of,
    is_seen,
    issued,
    month_before,
    plan,
    shared_costs,
    shares_of,
    span,
)
from functions.utilities.bill_run.models import (
    Bill,
    BillsAsked,
    Check,
    Gap,
    Plan,
    Run,
    RunAsked,
    SharedCorrection,
    SharedGap,
    Step,
    Weight,
)
from functions.utilities.home_use.charges import ZERO, HomeUse
from functions.utilities.home_use.store import Looking, Metered, held_readings, look
from functions.utilities.households.store import days_seen, homes_of, household_of, meters_of, stays_of
from functions.utilities.households.tenancies import tenancies
from functions.utilities.local_days import day_of, days_of_month, month_of, months_between, to_ms
from functions.utilities.meters.models import Medium, Meter
from functions.utilities.tables import (
    BillRow,
    CorrectionRow,
    GapRow,
    HouseholdRow,
    MeterRow,
    RunRow,
    ScheduledRow,
    TariffRow,
)
from linli import communities
from linli.communities import CommunityRow
from linli.cursors import Page, page_of, page_of_several
from linli.errors import InvalidRequest, NotFound
from linli.instants import to_text
from linli.pages import PageQuery
from linli.reading import read_as
from linli.tables import ConditionsFailed, Rows, Transaction, read, until_it_holds
from linli.vocabulary.utilities import UtilitiesPolicy

AT_ONCE = 20
CHECKED_AT_ONCE = 50
MOST_SHARES = 4_000  # of homes, in one run's row
MONTHS_BACK = 37  # a reading may come three years late
UNDER_WAY = timedelta(days=3)  # as long as steps of a run may still be on their way


def start(community: str, period: str, now: datetime) -> Run:
    """Start the run of a month, or go on with it. Raises Conflict before the month is over."""
    known = communities.known(read([CommunityRow.key(community)]), community)
    planned = plan(period, known.time_zone, known.policy(UtilitiesPolicy).due_days, now)
    transaction = Transaction()
    transaction.create("run", RunRow(*RunRow.key(community, period), plan=planned.model_dump_json()))
    with suppress(ConditionsFailed):  # it was started before: the step below goes on with what is left
        transaction.commit()
    tasks.leave("bill_run", [Step(community=community, period=period)])
    return find(community, period)


def start_all(now: datetime) -> None:
    """Start last month's run of every community."""
    for row in ScheduledRow.query(ScheduledRow.PARTITION):
        known = communities.known(read([CommunityRow.key(row.sk)]), row.sk)
        start(row.sk, month_before(now, known.time_zone), now)


def find(community: str, period: str) -> Run:
    """A run as far as it is. Raises NotFound."""
    planned = _plan(community, period)
    return Run(
        period=period,
        started_at=planned.started_at,
        due_at=planned.due_at,
        homes=None if planned.weights is None else len(planned.weights),
        bills=BillRow.count(BillRow.of_period(community, period)),
        gaps=GapRow.count(GapRow.key(community, period, "")[0]),
        unshared=planned.unshared,
        shared_gaps=planned.shared_gaps,
    )


def gaps(community: str, period: str, query: PageQuery) -> Page[Gap]:
    """What a run could not bill, by home. Raises InvalidCursor."""
    return page_of(GapRow, GapRow.key(community, period, "")[0], query, lambda row: read_as(Gap, row.gap))


def check(community: str, asked: RunAsked, now: datetime) -> Check:
    """What a run would leave out. Raises Conflict before the month is over, InvalidCursor."""
    known = communities.known(read([CommunityRow.key(community)]), community)
    planned = plan(asked.period, known.time_zone, known.policy(UtilitiesPolicy).due_days, now)
    looking = _looking(community, known.time_zone, asked.period)
    weights = _weights(community)
    shared = _shared_use(looking, _shared_meters(community))
    _, unshared = shared_costs(shared.used, looking.tariffs, weights, planned.period)
    weight_of = {each.home: each for each in weights}

    def looked_at(row: HouseholdRow) -> Gap | None:
        if row.sk not in weight_of:
            return None
        meters = meters_of(community, row)
        return _gap(weight_of[row.sk], looking, look(looking, meters))

    query = PageQuery(limit=asked.limit or CHECKED_AT_ONCE, cursor=asked.cursor)
    page = page_of(HouseholdRow, HouseholdRow.key(community, "")[0], query, looked_at)
    return Check(
        period=asked.period,
        counts=counted(page.items),
        items=[each for each in page.items if each.is_one],
        unshared=unshared,
        shared_gaps=shared.gaps,
        next_cursor=page.next_cursor,
    )


def divide(community: str, period: str) -> None:
    """Fix what all bills of a run have in common, unless it is, and leave a step for every few homes."""
    planned = until_it_holds(lambda: _planned(community, period))
    homes = [each.home for each in planned.weights or ()]
    steps = [
        Step(community=community, period=period, homes=homes[first : first + AT_ONCE])
        for first in range(0, len(homes), AT_ONCE)
    ]
    tasks.leave("bill_run", steps)


def _planned(community: str, period: str) -> Plan:
    """A run with what its bills have in common, and what shared costs of the months before have become."""
    planned = _plan(community, period)
    if planned.weights is not None:
        return planned
    zone = communities.known(read([CommunityRow.key(community)]), community).time_zone
    looking = _looking(community, zone, period)
    weights, meters = _weights(community), _shared_meters(community)
    of_shared = _shared_use(looking, meters)
    shared, unshared = shared_costs(of_shared.used, looking.tariffs, weights, period)
    others = _other_runs(community, period)
    transaction, corrections, told = Transaction(), list[SharedCorrection](), 0
    for row in others:
        other = read_as(Plan, row.plan)
        now = filled(other.weights or (), {each.home: each for each in weights})
        used = _shared_use(replace(looking, period=other.period), meters)
        charged, found = corrected_shares(other, now, used.settled, looking.tariffs)
        size = sum(len(each.shares) for each in found)
        if not found or (told and told + size > MOST_SHARES):
            continue  # what is too much for one row comes with the next run
        told += size
        corrections += found
        kept = other.model_copy(update={"weights": now, "charged": charged})
        transaction.put(f"run-{row.sk}", *_charged_anew(row, kept))
    planned = planned.model_copy(
        update={
            "weights": weights,
            "shared": shared,
            "unshared": unshared,
            "shared_gaps": of_shared.gaps,
            "corrections": corrections,
            "runs": [row.sk for row in others],
            "under_way": [
                row.sk
                for row in others
                if read_as(Plan, row.plan).started_at + UNDER_WAY > planned.started_at
            ],
        }
    )
    row = RunRow(*RunRow.key(community, period), plan=planned.model_dump_json(), planned=True)
    transaction.put("run", row, RunRow.planned.does_not_exist())
    transaction.commit()
    return planned


def _charged_anew(row: RunRow, kept: Plan) -> tuple[RunRow, Condition]:
    version = int(row.charged_version or 0)
    same = RunRow.charged_version == version if version else RunRow.charged_version.does_not_exist()
    changed = RunRow(row.pk, row.sk, plan=kept.model_dump_json(), planned=True, charged_version=version + 1)
    return changed, same


def _other_runs(community: str, period: str) -> list[RunRow]:
    """The runs of about three years that were planned, besides this one."""
    first, last = span(period, MONTHS_BACK)
    partition = RunRow.key(community, "")[0]
    rows = RunRow.query(partition, RunRow.sk.between(first, last), consistent_read=True)
    return [row for row in rows if row.planned and row.sk != period]


def issue(community: str, period: str, homes: Sequence[str]) -> int:
    """Issue the bills of some homes, once each. Returns how many are new."""
    zone = communities.known(read([CommunityRow.key(community)]), community).time_zone
    books = _Books(community, _looking(community, zone, period))
    return sum(books.bill(period, home) for home in homes)


@dataclass(slots=True)
class _Books:
    """A step of a run: the plans that its homes have in common are read once."""

    community: str
    looking: Looking
    plans: dict[str, Plan] = field(default_factory=dict)
    shares: dict[str, list[Mapping[str, int]]] = field(default_factory=dict)

    def plan_of(self, period: str) -> Plan:
        """A run's plan."""
        if period not in self.plans:
            self.plans[period] = _plan(self.community, period)
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
        looking = replace(self.looking, period=period, months=frozenset(passed))
        metered = look(looking, meters)
        account = Account(
            community=community,
            home=home,
            tenancies=tenancies(stays_of(community, household)),
            use=metered.use,
            tariffs=looking.tariffs,
            bills=bills,
            passed=frozenset(passed),
            headcount=None if household.headcount is None else int(household.headcount),
        )
        found = bills_of(account, planned, self.shares[period])
        if any(line.reason for each in found for line in each.lines):
            found = bills_of(_with_evidence(account, looking, meters), planned, self.shares[period])
        if not found and period in (household.passed or set()):
            return 0
        gap = _gap(_weight(household), looking, metered)
        _commit(community, household, planned, found, gap)
        return len(found)


def _commit(community: str, household: HouseholdRow, planned: Plan, bills: Sequence[Bill], gap: Gap) -> None:
    """Issue bills of a home, and keep that a run went through it; nobody else bills it at the same time."""
    transaction, home, period = Transaction(), household.sk, planned.period
    version = int(household.billed_version or 0)
    same = HouseholdRow.billed_version == version if version else HouseholdRow.billed_version.does_not_exist()
    actions = [HouseholdRow.passed.add({period}), HouseholdRow.billed_version.set(version + 1)]
    transaction.update("household", HouseholdRow(household.pk, home), actions, same)
    for each in bills:
        text = each.model_dump_json()
        of_tenancy = f"#{each.tenancy.isoformat()}" if each.tenancy else ""
        mine = BillRow(BillRow.of_home(community, home), period + of_tenancy, bill=text)
        transaction.create(f"bill-{of_tenancy}", mine)
        listed = BillRow(BillRow.of_period(community, period), home + of_tenancy, bill=text)
        transaction.put(f"listed-{of_tenancy}", listed)
        transaction.publish([issued(community, each)], each.bill, planned.started_at)
    told = GapRow(*GapRow.key(community, period, home), gap=gap.model_dump_json())
    if gap.is_one:
        transaction.put("gap", told)
    elif period in (household.passed or set()):
        transaction.delete("gap", told)
    transaction.commit()


def _with_evidence(account: Account, looking: Looking, meters: Sequence[Meter]) -> Account:
    """The account with what says why it differs from what was billed."""
    silent = account.passed - {each.period for each in account.bills}
    keys = {GapRow.key(looking.community, month, account.home): month for month in silent}
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
            CorrectionRow.partition(looking.community, meter.meter),
            CorrectionRow.sk > (to_text(since) if since else "0"),
        )
        if row.decision
        for month in _months_of(row, looking.zone)
    }
    replaced = {
        (month_of(day_of(to_ms(at), looking.zone)), meter.medium)
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


def _gap(weight: Weight, looking: Looking, metered: Metered) -> Gap:
    return gap_of(weight, metered.use, metered.unread, looking.tariffs, looking.period)


def bills(community: str, person: str, asked: BillsAsked, *, all_of_them: bool) -> Page[Bill]:
    """A month's bills, or those of the days that a person lived somewhere, the last first.

    Raises InvalidRequest, InvalidCursor.
    """
    if all_of_them:
        if asked.period is None:
            raise InvalidRequest("period: which month")
        return page_of(BillRow, BillRow.of_period(community, asked.period), asked, _shown)
    stays = {home: days_seen(community, home, person) for home in homes_of(community, person)}

    def seen_of(row: BillRow) -> Bill | None:
        found = _shown(row)
        return found if is_seen(found, person, stays[found.home]) else None

    shelves = [BillRow.of_home(community, home) for home in stays]
    return page_of_several(BillRow, shelves, asked, seen_of, lambda row: row.sk)


def _shown(row: BillRow) -> Bill:
    return read_as(Bill, row.bill)


def _bills_of(community: str, home: str, period: str) -> list[Bill]:
    first, last = span(period, MONTHS_BACK)
    partition = BillRow.of_home(community, home)
    rows = BillRow.query(partition, BillRow.sk.between(first, last + "~"), consistent_read=True)
    return [_shown(row) for row in rows]


def _plan(community: str, period: str) -> Plan:
    key = RunRow.key(community, period)
    row = read([key]).get(key)
    if not isinstance(row, RunRow):
        raise NotFound
    return read_as(Plan, row.plan)


def _looking(community: str, zone: str, period: str) -> Looking:
    tariffs = [row.tariff for row in TariffRow.query(TariffRow.partition(community), consistent_read=True)]
    return Looking(community, zone, tariffs, period, held=held_readings(community))


def _weights(community: str) -> list[Weight]:
    rows = HouseholdRow.query(HouseholdRow.key(community, "")[0], consistent_read=True)
    return [_weight(row) for row in rows if not row.is_trace]


def _weight(row: HouseholdRow) -> Weight:
    """An area and a headcount; a home of which nobody was ever told who lives there has none."""
    lived_in = bool(row.members or row.former)
    heads = row.headcount if row.headcount is not None else len(row.members or ()) if lived_in else None
    return Weight(home=row.sk, area_m2=row.area, headcount=None if heads is None else int(heads))


@dataclass(slots=True)
class _SharedUse:
    """What shared meters used in a month, without the days in doubt; `settled`: those without any."""

    used: list[tuple[str, Medium, Decimal]] = field(default_factory=list)
    settled: list[tuple[str, Medium, Decimal]] = field(default_factory=list)
    gaps: list[SharedGap] = field(default_factory=list)


def _shared_meters(community: str) -> list[Meter]:
    rows = MeterRow.query(MeterRow.key(community, "")[0], consistent_read=True)
    return [row.meter for row in rows if row.meter.asset is not None]


def _shared_use(looking: Looking, meters: Sequence[Meter]) -> _SharedUse:
    found, days = _SharedUse(), days_of_month(looking.period)
    for meter in meters:
        metered = look(looking, [meter])
        use = metered.use.get(meter.medium, HomeUse())
        named = (meter.meter, meter.medium, sum((use.days[day] for day in use.among(days)), ZERO))
        found.used.append(named)
        held = [each for each in use.doubted if each.first_day <= days[-1] and days[0] <= each.last_day]
        found.settled += [] if held else [named]
        if held or metered.unread:
            gap = SharedGap(
                meter=meter.meter, medium=meter.medium, no_reading=bool(metered.unread), held=held
            )
            found.gaps.append(gap)
    return found
