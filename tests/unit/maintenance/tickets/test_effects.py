"""What a move changes: what a pause has added stays, whatever the ticket turns out to be."""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from functions.maintenance.reports.categories import TRADES
from functions.maintenance.tickets.effects import corrected, taken_for
from functions.maintenance.tickets.machine import actor_on, transition
from functions.maintenance.tickets.models import Ticket
from functions.maintenance.tickets.moves import Actor, Move
from tests.unit.maintenance.tickets.examples import NOW, PEOPLE, SETTING, opened


@given(before=st.sampled_from([*TRADES]), after=st.sampled_from([*TRADES]))
def test_a_priority_that_is_not_named_follows_from_the_category(before: Any, after: Any) -> None:
    ticket = opened(category=before)
    assert corrected(ticket, Move(command="recategorise", category=after)) == taken_for(
        opened(category=after)
    )
    named = corrected(ticket, Move(command="recategorise", category=after, priority="complex"))
    assert (named.category, named.priority) == (after, "complex")


@given(before=st.sampled_from([*TRADES]), after=st.sampled_from([*TRADES]), minutes=st.integers(1, 20_000))
def test_time_that_was_paused_is_added_whatever_it_turns_out_to_be(
    before: Any, after: Any, minutes: int
) -> None:
    assume(before != after)
    boss = Actor("boss", frozenset({"manager", "repairer"}), frozenset({"manager", "repairer"}))

    def given_to(ticket: Ticket, move: Move, at: datetime) -> Ticket:
        return transition(ticket, move, boss, at, SETTING.rulebook(ticket.priority))[0]

    ticket = opened(category=before).model_copy(update={"state": "accepted", "repairer": "boss"})
    fresh = opened(category=after)
    now = NOW + timedelta(minutes=1)
    ticket = given_to(ticket, Move(command="pause", reason="weather"), now)
    ticket = given_to(ticket, Move(command="resume"), now + timedelta(minutes=minutes))
    paused = {
        name: SETTING.rulebook(ticket.priority).hours.between(clock.first_due_at, clock.due_at)
        for name, clock in ticket.clocks.items()
    }
    ticket = given_to(ticket, Move(command="recategorise", category=after), now + timedelta(minutes=minutes))
    hours = SETTING.rulebook(ticket.priority).hours
    for name, clock in ticket.clocks.items():
        assert clock.first_due_at == fresh.clocks[name].first_due_at
        assert clock.due_at == hours.after(clock.first_due_at, paused[name])


def test_a_reopened_complaint_is_due_for_its_clocks_alone() -> None:
    boss = PEOPLE["boss"]
    ticket = opened("complaint", "noise")
    for command in ("accept", "finish", "reopen"):
        actor = actor_on(ticket, "boss", boss)
        ticket, _ = transition(ticket, Move(command=command), actor, NOW, SETTING.rulebook(ticket.priority))
    assert ticket.state == "reopened"
    assert ticket.due_at is not None
    assert ticket.due_at > NOW
