"""What each command changes of a ticket besides its state. Commands that change nothing else are not here."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from functions.maintenance.deadlines.targets import CLOCKS, allowed_times
from functions.maintenance.reports.categories import priority_of
from functions.maintenance.tickets.models import WAITING, Correction, Pause, Rating, State, Ticket
from functions.maintenance.tickets.moves import Actor, Command, Move, Rulebook
from functions.maintenance.tickets.rates import month_of
from linli import clocks as deadlines

Changes = dict[str, Any]
OVER: frozenset[State] = frozenset({"closed", "duplicate_of"})  # what it was counted as is final


@dataclass(frozen=True, slots=True)
class Given:
    """A command as it is carried out: to which ticket, by whom, when, by which rules.

    A pause that the command ends is over already: the clocks run on.
    """

    ticket: Ticket
    move: Move
    actor: Actor
    now: datetime
    rulebook: Rulebook

    @property
    def to_be_offered_anew(self) -> Changes:
        """Nobody has the ticket any more; a repair may be offered at once, the rest waits for a manager."""
        at = self.now if self.ticket.kind == "repair" else None
        return {"repairer": None, "offer_until": None, "dispatch_at": at, "told_nobody_free": False}

    @property
    def rating_ends_at(self) -> datetime:
        """When the ticket closes by itself."""
        return self.now + timedelta(days=self.rulebook.policy.rating_days)


def _dispatched(given: Given) -> Changes:
    until = given.now + timedelta(minutes=given.rulebook.policy.offer_minutes)
    return {"repairer": given.move.repairer, "offer_until": until, "dispatch_at": None}


def _accepted(given: Given) -> Changes:
    ticket = given.ticket
    repairer = ticket.repairer if ticket.kind == "repair" else given.actor.person
    clocks = deadlines.met(ticket.clocks, "respond", given.now)
    return {"repairer": repairer, "offer_until": None, "clocks": clocks}


def _taken_back(given: Given) -> Changes:
    ticket = given.ticket
    passed = [*ticket.passed_over, *([ticket.repairer] if ticket.repairer else [])]
    return {**given.to_be_offered_anew, "passed_over": list(dict.fromkeys(passed))}


def _arrived(given: Given) -> Changes:
    return {"clocks": deadlines.met(given.ticket.clocks, "arrive", given.now)}


def _paused(given: Given) -> Changes:
    assert given.move.reason is not None  # noqa: S101  Move has checked it
    return {"pause": Pause(reason=given.move.reason, since=given.now, state=given.ticket.state)}


def _finished(given: Given) -> Changes:
    clocks = deadlines.met(given.ticket.clocks, "resolve", given.now)
    return {"clocks": clocks, "closes_at": given.rating_ends_at}


def _rated(given: Given) -> Changes:
    move = given.move
    rating = Rating(resolved=bool(move.resolved), score=move.score or 1, rated_at=given.now)
    return {"rating": rating, "closes_at": given.rating_ends_at}


def _taken_from_who_is_not_there(given: Given) -> Changes:
    """Taken from who has left or is off duty; nobody is passed over: who is back may have it again."""
    return given.to_be_offered_anew


def _reopened(given: Given) -> Changes:
    """Before it is closed it is the same case, with the deadlines of then; after that a new one."""
    ticket = given.ticket
    anew = {**given.to_be_offered_anew, "rating": None, "passed_over": [], "closes_at": None}
    if ticket.state not in OVER:
        return {**anew, "clocks": deadlines.running_again(ticket.clocks, "resolve")}
    targets = given.rulebook.policy.targets(ticket.priority)
    allowed = allowed_times(ticket.clocks, targets)
    clocks = deadlines.started(allowed, given.rulebook.hours, given.now)
    month = month_of(given.now, given.rulebook.time_zone)
    begun = {"reopened_at": given.now, "month": month, "rounds": 0, "duplicate_of": None}
    return {**anew, **begun, "clocks": clocks}


def taken_for(ticket: Ticket) -> Correction:
    """What a ticket is taken for now."""
    return Correction(kind=ticket.kind, category=ticket.category, priority=ticket.priority)


def corrected(ticket: Ticket, move: Move) -> Correction:
    """What it is taken for once it has been put right: a priority that is not named follows."""
    kind, category = move.kind or ticket.kind, move.category or ticket.category
    follows = move.category is not None or kind != ticket.kind
    priority = move.priority or (priority_of(kind, category) if follows else ticket.priority)
    return Correction(kind=kind, category=category, priority=priority)


def _recategorised(given: Given) -> Changes:
    """A ticket put right has the skill and clocks of what it is, from the report on: what is met stays met.

    What is nobody's yet is offered at once, to whoever can mend it. What a manager was to answer is nobody's
    once it is a repair.
    """
    ticket, rulebook = given.ticket, given.rulebook
    becomes = corrected(ticket, given.move)
    anew: Changes = {}
    if becomes.kind != ticket.kind or ticket.state in WAITING:
        of_its_kind = replace(given, ticket=ticket.model_copy(update={"kind": becomes.kind}))
        anew = {**of_its_kind.to_be_offered_anew, "passed_over": [], "rounds": 0}
    hours, targets = rulebook.hours_for(becomes.priority), rulebook.policy.targets(becomes.priority)
    allowed = allowed_times(CLOCKS[becomes.kind == "repair"], targets)
    fresh = deadlines.started(allowed, hours, ticket.began_at)
    at = ticket.pause.since if ticket.pause else given.now
    clocks = deadlines.replaced(ticket.clocks, fresh, (rulebook.hours, hours), at)
    return {**dict(becomes), **anew, "clocks": clocks}


def _noted(given: Given) -> Changes:
    move = given.move
    assert move.clock is not None  # noqa: S101  Move has checked it
    return {"clocks": deadlines.noted(given.ticket.clocks, move.clock, breached=move.command == "breach")}


EFFECTS: dict[Command, Callable[[Given], Changes]] = {
    "dispatch": _dispatched,
    "accept": _accepted,
    "decline": _taken_back,
    "reassign": _taken_back,
    "arrive": _arrived,
    "pause": _paused,
    "finish": _finished,
    "rate": _rated,
    "reopen": _reopened,
    "take_back": _taken_from_who_is_not_there,
    "recategorise": _recategorised,
    "mark_duplicate": lambda given: {"duplicate_of": given.move.duplicate_of},
    "transfer": lambda given: {"transferred_to": given.move.to},
    "warn": _noted,
    "breach": _noted,
    "wait": lambda _: {"told_nobody_free": True},
}


def changes_of(given: Given) -> Changes:
    """What the command changes, by field of the ticket."""
    effect = EFFECTS.get(given.move.command)
    return effect(given) if effect else {}
