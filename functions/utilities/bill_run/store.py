"""Runs: started, planned, divided, shown, and checked before."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from pynamodb.expressions.condition import Condition

from functions.utilities.bill_run.domain import counted, is_seen, month_before, plan
from functions.utilities.bill_run.models import BillsAsked, Check, Run, RunAsked, Step
from functions.utilities.bills.models import Bill, Gap, Plan, SharedCorrection
from functions.utilities.bills.rows import BillRow, GapRow, RunRow, ScheduledRow
from functions.utilities.bills.shared_costs import corrected_shares, filled, shared_costs
from functions.utilities.bills.store import (
    MONTHS_BACK,
    bill_in,
    gap_in,
    plan_of,
    scope_of,
    shared_meters,
    shared_use,
    weights_of,
)
from functions.utilities.home_use.store import look
from functions.utilities.households.rows import HouseholdRow
from functions.utilities.households.store import days_seen, homes_of, meters_of
from functions.utilities.local_days import months_around
from linli import communities
from linli.communities import CommunityRow
from linli.cursors import Page, page_of, page_of_several
from linli.errors import InvalidRequest
from linli.pages import PageQuery
from linli.reading import read_as
from linli.tables import ConditionsFailed, Transaction, as_read, read, until_it_holds
from linli.tasks import leave
from linli.vocabulary.utilities import UtilitiesPolicy

AT_ONCE = 20
CHECKED_AT_ONCE = 50
MOST_SHARES = 4_000  # of homes, in one run's row
UNDER_WAY = timedelta(days=3)  # as long as steps of a run may still be on their way


def start(community: str, period: str, now: datetime) -> Run:
    """Start the run of a month, or go on with it. Raises Conflict before the month is over."""
    known = communities.known(read([CommunityRow.key(community)]), community)
    planned = plan(period, known.time_zone, known.policy(UtilitiesPolicy).due_days, now)
    transaction = Transaction()
    transaction.create("run", RunRow(*RunRow.key(community, period), plan=planned.model_dump_json()))
    with suppress(ConditionsFailed):  # it was started before: the step below goes on with what is left
        transaction.commit()
    leave("bill_run", [Step(community=community, period=period)])
    return find(community, period)


def start_all(now: datetime) -> None:
    """Start last month's run of every community."""
    for community in communities.entered(ScheduledRow):
        known = communities.known(read([CommunityRow.key(community)]), community)
        start(community, month_before(now, known.time_zone), now)


def find(community: str, period: str) -> Run:
    """A run as far as it is. Raises NotFound."""
    planned = plan_of(community, period)
    return Run(
        period=period,
        started_at=planned.started_at,
        due_at=planned.due_at,
        homes=None if planned.weights is None else len(planned.weights),
        bills=BillRow.count(BillRow.of_period.partition(community, period)),
        gaps=GapRow.count(GapRow.key.partition(community, period)),
        unshared=planned.unshared,
        shared_gaps=planned.shared_gaps,
    )


def gaps(community: str, period: str, query: PageQuery) -> Page[Gap]:
    """What a run could not bill, by home. Raises InvalidCursor."""
    return page_of(GapRow, GapRow.key.partition(community, period), query, lambda row: read_as(Gap, row.gap))


def check(community: str, asked: RunAsked, now: datetime) -> Check:
    """What a run would leave out. Raises Conflict before the month is over, InvalidCursor."""
    known = communities.known(read([CommunityRow.key(community)]), community)
    planned = plan(asked.period, known.time_zone, known.policy(UtilitiesPolicy).due_days, now)
    scope = scope_of(community, known.time_zone, asked.period)
    weights = weights_of(community)
    shared = shared_use(scope, shared_meters(community))
    _, unshared = shared_costs(shared.used, scope.tariffs, weights, planned.period)
    weight_of = {each.home: each for each in weights}

    def looked_at(row: HouseholdRow) -> Gap | None:
        if row.sk not in weight_of:
            return None
        meters = meters_of(community, row)
        return gap_in(weight_of[row.sk], scope, look(scope, meters))

    query = PageQuery(limit=asked.limit or CHECKED_AT_ONCE, cursor=asked.cursor)
    page = page_of(HouseholdRow, HouseholdRow.key.partition(community), query, looked_at)
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
    leave("bill_run", steps)


def _planned(community: str, period: str) -> Plan:
    """A run with what its bills have in common, and what shared costs of the months before have become."""
    planned = plan_of(community, period)
    if planned.weights is not None:
        return planned
    zone = communities.known(read([CommunityRow.key(community)]), community).time_zone
    scope = scope_of(community, zone, period)
    weights, meters = weights_of(community), shared_meters(community)
    of_shared = shared_use(scope, meters)
    shared, unshared = shared_costs(of_shared.used, scope.tariffs, weights, period)
    others = _other_runs(community, period)
    transaction, corrections, told = Transaction(), list[SharedCorrection](), 0
    for row in others:
        other = read_as(Plan, row.plan)
        now = filled(other.weights or (), {each.home: each for each in weights})
        used = shared_use(replace(scope, period=other.period), meters)
        charged, found = corrected_shares(other, now, used.certain, scope.tariffs)
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
    changed = RunRow(row.pk, row.sk, plan=kept.model_dump_json(), planned=True, charged_version=version + 1)
    return changed, as_read(RunRow, row, "charged_version")


def _other_runs(community: str, period: str) -> list[RunRow]:
    """The runs of about three years that were planned, besides this one."""
    first, last = months_around(period, MONTHS_BACK)
    partition = RunRow.key.partition(community)
    rows = RunRow.query(partition, RunRow.sk.between(first, last), consistent_read=True)
    return [row for row in rows if row.planned and row.sk != period]


def bills(community: str, person: str, asked: BillsAsked, *, all_of_them: bool) -> Page[Bill]:
    """A month's bills, or those of the days that a person lived somewhere, the last first.

    Raises InvalidRequest, InvalidCursor.
    """
    if all_of_them:
        if asked.period is None:
            raise InvalidRequest("which_month")
        return page_of(BillRow, BillRow.of_period.partition(community, asked.period), asked, bill_in)
    stays = {home: days_seen(community, home, person) for home in homes_of(community, person)}

    def seen_of(row: BillRow) -> Bill | None:
        found = bill_in(row)
        return found if is_seen(found, person, stays[found.home]) else None

    shelves = [BillRow.of_home.partition(community, home) for home in stays]
    return page_of_several(BillRow, shelves, asked, seen_of, lambda row: row.sk)
