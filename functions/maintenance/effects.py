"""What each command changes of a ticket besides its state. Commands that change nothing else are not here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from functions.maintenance import deadlines
from functions.maintenance.moves import Actor, Command, Move, Rulebook
from functions.maintenance.tickets import Pause, Rating, Ticket

Changes = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Given:
    """A command as it is carried out: to which ticket, by whom, when, by which rules."""

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
    def unpaused(self) -> Changes:
        """The pause, if there is one, is over, and the clocks run on with what was left."""
        pause = self.ticket.pause
        if pause is None:
            return {}
        clocks = deadlines.resumed(self.ticket.clocks, pause.since, self.now, self.rulebook.hours)
        return {"pause": None, "clocks": clocks}

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
    return {**given.to_be_offered_anew, "passed_over": list(dict.fromkeys(passed)), **given.unpaused}


def _arrived(given: Given) -> Changes:
    return {"clocks": deadlines.met(given.ticket.clocks, "arrive", given.now)}


def _paused(given: Given) -> Changes:
    assert given.move.reason is not None  # noqa: S101  Move has checked it
    return {"pause": Pause(reason=given.move.reason, since=given.now, state=given.ticket.state)}


def _resumed(given: Given) -> Changes:
    assert given.ticket.pause is not None  # noqa: S101  a paused ticket has its pause
    return {"state": given.ticket.pause.state, **given.unpaused}


def _finished(given: Given) -> Changes:
    clocks = deadlines.met(given.ticket.clocks, "resolve", given.now)
    return {"clocks": clocks, "closes_at": given.rating_ends_at}


def _rated(given: Given) -> Changes:
    move = given.move
    rating = Rating(resolved=bool(move.resolved), score=move.score or 1, rated_at=given.now)
    return {"rating": rating, "closes_at": given.rating_ends_at}


def _reopened(given: Given) -> Changes:
    again = deadlines.running_again(given.ticket.clocks, "resolve")
    anew = given.to_be_offered_anew
    return {**anew, "clocks": again, "rating": None, "passed_over": [], "closes_at": None}


def _marked(given: Given) -> Changes:
    move = given.move
    assert move.clock is not None  # noqa: S101  Move has checked it
    return {"clocks": deadlines.marked(given.ticket.clocks, move.clock, breached=move.command == "breach")}


EFFECTS: dict[Command, Callable[[Given], Changes]] = {
    "dispatch": _dispatched,
    "accept": _accepted,
    "decline": _taken_back,
    "reassign": _taken_back,
    "arrive": _arrived,
    "pause": _paused,
    "resume": _resumed,
    "finish": _finished,
    "rate": _rated,
    "reopen": _reopened,
    "mark_duplicate": lambda given: {"duplicate_of": given.move.duplicate_of},
    "transfer": lambda given: {"transferred_to": given.move.to},
    "warn": _marked,
    "breach": _marked,
    "wait": lambda _: {"told_nobody_free": True},
}


def changes_of(given: Given) -> Changes:
    """What the command changes, by field of the ticket."""
    effect = EFFECTS.get(given.move.command)
    return effect(given) if effect else {}
