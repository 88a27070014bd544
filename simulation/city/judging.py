"""What must hold when a city has been played, read from the table alone and held against what was told.

Every report is a ticket or a duplicate of one; every ticket is in a state that its course explains; no clock
has run out unseen; the queue of staff, the repairers' hands and the month's counts say what the tickets say;
every fact in the outbox has been published, and the last of a ticket tells the state that it is in.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, get_args

import boto3

from functions.maintenance.escalations.rows import RANKS
from functions.maintenance.tickets import rates
from functions.maintenance.tickets.machine import rules_of
from functions.maintenance.tickets.models import DROPPED, OPEN, Entry, Ticket
from functions.maintenance.tickets.rates import Mark
from linli.events import Event
from linli.reading import read_as
from linli.tables import Row
from simulation.city.cases import Told

A_SWEEP = timedelta(minutes=1)
RESUMED = "resume"
Raw = Mapping[str, Any]


@dataclass(slots=True)
class Kept:
    """What lies in the table."""

    tickets: dict[str, Ticket] = field(default_factory=dict)
    incidents: dict[str, str] = field(default_factory=dict)
    course: defaultdict[str, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    needs: set[tuple[str, str, str]] = field(default_factory=set)
    hands: dict[str, set[str]] = field(default_factory=dict)
    outbox: set[str] = field(default_factory=set)
    counts: Counter[tuple[str, str, Mark]] = field(default_factory=Counter)
    locks: dict[str, bool] = field(default_factory=dict)

    def add(self, raw: Raw) -> None:
        """Keep a row, if it says something about tickets."""
        kind, pk, sk = raw["kind"]["S"], raw["pk"]["S"], raw["sk"]["S"]
        community = pk.partition("#")[0]
        if kind == "ticket":
            ticket = read_as(Ticket, raw["ticket"]["S"])
            self.tickets[ticket.ticket] = ticket
            if "incident" in raw:
                self.incidents[ticket.ticket] = raw["incident"]["S"]
        elif kind == "timeline":
            self.course[pk.rpartition("#")[2]].append(read_as(Entry, raw["entry"]["S"]))
        elif kind == "ticket_escalation":
            rank, ticket_id, need = sk.split("#")
            self.needs.add((ticket_id, RANKS[int(rank)], need))
        elif kind == "repairer":
            self.hands[sk] = set(raw.get("holds", {}).get("SS", ()))
        elif kind == "outbox":
            self.outbox.add(sk)
        elif kind == "lock" and not raw.get("released", {}).get("BOOL", False):
            self.locks[raw["ticket_id"]["S"]] = True
        elif kind == "rates":
            month = pk.rpartition("#")[2]
            for mark in get_args(Mark):
                self.counts[community, month, mark] += int(raw.get(mark, {}).get("N", 0))


def kept() -> Kept:
    """The whole table."""
    found = Kept()
    pages = (
        boto3.client("dynamodb")
        .get_paginator("scan")
        .paginate(TableName=Row.Meta.table_name, ConsistentRead=True)
    )
    for page in pages:
        for raw in page["Items"]:
            found.add(raw)
    return found


def contradictions(found: Kept, told: Told, published: Iterable[Event], swept_at: datetime) -> Iterator[str]:
    """What does not hold; nothing when all is well. `swept_at`: when the clocks looked last."""
    facts = list(published)
    yield from told.wrong
    yield from _reports(found, told)
    for ticket in found.tickets.values():
        yield from _course(ticket, sorted(found.course[ticket.ticket], key=lambda each: each.version))
        yield from _clocks(ticket, found.course[ticket.ticket], swept_at)
    yield from _facts(found, facts)
    yield from _queues(found)
    yield from _counts(found)


def _reports(found: Kept, told: Told) -> Iterator[str]:
    for (community, number), ticket in told.tickets.items():
        if ticket not in found.tickets:
            yield f"{community}, report {number}: its ticket {ticket} is not there"
    of_people = {each.ticket for each in found.tickets.values() if each.source != "device"}
    for ticket in of_people - set(told.tickets.values()):
        yield f"{ticket}: nobody reported it"
    opened = sum(each.source == "device" for each in found.tickets.values())
    if opened != told.device["opened"]:
        yield f"devices: {told.device['opened']} tickets were opened, and {opened} are there"
    for ticket, incident in found.incidents.items():
        if incident not in found.tickets:
            yield f"{ticket}: its incident {incident} is no ticket"
    for each in found.tickets.values():
        if each.duplicate_of is not None and each.duplicate_of not in found.tickets:
            yield f"{each.ticket}: it is a duplicate of {each.duplicate_of}, which is no ticket"


def _course(ticket: Ticket, course: list[Entry]) -> Iterator[str]:
    """Whether each line follows from the one before by the machine's table."""
    if [each.version for each in course] != list(range(1, ticket.version + 1)):
        yield f"{ticket.ticket}: version {ticket.version} has lines {[each.version for each in course]}"
        return
    state = course[0].state
    for line in course[1:]:
        rule = rules_of(ticket)[line.command]  # type: ignore[index]
        if state not in rule.sources or line.state != (rule.target or line.state):
            yield f"{ticket.ticket}: {line.command} led from {state} to {line.state}"
        if rule.target is None and line.command != RESUMED and line.state != state:
            yield f"{ticket.ticket}: {line.command} changed {state} to {line.state}"
        state = line.state
    if state != ticket.state:
        yield f"{ticket.ticket}: it is {ticket.state}, and its course ends as {state}"


def _clocks(ticket: Ticket, course: list[Entry], swept_at: datetime) -> Iterator[str]:
    """A clock that ran out while it ran is noted as breached, with a line that says so; and no other is."""
    said = " ".join(each.note for each in course if each.command == "breach")
    for name, clock in ticket.clocks.items():
        until = clock.met_at or _ran_until(ticket, swept_at) or clock.due_at
        if until - clock.due_at > A_SWEEP and not clock.breached:
            yield f"{ticket.ticket}: {name} ran out at {clock.due_at}, and nobody was told"
        if clock.breached and f"{name}:" not in said:
            yield f"{ticket.ticket}: {name} is breached, and its course does not say so"


def _ran_until(ticket: Ticket, swept_at: datetime) -> datetime | None:
    """Until when a clock ran that was not met; None for one that nobody waits for."""
    if ticket.state in DROPPED:
        return ticket.changed_at
    if ticket.pause is not None:
        return ticket.pause.since
    return swept_at if ticket.state in OPEN else None


def _facts(found: Kept, facts: list[Event]) -> Iterator[str]:
    ids = Counter(each.id for each in facts)
    for event_id in found.outbox - ids.keys():
        yield f"{event_id}: it lies in the outbox, and was not published"
    for event_id in ids.keys() - found.outbox:
        yield f"{event_id}: it was published, and does not lie in the outbox"
    states, breached = {}, Counter[tuple[str, str]]()
    for each in facts:
        about = each.data["ticket"]
        if each.type.endswith(".ticket_changed.v1"):
            states[about] = each.data["state"]
        else:
            breached[about, each.data["clock"]] += 1
    for ticket in found.tickets.values():
        if states.get(ticket.ticket) != ticket.state:
            yield f"{ticket.ticket}: it is {ticket.state}, and others were told {states.get(ticket.ticket)}"
        for name, clock in ticket.clocks.items():
            if clock.breached and not breached[ticket.ticket, name]:
                yield f"{ticket.ticket}: {name} is breached, and others were not told"


def _queues(found: Kept) -> Iterator[str]:
    wanted = {(each.ticket, each.priority, need) for each in found.tickets.values() for need in each.needs}
    for ticket, priority, need in wanted ^ found.needs:
        there = "is" if (ticket, priority, need) in found.needs else "is not"
        yield f"{ticket}: {need} ({priority}) {there} in the queue of staff"
    held = {each.ticket: each.holder for each in found.tickets.values() if each.holder}
    in_hands = {ticket: person for person, tickets in found.hands.items() for ticket in tickets}
    for ticket in held.keys() | in_hands.keys():
        if held.get(ticket) != in_hands.get(ticket):
            yield f"{ticket}: it is {held.get(ticket)}'s, and in the hands of {in_hands.get(ticket)}"
    locked = {each.ticket for each in found.tickets.values() if each.locks}
    for ticket in locked ^ found.locks.keys():
        yield f"{ticket}: its fault is {'not ' if ticket in locked else ''}locked"


def _counts(found: Kept) -> Iterator[str]:
    wanted = Counter[tuple[str, str, Mark]]()
    for each in found.tickets.values():
        wanted.update((each.community, each.month, mark) for mark in rates.marks(each))
    for key in wanted.keys() | found.counts.keys():
        if wanted[key] != found.counts[key]:
            yield f"{' '.join(key)}: {found.counts[key]} are counted of {wanted[key]}"
