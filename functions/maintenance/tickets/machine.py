"""The one state machine of all tickets: which command leads from where to where, and who may give it.

Everything that changes a ticket goes through `transition`: residents, repairers, managers and clocks alike.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from functions.maintenance.tickets.effects import Given, changes_of, corrected, taken_for
from functions.maintenance.tickets.models import HELD, OPEN, WAITING, Capacity, Entry, State, Ticket
from functions.maintenance.tickets.moves import Actor, Command, Move, Rulebook
from linli import clocks as deadlines
from linli.errors import Conflict, Forbidden


@dataclass(frozen=True, slots=True)
class Rule:
    """From where, by whom, to where; None stays where it is."""

    sources: frozenset[State]
    by: frozenset[Capacity]
    target: State | None


def _rule(sources: Iterable[State], by: Iterable[Capacity], target: State | None) -> Rule:
    return Rule(frozenset(sources), frozenset(by), target)


REPAIR: dict[Command, Rule] = {
    "dispatch": _rule(WAITING, ("system", "manager"), "dispatched"),
    "accept": _rule(("dispatched",), ("repairer",), "accepted"),
    "decline": _rule(("dispatched",), ("repairer", "system"), "declined"),
    "reassign": _rule(HELD, ("manager",), "reassigned"),
    "arrive": _rule(("accepted",), ("repairer",), "arrived"),
    "pause": _rule(("accepted", "arrived"), ("repairer", "manager"), "paused"),
    "resume": _rule(("paused",), ("repairer", "manager"), None),
    "finish": _rule(("arrived",), ("repairer",), "done"),
    "rate": _rule(("done",), ("reporter",), "rated"),
    "close": _rule(("done", "rated"), ("system", "manager"), "closed"),
    "reopen": _rule(("done", "rated", "closed", "duplicate_of"), ("reporter", "manager"), "reopened"),
    "cancel": _rule({*WAITING, "dispatched"}, ("reporter", "manager", "system"), "cancelled"),
    "mark_duplicate": _rule(OPEN, ("manager",), "duplicate_of"),
    "transfer": _rule(OPEN, ("manager",), "transferred"),
    "recategorise": _rule(OPEN, ("manager",), None),
    "take_back": _rule(HELD, ("system",), "reassigned"),
    "warn": _rule(OPEN - {"paused"}, ("system",), None),
    "breach": _rule(OPEN - {"paused"}, ("system",), None),
    "wait": _rule(WAITING, ("system",), None),
    "note": _rule(OPEN, ("system",), None),
}
# Nobody drives out for a complaint or an enquiry: a manager takes it on and answers it.
ANSWER: dict[Command, Rule] = {
    **{name: rule for name, rule in REPAIR.items() if name not in {"dispatch", "decline", "arrive", "wait"}},
    "accept": _rule(WAITING, ("manager",), "accepted"),
    "reassign": _rule(HELD, ("manager",), "reassigned"),
    "finish": _rule(("accepted",), ("repairer", "manager"), "done"),
}


class IllegalTransition(Conflict):
    """The ticket's state does not allow this; `allowed` says what it does allow the caller."""

    heading = "ticket-not-now"


def actor_on(ticket: Ticket, person: str, roles: frozenset[Capacity]) -> Actor:
    """What a person with these roles is to this ticket.

    A manager stands in for a reporter whom we cannot ask: a hotline's caller, or a device (回访).
    """
    capacities: set[Capacity] = set(roles & {"manager"})
    if ticket.reported_by == person or (ticket.reported_by is None and "manager" in roles):
        capacities.add("reporter")
    if ticket.repairer == person and roles & {"repairer", "manager"}:
        capacities.add("repairer")
    return Actor(person, frozenset(capacities), roles | capacities)


def rules_of(ticket: Ticket) -> dict[Command, Rule]:
    """The rules for this kind of ticket."""
    return REPAIR if ticket.kind == "repair" else ANSWER


def allowed(ticket: Ticket, actor: Actor) -> list[Command]:
    """What the actor may do with the ticket now, in the order of the table."""
    return [
        command
        for command, rule in rules_of(ticket).items()
        if ticket.state in rule.sources and rule.by & actor.capacities
    ]


def refusal(
    ticket: Ticket, actor: Actor, code: str, parameters: Mapping[str, object] | None = None
) -> IllegalTransition:
    """The conflict that names the present state and what is allowed in it."""
    now_allowed = allowed(ticket, actor)
    return IllegalTransition(
        code, parameters, state=ticket.state, version=ticket.version, allowed=now_allowed
    )


def transition(
    ticket: Ticket, move: Move, actor: Actor, now: datetime, rulebook: Rulebook
) -> tuple[Ticket, Entry]:
    """The ticket after a command, one version on, and the line of its timeline.

    Raises Forbidden when no role of the actor could ever give the command, IllegalTransition when the state,
    the version they saw or their part in this ticket does not allow it.
    """
    rule = rules_of(ticket).get(move.command)
    if rule is None:
        raise refusal(ticket, actor, "nothing_for_this_kind", {"command": move.command, "kind": ticket.kind})
    if not rule.by & actor.roles:
        raise Forbidden("may_not_ticket", {"command": move.command})
    if move.version is not None and move.version != ticket.version:
        raise refusal(ticket, actor, "ticket_has_changed", {"version": move.version})
    if ticket.state not in rule.sources:
        raise refusal(ticket, actor, "ticket_cannot", {"state": ticket.state, "command": move.command})
    if not rule.by & actor.capacities:
        raise refusal(ticket, actor, "not_yours_to", {"command": move.command})
    if move.duplicate_of == ticket.ticket:
        raise refusal(ticket, actor, "duplicate_of_itself")
    if move.command == "recategorise" and corrected(ticket, move) == taken_for(ticket):
        raise refusal(ticket, actor, "all_of_that_already")
    at = max(now, ticket.changed_at)  # the gateway's clocks may differ by some milliseconds
    state = _led_to(ticket, move, rule)
    ticket = ticket if state == "paused" else _running(ticket, at, rulebook)
    changes = changes_of(Given(ticket, move, actor, at, rulebook))
    after = ticket.model_copy(
        update={"state": state, "version": ticket.version + 1, "changed_at": at, **changes}
    )
    capacity = _capacity(rule, actor)
    return after, Entry(
        version=after.version,
        command=move.command,
        state=state,
        by=capacity,
        person=actor.person,
        note=move.note,
        was=taken_for(ticket) if move.command == "recategorise" else None,
        at=at,
    )


def _led_to(ticket: Ticket, move: Move, rule: Rule) -> State:
    """Where the command leads: what turns out to be of another kind is nobody's any more."""
    if move.command == "resume":
        assert ticket.pause is not None  # noqa: S101  a paused ticket has its pause
        return ticket.pause.state
    turned = move.command == "recategorise" and corrected(ticket, move).kind != ticket.kind
    if turned and ticket.state in HELD:
        return "reassigned"
    return rule.target or ticket.state


def _running(ticket: Ticket, now: datetime, rulebook: Rulebook) -> Ticket:
    """The ticket without its pause, if it has one: the clocks run on with what was left."""
    if ticket.pause is None:
        return ticket
    clocks = deadlines.resumed(ticket.clocks, ticket.pause.since, now, rulebook.hours)
    return ticket.model_copy(update={"pause": None, "clocks": clocks})


def _capacity(rule: Rule, actor: Actor) -> Capacity:
    order: tuple[Capacity, ...] = ("repairer", "reporter", "manager", "system")
    return next(each for each in order if each in rule.by & actor.capacities)
