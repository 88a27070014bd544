"""The docket: tickets as they are kept, each step in one transaction with all that depends on it.

That is the timeline, the repairers' hands, the lock of a device's fault, the month's counts and the facts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pynamodb.expressions.condition import size

from functions.maintenance import rates
from functions.maintenance.dispatching import Candidate
from functions.maintenance.repairers import SetUp
from functions.maintenance.steps import Reported, Setting, Step
from functions.maintenance.tables import (
    RATE_SHARDS,
    IncidentRow,
    LockRow,
    RatesRow,
    RepairerRow,
    ReportRow,
    TicketRow,
    TimelineRow,
)
from functions.maintenance.tickets import DROPPED, Ticket
from linli import communities
from linli.communities import CommunityRow
from linli.due import shard_of
from linli.errors import NotFound
from linli.ids import new_id
from linli.instants import to_epoch_seconds
from linli.tables import ConditionsFailed, Row, Transaction, read

KEPT_AFTER_ITS_END = timedelta(days=730)
REPORTS_KEPT = timedelta(days=1)
RACES = 100  # that a step may lose: many are at the hands of a few repairers
MOST_MARKED = 30  # tickets that join an incident at once: two rows each, and a transaction takes a hundred
Also = Callable[[Transaction], None]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A ticket as it is, and its community's setting."""

    ticket: Ticket
    incident: str | None
    setting: Setting

    def step(self) -> Step:
        """A step that begins here."""
        return Step(self.setting, self.ticket, self.ticket, self.incident)


def load(community: str, ticket: str) -> Loaded:
    """One ticket. Raises NotFound."""
    key = TicketRow.key(community, ticket)
    rows = read([key, CommunityRow.key(community)])
    row = rows.one(TicketRow, key)
    if row is None:
        raise NotFound
    return Loaded(row.ticket, row.incident, _setting(communities.known(rows, community)))


def is_worked_on(community: str, incident: str | None) -> bool:
    """Whether the first ticket of an incident still stands for the others: not once it has been dropped."""
    key = TicketRow.key(community, incident or "")
    row = read([key]).one(TicketRow, key)
    return row is not None and row.ticket.state not in DROPPED


def setting_of(community: str) -> Setting:
    """How a community handles tickets."""
    return _setting(communities.known(read([CommunityRow.key(community)]), community))


def _setting(known: communities.Community) -> Setting:
    return Setting(known.policies.maintenance, known.time_zone)


def candidates(community: str) -> list[Candidate]:
    """The repairers of a community, set up and members; one query."""
    return [
        _candidate(row.sk, row.set_up, len(row.holds or ()))
        for row in RepairerRow.query(f"{community}#repairers", consistent_read=True)
        if row.set_up is not None and row.member
    ]


def _candidate(person: str, set_up: SetUp, load: int) -> Candidate:
    return Candidate(person, frozenset(set_up.skills), set_up.building, set_up.on_duty, load)


def dispatch(step: Step, now: datetime) -> None:
    """Offer the ticket to a repairer, if it wants one."""
    if step.wants_a_repairer:
        step.offer(candidates(step.ticket.community), now)
    elif step.follows_an_incident:
        step.wait_for_the_incident()


def opened(community: str, ticket: str, reported: Reported, now: datetime) -> tuple[Step, Also]:
    """A new ticket, part of an incident when there are many like it, offered to a repairer otherwise.

    Also returns what has to be written along with it.
    """
    setting = setting_of(community)
    step = Step.opening(community, ticket, reported, setting, now)
    also = _reports(step, setting, now)
    dispatch(step, now)
    return step, also


def _reports(step: Step, setting: Setting, now: datetime) -> Also:
    ticket = step.ticket
    if ticket.building is None or ticket.kind != "repair" or ticket.source == "device":
        return lambda _: None
    partition = ReportRow.partition(ticket.community, ticket.building, ticket.category)
    since = new_id(now - timedelta(minutes=setting.policy.incident_minutes))[:10]  # a ULID's time comes first
    others = list(ReportRow.query(partition, ReportRow.sk > since, consistent_read=True))
    if len(others) + 1 >= setting.policy.incident_reports:
        step.incident = next((each.incident for each in others if each.incident), others[0].sk)
    incident, building = step.incident, ticket.building
    newly = [each.sk for each in others if incident is not None and each.incident is None][:MOST_MARKED]

    def write(transaction: Transaction) -> None:
        ttl = to_epoch_seconds(now + REPORTS_KEPT)
        transaction.create("report", ReportRow(partition, ticket.ticket, incident=incident, ttl=ttl))
        if incident is None:
            return
        for other in newly:
            transaction.update(
                f"report-{other}", ReportRow(partition, other), [ReportRow.incident.set(incident)]
            )
            marked = TicketRow(*TicketRow.key(ticket.community, other))
            transaction.update(f"marked-{other}", marked, [TicketRow.incident.set(incident)], Row.pk.exists())
        row = IncidentRow(IncidentRow.partition(ticket.community), incident)
        actions = [
            IncidentRow.kind.set(IncidentRow),
            IncidentRow.building.set(building),
            IncidentRow.category.set(ticket.category),
            IncidentRow.last_at.set(now),
            IncidentRow.tickets.add({ticket.ticket, *newly}),
        ]
        transaction.update("incident", row, actions)

    return write


def keep(step: Step, attempt: str, now: datetime, also: Also = lambda _: None) -> Step:
    """Keep a step, once; `attempt` names the caller's try, so that a lost reply is no refusal.

    Raises ConditionsFailed when the ticket (row `ticket`), a repairer (`taken`) or a lock (`lock`) has moved
    on, and Unavailable when another transaction holds the same rows.
    """
    if not step.changed:
        return step
    transaction = Transaction()
    _write_ticket(transaction, step, attempt)
    for entry in step.entries:
        transaction.create(f"entry-{entry.version}", TimelineRow.of(step.ticket, entry))
    _write_hands(transaction, step)
    _write_lock(transaction, step)
    _count(transaction, step)
    transaction.publish(
        step.facts(), f"ticket/{step.ticket.community}/{step.ticket.ticket}/{step.ticket.version}", now
    )
    also(transaction)
    try:
        transaction.commit()
    except ConditionsFailed as failed:
        landed = failed.one(TicketRow, "ticket")
        if landed is None or landed.attempt != attempt:
            raise
        step.ticket = landed.ticket
    return step


def _write_ticket(transaction: Transaction, step: Step, attempt: str) -> None:
    row = TicketRow.of(step.ticket, attempt, step.incident)
    if step.before is None:
        transaction.create("ticket", row)
        return
    over = step.ticket.state in DROPPED | {"closed"}
    ttl = (
        TicketRow.ttl.set(to_epoch_seconds(step.ticket.changed_at + KEPT_AFTER_ITS_END))
        if over
        else TicketRow.ttl.remove()
    )
    transaction.update("ticket", row, [*row.changes(), ttl], TicketRow.version == step.before.version)


def _write_hands(transaction: Transaction, step: Step) -> None:
    before, after = step.before.holder if step.before else None, step.ticket.holder
    if before == after:
        return
    ticket = step.ticket
    if before is not None:
        row = RepairerRow(*RepairerRow.key(ticket.community, before))
        transaction.update("released", row, [RepairerRow.holds.delete({ticket.ticket})])
    if after is not None:
        row = RepairerRow(*RepairerRow.key(ticket.community, after))
        has_room = RepairerRow.holds.does_not_exist() | (
            size(RepairerRow.holds) < step.setting.policy.most_active
        )
        free = (RepairerRow.member == True) & has_room  # noqa: E712  builds a condition
        transaction.update("taken", row, [RepairerRow.holds.add({ticket.ticket})], free)


def _write_lock(transaction: Transaction, step: Step) -> None:
    """The lock goes with the last moment that the ticket is open; a reopened ticket needs it again."""
    before, after = step.before.locks if step.before else None, step.ticket.locks
    if before == after or step.before is None:
        return
    ticket = step.ticket
    assert ticket.asset is not None  # noqa: S101  one of the two locks names them
    assert ticket.fault is not None  # noqa: S101
    row = LockRow(*LockRow.key(ticket.community, ticket.asset, ticket.fault))
    ours = LockRow.ticket_id == ticket.ticket
    if after is None:
        transaction.update("lock", row, [LockRow.released.set(True)], ours)
    else:
        transaction.update("lock", row, [LockRow.released.set(False)], ours)


def _count(transaction: Transaction, step: Step) -> None:
    changes = rates.changes(step.before, step.ticket)
    if changes:
        ticket = step.ticket
        shard = shard_of(ticket.ticket, RATE_SHARDS)
        row = RatesRow(RatesRow.partition(ticket.community, ticket.month), shard)
        transaction.update("rates", row, RatesRow.adding(changes))
