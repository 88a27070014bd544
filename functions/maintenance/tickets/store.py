"""Tickets as they are kept, each step saved in one transaction with all that depends on it.

That is the timeline, the repairers' hands, the lock of a device's fault, the month's counts and the facts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from pynamodb.expressions.condition import size

from functions.maintenance.escalations.rows import EscalationRow
from functions.maintenance.incidents import store as incidents
from functions.maintenance.incidents.outages import may_be_of_one
from functions.maintenance.people.rows import ManagerRow, RepairerRow
from functions.maintenance.people.store import candidates
from functions.maintenance.reports.models import Reported
from functions.maintenance.reports.store import Places
from functions.maintenance.tickets import rates
from functions.maintenance.tickets.models import DROPPED, HELD, Ticket
from functions.maintenance.tickets.moves import SYSTEM, Move
from functions.maintenance.tickets.rows import RATE_SHARDS, RatesRow, TicketRow, TimelineRow
from functions.maintenance.tickets.steps import Setting, Step
from linli import communities, episodes
from linli.communities import CommunityRow
from linli.due import shard_of
from linli.episodes import Also, LockRow
from linli.errors import NotFound
from linli.ids import new_id
from linli.instants import to_epoch_seconds
from linli.tables import ConditionsFailed, Row, Transaction, read, until_it_holds
from linli.vocabulary.maintenance import MaintenancePolicy

KEPT_AFTER_ITS_END = TicketRow.KEPT.span
RACES = 100  # that a step may lose: many are at the hands of a few repairers


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


def _setting(known: communities.Community) -> Setting:
    return Setting(known.policy(MaintenancePolicy), known.time_zone)


def dispatch(step: Step, now: datetime) -> None:
    """Offer the ticket to a repairer, if it wants one."""
    if step.wants_a_repairer:
        step.offer(candidates(step.ticket.community), now)
    elif step.follows_an_incident:
        step.wait_for_the_incident()


def take_back(community: str, person: str, why: str, now: datetime) -> None:
    """Take from somebody who has left or is off duty all that they have in hand, from anybody what they are
    offered and cannot do any more; and offer it anew, each ticket in a step of its own.

    Nothing comes to their hands after that was written, so that what is read here is all. Raises Unavailable.
    """
    key = RepairerRow.key(community, person)
    row = read([key]).one(RepairerRow, key)
    if row is None:
        return

    def stays(ticket: Ticket) -> bool:
        skilled = row.set_up is None or ticket.skill in row.set_up.skills
        return row.works and (skilled or ticket.state != "dispatched")

    for ticket in sorted(row.holds or ()):
        until_it_holds(partial(_taken_back, community, ticket, person, why, now, stays=stays), RACES)


def take_back_answers(community: str, person: str, why: str, now: datetime) -> None:
    """Take complaints and enquiries from a manager who has left, so that another sees to them. Raises
    Unavailable.
    """
    key = ManagerRow.key(community, person)
    manager = read([key]).one(ManagerRow, key)
    if manager is None or manager.member:
        return
    for row in TicketRow.by_repairer.query(f"{community}#{person}"):
        if row.ticket.kind != "repair" and row.ticket.state in HELD:
            until_it_holds(partial(_taken_back, community, row.ticket_id, person, why, now), RACES)


def _taken_back(
    community: str,
    ticket: str,
    person: str,
    why: str,
    now: datetime,
    *,
    stays: Callable[[Ticket], bool] = lambda _: False,
) -> None:
    step = load(community, ticket).step()
    if step.ticket.repairer != person or step.ticket.state not in HELD or stays(step.ticket):
        return
    step.move(Move(command="take_back", note=why), SYSTEM, now)
    dispatch(step, now)
    save(step, f"take-back:{new_id(now)}", now)


def opened(community: str, ticket: str, reported: Reported, now: datetime) -> tuple[Step, Also]:
    """A new ticket, part of an incident when there are many like it, offered to a repairer otherwise.

    Also returns what has to be written along with it.
    """
    places = Places.read(community, reported)
    setting = _setting(places.known)
    located = reported.model_copy(update={"missing": places.missing(setting.policy)})
    step = Step.opening(community, ticket, located, setting, now)
    also = _like_reports(step, located, now)
    dispatch(step, now)
    return step, also


def _like_reports(step: Step, reported: Reported, now: datetime) -> Also:
    """Make the ticket part of an incident if there are many like it, and the others of them as well."""
    if not may_be_of_one(reported):
        return lambda _: None
    ticket = step.ticket
    found = incidents.alike(ticket.community, ticket.ticket, reported, step.setting.policy, now)
    step.incident = found.incident

    def write(transaction: Transaction) -> None:
        found.write(transaction)
        for other in found.joining:
            row = TicketRow(*TicketRow.key(ticket.community, other))
            joins = [TicketRow.incident.set(found.incident or "")]
            transaction.update(f"joining-{other}", row, joins, Row.pk.exists())

    return write


def save(step: Step, attempt: str, now: datetime, also: Also = lambda _: None) -> Step:
    """Save a step, once; `attempt` names the caller's try, so that a lost reply is no refusal.

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
    _write_needs(transaction, step)
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
    changes = [*row.changes(leaves_incident=step.left is not None), ttl]
    transaction.update("ticket", row, changes, TicketRow.version == step.before.version)
    if step.left is not None:
        incidents.leave(transaction, step.ticket.community, step.left, step.ticket.ticket)


def _write_needs(transaction: Transaction, step: Step) -> None:
    """What staff have to see to follows from the ticket: rows come and go with it, new ones due at once."""
    before, ticket = step.before, step.ticket
    was = {(before.priority, need) for need in before.needs} if before else set()
    needs = {(ticket.priority, need) for need in ticket.needs}
    for priority, need in sorted(was - needs):
        row = EscalationRow(*EscalationRow.where(ticket.community, ticket.ticket, priority, need))
        transaction.delete(f"seen-to-{priority}-{need}", row)
    for priority, need in sorted(needs - was):
        row = EscalationRow(
            *EscalationRow.where(ticket.community, ticket.ticket, priority, need),
            ticket_id=ticket.ticket,
            need=need,
            priority=priority,
            category=ticket.category,
            building=ticket.building,
            unit=ticket.unit,
            since=ticket.changed_at,
            **EscalationRow.timed(ticket.ticket, ticket.changed_at),
        )
        transaction.put(f"need-{priority}-{need}", row)


_ON_DUTY = RepairerRow.off_duty.does_not_exist() | (RepairerRow.off_duty == False)  # noqa: E712  a condition


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
        at_work = (RepairerRow.member == True) & _ON_DUTY  # noqa: E712  builds a condition
        free = at_work & has_room
        transaction.update("taken", row, [RepairerRow.holds.add({ticket.ticket})], free)


def _write_lock(transaction: Transaction, step: Step) -> None:
    """The lock goes with the last moment that the ticket is open; a reopened ticket needs it again."""
    before, after = step.before.locks if step.before else None, step.ticket.locks
    if before == after or step.before is None:
        return
    ticket = step.ticket
    assert ticket.asset is not None  # noqa: S101  one of the two locks names them
    assert ticket.fault is not None  # noqa: S101
    key = LockRow.key(ticket.community, ticket.asset, ticket.fault)
    episodes.hold(transaction, key, ticket.ticket, is_open=after is not None)


def _count(transaction: Transaction, step: Step) -> None:
    changes = rates.changes(step.before, step.ticket)
    if changes:
        ticket = step.ticket
        shard = shard_of(ticket.ticket, RATE_SHARDS)
        row = RatesRow(*RatesRow.key(ticket.community, ticket.month, shard))
        transaction.update("rates", row, RatesRow.adding(changes))
