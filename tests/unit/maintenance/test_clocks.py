"""What time does to a ticket: one thing after another, each once, in the order it fell due."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from functions.maintenance.clocks.domain import next_move
from functions.maintenance.reports.models import Reported
from functions.maintenance.tickets.moves import SYSTEM
from functions.maintenance.tickets.steps import Setting, Step
from linli.vocabulary.maintenance import MaintenancePolicy

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)


def emergency() -> Step:
    reported = Reported(category="water", description="Burst pipe", reported_by="resident")
    return Step.opening("willow", "t-1", reported, Setting(MaintenancePolicy(), "Asia/Shanghai"), NOW)


def settled(step: Step, now: datetime) -> list[str]:
    done = []
    while move := next_move(step.ticket, now):
        step.move(move, SYSTEM, now)
        done.append(f"{move.command} {move.clock}" if move.clock else move.command)
    return done


def test_a_warning_comes_before_the_breach_unless_the_run_was_missed() -> None:
    step = emergency()
    assert settled(step, NOW + timedelta(minutes=3)) == []
    assert settled(step, NOW + timedelta(minutes=4)) == ["warn respond"]
    assert settled(step, NOW + timedelta(minutes=5)) == ["breach respond"]
    assert settled(step, NOW + timedelta(minutes=30)) == ["breach arrive"]
    assert settled(step, NOW + timedelta(minutes=30)) == []
    assert step.breached == ["respond", "arrive"]


@given(st.lists(st.integers(0, 300), max_size=12))
def test_in_however_many_runs_each_clock_breaches_once_and_nothing_stays_due(minutes: list[int]) -> None:
    step = emergency()
    done: list[str] = []
    for minute in [*sorted(minutes), 300]:
        done += settled(step, NOW + timedelta(minutes=minute))
        due_at = step.ticket.model_copy(update={"dispatch_at": None}).due_at
        assert due_at is None or due_at > NOW + timedelta(minutes=minute)
    assert sorted(one for one in done if one.startswith("breach")) == [
        "breach arrive",
        "breach resolve",
        "breach respond",
    ]
    assert len(done) == len(set(done))
