"""Any commands by anybody: no undefined state, one version at a time, deadlines that only a pause moves."""

from datetime import timedelta
from typing import Any, get_args

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from functions.maintenance.reports.categories import TRADES
from functions.maintenance.tickets.effects import corrected, taken_for
from functions.maintenance.tickets.machine import (
    ANSWER,
    REPAIR,
    IllegalTransition,
    actor_on,
    allowed,
    transition,
)
from functions.maintenance.tickets.models import State, Ticket
from functions.maintenance.tickets.moves import NEEDED, OPTIONAL, SYSTEM, Actor, Command, Move
from functions.maintenance.tickets.rates import changes, marks
from linli.errors import Conflict, Forbidden
from linli.vocabulary.maintenance import Priority
from tests.unit.maintenance.tickets.examples import NOW, PEOPLE, SETTING, opened

PARTICULARS: dict[str, st.SearchStrategy[Any]] = {
    "repairer": st.sampled_from(["ann", "bob"]),
    "reason": st.sampled_from(["weather", "awaiting_parts"]),
    "score": st.integers(1, 5),
    "resolved": st.booleans(),
    "duplicate_of": st.sampled_from(["t-1", "t-2"]),
    "to": st.just("the water company"),
    "clock": st.sampled_from(["respond", "resolve"]),
    "kind": st.just("repair"),
    "category": st.sampled_from([*TRADES]),
    "priority": st.sampled_from(get_args(Priority)),
}


@st.composite
def moves(draw: st.DrawFn) -> Move:
    command: Command = draw(st.sampled_from(get_args(Command)))
    given_: dict[str, Any] = {name: draw(PARTICULARS[name]) for name in NEEDED.get(command, ())}
    for name in OPTIONAL.get(command, ()):
        given_ |= {name: draw(PARTICULARS[name])} if draw(st.booleans()) else {}
    if command == "recategorise" and not given_:
        given_ = {"category": draw(PARTICULARS["category"])}
    return Move(command=command, **given_)


class Tickets(RuleBasedStateMachine):
    """Whatever people and clocks do to one ticket, in whatever order."""

    @initialize(kind=st.sampled_from(["repair", "complaint", "enquiry"]), category=st.sampled_from([*TRADES]))
    def report(self, kind: Any, category: Any) -> None:
        self.now = NOW
        self.ticket = opened(kind, category)
        self.versions = [self.ticket.version]

    @rule(minutes=st.integers(0, 3000))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(move=moves(), who=st.sampled_from([*PEOPLE, "system"]))
    def command(self, move: Move, who: str) -> None:
        before, actor = self.ticket, self.actor(who)
        legal = move.command in allowed(before, actor)
        rulebook = SETTING.rulebook(before.priority)
        changes_nothing = move.command == "recategorise" and corrected(before, move) == taken_for(before)
        if not legal or move.duplicate_of == before.ticket or changes_nothing:
            with pytest.raises((IllegalTransition, Forbidden)) as refused:
                transition(before, move, actor, self.now, rulebook)
            assert refused.value.extensions.get("allowed", allowed(before, actor)) == allowed(before, actor)
            return
        after, entry = transition(before, move, actor, self.now, rulebook)
        assert (after.version, entry.version, entry.state) == (before.version + 1, after.version, after.state)
        assert entry.person == actor.person
        assert entry.by in {"reporter", "repairer", "manager", "system"}
        if move.command == "recategorise":
            self.what_is_met_stays_met(before, after)
        elif after.reopened_at != before.reopened_at:
            assert {clock.met_at for clock in after.clocks.values()} == {None}
            assert before.month == after.month or all(n > 0 for n in changes(before, after).values())
        else:
            self.deadlines_moved_by_a_pause_only(before, after, move)
        counted = marks(before) if before.month == after.month else set()
        assert counted | {m for m, n in changes(before, after).items() if n > 0} >= marks(after)
        self.ticket = after

    def actor(self, who: str) -> Actor:
        return SYSTEM if who == "system" else actor_on(self.ticket, who, PEOPLE[who])

    @staticmethod
    def what_is_met_stays_met(before: Ticket, after: Ticket) -> None:
        for name, clock in after.clocks.items():
            was = before.clocks.get(name)
            assert was is None or was.met_at is None or clock == was
            assert clock.due_at >= clock.first_due_at >= after.began_at

    @staticmethod
    def deadlines_moved_by_a_pause_only(before: Ticket, after: Ticket, move: Move) -> None:
        for name, clock in before.clocks.items():
            now = after.clocks[name]
            assert now.first_due_at == clock.first_due_at
            if before.pause is not None and after.pause is None:
                assert now.due_at >= clock.due_at, move
            else:
                assert now.due_at == clock.due_at, move
            assert (clock.breached, now.breached) != (True, False)

    @invariant()
    def is_defined(self) -> None:
        ticket = self.ticket
        assert ticket.state in get_args(State)
        assert Ticket.model_validate_json(ticket.model_dump_json()) == ticket
        assert (ticket.state == "paused") == (ticket.pause is not None)
        assert (ticket.state == "rated") <= (ticket.rating is not None)
        if ticket.kind == "repair" and ticket.state in {"dispatched", "accepted", "arrived", "paused"}:
            assert ticket.holder == ticket.repairer is not None
        else:
            assert ticket.holder is None
        if ticket.state in {"closed", "cancelled", "duplicate_of", "transferred", "paused"}:
            assert ticket.due_at is None


@pytest.mark.parametrize(
    "last",
    [Move(command="transfer", to="the water company"), Move(command="mark_duplicate", duplicate_of="t-2")],
)
def test_a_ticket_that_leaves_while_it_pauses_pauses_no_more(last: Move) -> None:
    tickets = Tickets()
    tickets.report(kind="complaint", category="water")
    for move in (Move(command="accept"), Move(command="pause", reason="weather"), last):
        tickets.command(move=move, who="boss")
        tickets.is_defined()
    assert tickets.ticket.state in {"transferred", "duplicate_of"}


TestTickets = Tickets.TestCase
TestTickets.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


@pytest.mark.parametrize("rules", [REPAIR, ANSWER], ids=["repair", "answer"])
def test_every_state_but_the_last_ones_can_be_left_and_reached(rules: dict[Command, Any]) -> None:
    left = {state for one in rules.values() if one.target for state in one.sources}
    reached = {one.target for one in rules.values()} | {"submitted"}
    assert {"cancelled", "transferred"} & left == set()
    assert left <= reached | {"dispatched", "declined", "arrived"}


def test_a_command_that_is_nobodys_here_is_forbidden_whatever_the_state() -> None:
    ticket = opened()
    with pytest.raises(Forbidden):
        transition(
            ticket, Move(command="accept"), actor_on(ticket, "resident", PEOPLE["resident"]), NOW, rulebook()
        )


def rulebook() -> Any:
    return SETTING.rulebook("general")


def test_a_manager_rates_for_a_hotlines_caller_and_for_nobody_else() -> None:
    ours, theirs = opened(), opened().model_copy(update={"reported_by": None, "source": "hotline"})
    done = {"state": "done"}
    assert "rate" not in allowed(ours.model_copy(update=done), actor_on(ours, "boss", PEOPLE["boss"]))
    assert "rate" in allowed(theirs.model_copy(update=done), actor_on(theirs, "boss", PEOPLE["boss"]))


def test_a_ticket_is_no_duplicate_of_itself() -> None:
    ticket = opened()
    with pytest.raises(Conflict):
        transition(
            ticket,
            Move(command="mark_duplicate", duplicate_of="t-1"),
            actor_on(ticket, "boss", PEOPLE["boss"]),
            NOW,
            rulebook(),
        )
