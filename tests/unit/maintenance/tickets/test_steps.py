"""A step: what follows when nobody is free, and what others are told of it."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from functions.maintenance.reports.models import Reported
from functions.maintenance.tickets.models import DROPPED, FINISHED, OPEN, State
from functions.maintenance.tickets.moves import SYSTEM, Actor, Move
from functions.maintenance.tickets.steps import LONGEST_WAIT, Step, as_told
from linli import clocks as deadlines
from linli.vocabulary.maintenance import TicketChanged, TicketClockBreached
from tests.unit.maintenance.tickets.examples import NOW, SETTING


def opening(category: str = "plumbing") -> Step:
    reported = Reported.model_validate({"category": category, "description": "It drips"})
    return Step.opening("willow", "t-1", reported, SETTING, NOW)


@given(st.lists(st.booleans(), max_size=30), st.sampled_from(["water", "plumbing"]))
def test_who_waits_for_somebody_free_is_told_so_once_and_never_waits_less(
    rounds: list[bool], category: str
) -> None:
    step, waits = opening(category), []
    for everybody_declined in [True, *rounds]:
        passed = ["ann"] if everybody_declined else []
        step.ticket = step.ticket.model_copy(update={"passed_over": passed})
        step.offer([], NOW)
        assert step.ticket.dispatch_at is not None
        waits.append(step.ticket.dispatch_at - NOW)
    assert [entry.command for entry in step.entries] == ["report", "wait"]
    assert waits == sorted(waits)
    assert timedelta(minutes=1) <= waits[-1] <= LONGEST_WAIT[category == "water"]


def test_a_new_state_and_a_breach_are_facts_and_a_warning_is_none() -> None:
    step = opening()
    assert [type(fact) for fact in step.facts()] == [TicketChanged]
    kept = Step(SETTING, step.ticket, step.ticket)
    kept.move(Move(command="warn", clock="respond"), SYSTEM, NOW)
    assert kept.facts() == []
    kept.move(Move(command="breach", clock="respond"), SYSTEM, NOW)
    changed, breached = kept.facts()
    assert isinstance(changed, TicketChanged)
    assert isinstance(breached, TicketClockBreached)
    assert (changed.late, changed.due_at) == (["respond"], breached.due_at)


def test_others_are_told_of_what_a_ticket_turns_out_to_be() -> None:
    kept = Step(SETTING, opening().ticket, opening().ticket)
    move = Move(command="recategorise", category="gas", note="it smells")
    kept.move(move, Actor("m-1", frozenset({"manager"}), frozenset({"manager"})), NOW)
    (changed,) = kept.facts()
    assert isinstance(changed, TicketChanged)
    assert (changed.category, changed.priority) == ("gas", "emergency")
    assert changed.due_at == kept.ticket.clocks["respond"].due_at


@given(st.lists(st.sampled_from([*OPEN, *FINISHED, *DROPPED]), min_size=2, max_size=2))
def test_a_ticket_is_late_just_while_it_is_open_with_a_clock_that_ran_out_unmet(states: list[State]) -> None:
    ticket = opening().ticket
    clocks = deadlines.met(deadlines.noted(ticket.clocks, "respond", breached=True), "arrive", NOW)
    for state in states:
        told = as_told(ticket.model_copy(update={"state": state, "clocks": clocks}))
        assert told["late"] == (["respond"] if state in OPEN else [])
        assert told["due_at"] == (clocks["respond"].due_at if state in OPEN else None)


def test_the_others_of_an_incident_follow_its_first_ticket() -> None:
    step = opening()
    for incident, worked_on, follows in (("t-1", True, False), ("t-0", True, True), ("t-0", False, False)):
        step.incident, step.incident_is_worked_on = incident, worked_on
        assert (step.follows_an_incident, step.wants_a_repairer) == (follows, not follows)
