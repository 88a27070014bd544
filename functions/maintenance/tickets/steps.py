"""A step of a ticket before it is kept: the moves that belong together, and what they lead to.

One step is one transaction: a repairer declines and the next one is offered the ticket, both or neither.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self

from functions.maintenance.deadlines.hours import hours_of
from functions.maintenance.deadlines.models import ClockName
from functions.maintenance.deadlines.targets import CLOCKS, allowed_times
from functions.maintenance.people.models import Candidate
from functions.maintenance.reports.categories import priority_of
from functions.maintenance.reports.models import Reported
from functions.maintenance.tickets import rates
from functions.maintenance.tickets.dispatching import best
from functions.maintenance.tickets.machine import transition
from functions.maintenance.tickets.models import OPEN, WAITING, Capacity, Entry, Ticket
from functions.maintenance.tickets.moves import SYSTEM, Actor, Move, Rulebook
from linli import clocks as deadlines
from linli.events import Fact
from linli.vocabulary.maintenance import MaintenancePolicy, Priority, TicketChanged, TicketClockBreached

ESCALATED_TO: dict[ClockName, str] = {"respond": "manager", "arrive": "manager", "resolve": "operator"}
NOBODY_FREE = "no repairer is free; it stands in the managers' queue, and they are sent a message"
TRY_AGAIN = timedelta(minutes=1)  # a sweep: somebody may have become free
LONGEST_WAIT = {True: timedelta(minutes=15), False: timedelta(days=1)}  # between rounds; True: an emergency


@dataclass(frozen=True, slots=True)
class Setting:
    """What a community's tickets are handled by."""

    policy: MaintenancePolicy
    time_zone: str

    def rulebook(self, priority: Priority) -> Rulebook:
        """What moves of a ticket of this priority depend on."""
        return Rulebook(self.policy, hours_of(priority, self.policy.hours, self.time_zone), self.time_zone)


@dataclass(slots=True)
class Step:
    """From `before` (None for a new ticket) to `ticket`, by the moves in `entries`.

    `left`: the incident that it turned out to be no part of.
    """

    setting: Setting
    before: Ticket | None
    ticket: Ticket
    incident: str | None = None
    incident_is_worked_on: bool = True
    left: str | None = None
    entries: list[Entry] = field(default_factory=list)
    breached: list[ClockName] = field(default_factory=list)

    @classmethod
    def opening(
        cls, community: str, ticket: str, reported: Reported, setting: Setting, now: datetime
    ) -> Self:
        """A new ticket, its clocks running from `now`."""
        priority = priority_of(reported.kind, reported.category)
        allowed = allowed_times(CLOCKS[reported.kind == "repair"], setting.policy.targets(priority))
        rulebook = setting.rulebook(priority)
        made = Ticket(
            **dict(reported),
            ticket=ticket,
            community=community,
            priority=priority,
            month=rates.month_of(now, setting.time_zone),
            created_at=now,
            changed_at=now,
            dispatch_at=now if reported.kind == "repair" else None,
            clocks=deadlines.started(allowed, rulebook.hours, now),
        )
        by: Capacity = "reporter" if reported.source == "person" else "system"
        entry = Entry(
            version=1,
            command="report",
            state="submitted",
            by=by,
            person=reported.reported_by,
            note="" if reported.hotline is None else f"by hotline {reported.hotline}",
            at=now,
        )
        return cls(setting, None, made, entries=[entry])

    def move(self, move: Move, actor: Actor, now: datetime) -> None:
        """Let the actor give a command. Raises Forbidden, IllegalTransition with what is allowed instead."""
        rulebook = self.setting.rulebook(self.ticket.priority)
        self.ticket, entry = transition(self.ticket, move, actor, now, rulebook)
        self.entries.append(entry)
        if move.command == "breach" and move.clock is not None:
            self.breached.append(move.clock)
        if self.incident not in {None, self.ticket.ticket} and self._is_of_another_trade:
            self.left, self.incident = self.incident, None

    @property
    def _is_of_another_trade(self) -> bool:
        return self.before is not None and self.before.category != self.ticket.category

    @property
    def follows_an_incident(self) -> bool:
        """Whether it is one of many tickets of a mass outage and not the one that is worked on."""
        return self.incident_is_worked_on and self.incident not in (None, self.ticket.ticket)

    @property
    def wants_a_repairer(self) -> bool:
        """Whether it is to be offered to somebody: the others of an incident wait for its first ticket."""
        return self.ticket.kind == "repair" and self.ticket.state in WAITING and not self.follows_an_incident

    def offer(self, candidates: Iterable[Candidate], now: datetime) -> None:
        """Offer the ticket to the best repairer, or let it wait and say so once."""
        person = best(candidates, self.ticket, self.setting.policy)
        if person is not None:
            self.move(Move(command="dispatch", repairer=person), SYSTEM, now)
            return
        if not self.ticket.told_nobody_free:
            self.move(Move(command="wait", note=NOBODY_FREE), SYSTEM, now)
        rounds = self.ticket.rounds + bool(self.ticket.passed_over)
        update = {"dispatch_at": now + self._wait(rounds), "passed_over": [], "rounds": rounds}
        self.ticket = self.ticket.model_copy(update=update)

    def _wait(self, rounds: int) -> timedelta:
        """Until the next try: twice as long after each round in which all declined or did not answer."""
        wait = TRY_AGAIN * (1 << min(rounds, 16))
        return min(wait, LONGEST_WAIT[self.ticket.priority == "emergency"])

    def wait_for_the_incident(self) -> None:
        """Not to be offered by itself."""
        self.ticket = self.ticket.model_copy(update={"dispatch_at": None})

    @property
    def changed(self) -> bool:
        """Whether there is anything to keep."""
        return self.ticket != self.before

    def facts(self) -> list[Fact]:
        """What others are told: the ticket, if it is another to them, and each breach."""
        ticket = self.ticket
        told: list[Fact] = []
        if self.before is None or as_told(self.before) != as_told(ticket):
            told.append(
                TicketChanged(
                    community=ticket.community,
                    ticket=ticket.ticket,
                    changed_at=ticket.changed_at,
                    version=ticket.version,
                    **as_told(ticket),
                )
            )
        told += [
            TicketClockBreached(
                community=ticket.community,
                ticket=ticket.ticket,
                clock=clock,
                priority=ticket.priority,
                due_at=ticket.clocks[clock].due_at,
                escalated_to=ESCALATED_TO[clock],
            )
            for clock in self.breached
        ]
        return told


def as_told(ticket: Ticket) -> dict[str, Any]:
    """What a ticket is to others: how far it has come, what it is about, and what of it is late."""
    unmet = {} if ticket.state not in OPEN else {n: c for n, c in ticket.clocks.items() if c.met_at is None}
    late = [name for name, clock in unmet.items() if clock.breached]
    running = [] if ticket.state == "paused" else list(unmet)
    return {
        "kind": ticket.kind,
        "state": ticket.state,
        "priority": ticket.priority,
        "asset": ticket.asset,
        "category": ticket.category,
        "building": ticket.building,
        "opened_at": ticket.began_at,
        "late": late,
        "due_at": min((unmet[name].due_at for name in late or running), default=None),
    }
