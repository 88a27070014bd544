"""Runs, and one bill per home and month."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal

from functions.utilities import tasks
from functions.utilities.bill_run.domain import (
    HomeUse,
    bill,
    by_window,
    month_before,
    plan,
    shared_use,
    shares_of,
)
from functions.utilities.bill_run.models import Bill, BillsAsked, Plan, Run, Step, Weight
from functions.utilities.days import days_of_month, midnight
from functions.utilities.homes import homes_of
from functions.utilities.meters import Medium, Meter, Register
from functions.utilities.readings import DAY_MS, intervals
from functions.utilities.sites import dial_of
from functions.utilities.tables import (
    BillRow,
    ChunkRow,
    HouseholdRow,
    MeterRow,
    RunRow,
    ScheduledRow,
    TariffRow,
    UseRow,
    day_text,
)
from functions.utilities.tariffs import Tariff, in_force
from linli import communities
from linli.communities import CommunityRow
from linli.cursors import Page, page_of, page_of_several
from linli.errors import InvalidRequest, NotFound
from linli.events import BillIssued
from linli.reading import read_as
from linli.tables import ConditionsFailed, Row, Transaction, read

AT_ONCE = 20
AROUND = 40  # days on either side, in which readings to split a month by windows are looked for


def start(community: str, period: str, now: datetime) -> Run:
    """Start the run of a month, or go on with it. Raises Conflict before the month is over."""
    known = communities.known(read([CommunityRow.key(community)]), community)
    planned = plan(period, known.time_zone, known.policies.utilities.due_days, now)
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
    )


def divide(community: str, period: str) -> None:
    """Fix what all bills of a run have in common, unless it is, and leave a step for every few homes."""
    planned = _plan(community, period)
    if planned.weights is None:
        weights = [_weight(row) for row in HouseholdRow.query(HouseholdRow.key(community, "")[0])]
        tariffs = _tariffs(community)
        shared = [
            use
            for row in MeterRow.query(MeterRow.key(community, "")[0])
            if row.meter.asset is not None
            for quantity in [sum(_month(community, row.meter, period).values(), Decimal(0))]
            if (use := shared_use(row.meter.meter, row.meter.medium, quantity, tariffs, period))
        ]
        planned = planned.model_copy(update={"weights": weights, "shared": shared})
        row = RunRow(*RunRow.key(community, period), plan=planned.model_dump_json(), planned=True)
        transaction = Transaction()
        transaction.put("run", row, RunRow.planned.does_not_exist())
        try:
            transaction.commit()
        except ConditionsFailed:
            planned = _plan(community, period)
    homes = [each.home for each in planned.weights or ()]
    steps = [
        Step(community=community, period=period, homes=homes[first : first + AT_ONCE])
        for first in range(0, len(homes), AT_ONCE)
    ]
    tasks.leave("bill_run", steps)


def issue(community: str, period: str, homes: Sequence[str]) -> int:
    """Issue the bills of some homes, once each. Returns how many are new."""
    planned, tariffs = _plan(community, period), _tariffs(community)
    zone = communities.known(read([CommunityRow.key(community)]), community).time_zone
    shared = shares_of(planned)
    issued = 0
    for home in homes:
        use = _home_use(community, home, period, tariffs, zone)
        found = bill(community, home, use, tariffs, planned, shared=shared)
        if found is None:
            continue
        transaction = Transaction()
        text = found.model_dump_json()
        transaction.create("bill", BillRow(BillRow.of_home(community, home), period, bill=text))
        transaction.put("listed", BillRow(BillRow.of_period(community, period), home, bill=text))
        fact = BillIssued(
            community=community,
            bill=found.bill,
            home=home,
            period=period,
            amount_fen=found.amount_fen,
            issued_at=found.issued_at,
            due_at=found.due_at,
        )
        transaction.publish([fact], found.bill, planned.started_at)
        try:
            transaction.commit()
        except ConditionsFailed:
            continue  # a run before this one, or this one's lost reply
        issued += 1
    return issued


def bills(community: str, person: str, asked: BillsAsked, *, all_of_them: bool) -> Page[Bill]:
    """A month's bills, or those of each home a person lives in, the last first. Raises InvalidRequest."""
    if all_of_them:
        if asked.period is None:
            raise InvalidRequest("period: which month")
        return page_of(BillRow, BillRow.of_period(community, asked.period), asked, _shown)
    shelves = [BillRow.of_home(community, home) for home in homes_of(community, person)]
    return page_of_several(BillRow, shelves, asked, _shown, lambda row: row.sk)


def _shown(row: BillRow) -> Bill:
    return read_as(Bill, row.bill)


def _plan(community: str, period: str) -> Plan:
    key = RunRow.key(community, period)
    row = read([key]).get(key)
    if not isinstance(row, RunRow):
        raise NotFound
    return read_as(Plan, row.plan)


def _tariffs(community: str) -> list[Tariff]:
    return [row.tariff for row in TariffRow.query(TariffRow.partition(community))]


def _weight(row: HouseholdRow) -> Weight:
    heads = len(row.members or ()) if row.headcount is None else int(row.headcount)
    return Weight(home=row.sk, area_m2=Decimal(row.area_m2 or 0), headcount=heads)


def _billed(meter: Meter) -> Iterator[Register]:
    return (each for each in meter.registers if each.billed)


def _month(community: str, meter: Meter, month: str) -> dict[date, Decimal]:
    """What a meter's billed registers used on each day of a month."""
    keys = {UseRow.key(community, month, meter.meter, each.obis): each for each in _billed(meter)}
    rows = read(keys) if keys else {}
    return _days(month, rows, keys)


def _days(
    month: str, rows: dict[tuple[str, str], Row], keys: dict[tuple[str, str], Register]
) -> dict[date, Decimal]:
    days: dict[date, Decimal] = {}
    for key, register in keys.items():
        row = rows.get(key)
        for text, (ticks, _) in row.days.items() if isinstance(row, UseRow) else ():
            day = date.fromisoformat(f"{month}-{text}")
            days[day] = days.get(day, Decimal(0)) + register.quantity(int(ticks))
    return days


def _home_use(
    community: str, home: str, period: str, tariffs: Sequence[Tariff], zone: str
) -> dict[Medium, HomeUse]:
    key = HouseholdRow.key(community, home)
    household = read([key]).get(key)
    ids = sorted(household.meters or ()) if isinstance(household, HouseholdRow) else []
    rows = read(MeterRow.key(community, each) for each in ids) if ids else {}
    use: dict[Medium, HomeUse] = {}
    for row in rows.values():
        if not isinstance(row, MeterRow):
            continue
        meter, found = row.meter, use.setdefault(row.meter.medium, HomeUse())
        for day, quantity in _month(community, meter, period).items():
            found.days[day] = found.days.get(day, Decimal(0)) + quantity
        applying = _applying(tariffs, meter.medium, period)
        if any(each.tiers is not None and each.tiered_by == "year" for each, _ in applying):
            for number in range(1, int(period[5:])):
                month = f"{period[:5]}{number:02}"
                found.before += sum(_month(community, meter, month).values(), Decimal(0))
        for tariff, days in applying:
            if tariff.windows is not None:
                windows = found.windows.setdefault(tariff.begins, {})
                for name, quantity in _by_window(community, meter, tariff, days, zone).items():
                    windows[name] = windows.get(name, Decimal(0)) + quantity
    return use


def _applying(tariffs: Sequence[Tariff], medium: Medium, period: str) -> list[tuple[Tariff, list[date]]]:
    """The tariffs of a month, each with its days."""
    days: dict[str, list[date]] = {}
    named: dict[str, Tariff] = {}
    for day in days_of_month(period):
        tariff = in_force(tariffs, medium, day)
        if tariff is not None:
            named[tariff.begins] = tariff
            days.setdefault(tariff.begins, []).append(day)
    return [(named[name], each) for name, each in days.items()]


def _by_window(
    community: str, meter: Meter, tariff: Tariff, days: list[date], zone: str
) -> dict[str, Decimal]:
    """What a meter's billed registers used in each window of a tariff."""
    first, last = (midnight(day, zone) // DAY_MS for day in (days[0], days[-1]))
    between = ChunkRow.sk.between(day_text(first - AROUND), day_text(last + AROUND))
    used: dict[str, Decimal] = {}
    for register in _billed(meter):
        partition = ChunkRow.key(community, meter.meter, register.obis, "")[0]
        readings = [each for row in ChunkRow.query(partition, between) for each in row.readings]
        advanced = intervals(readings, dial_of(meter, register))
        for name, ticks in by_window(advanced, tariff.windows or (), days, zone).items():
            used[name] = used.get(name, Decimal(0)) + register.quantity(ticks)
    return used
