"""Clocks: a warning before the breach, one stop, and pauses that add what they took."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from linli import clocks
from linli.calendar import RoundTheClock

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
HOURS = RoundTheClock()
ANSWER = {"respond": timedelta(minutes=5), "resolve": timedelta(minutes=60)}
REPAIR = {**ANSWER, "arrive": timedelta(minutes=20)}
minutes = st.integers(0, 120).map(lambda number: timedelta(minutes=number))


@given(minutes, minutes)
def test_the_first_stop_counts_and_starting_again_has_the_old_deadline(
    first: timedelta, then: timedelta
) -> None:
    running = clocks.started(REPAIR, HOURS, NOW)
    stopped = clocks.met(running, "arrive", NOW + first)
    assert clocks.met(stopped, "arrive", NOW + then) == stopped
    assert stopped["arrive"].in_time == (first <= timedelta(minutes=20))
    assert clocks.running_again(stopped, "arrive") == running
    assert clocks.met(running, "respond", NOW)["resolve"] == running["resolve"]


@given(minutes, minutes)
def test_what_was_left_at_a_pause_is_left_after_it(until: timedelta, long: timedelta) -> None:
    running = clocks.started(REPAIR, HOURS, NOW)
    paused_at, now = NOW + until, NOW + until + long
    for name, clock in clocks.resumed(running, paused_at, now, HOURS).items():
        ran_out = running[name].due_at <= paused_at
        assert clock.due_at - running[name].due_at == (timedelta(0) if ran_out else long)
        assert clock.first_due_at == running[name].first_due_at


@given(minutes)
def test_a_clock_asks_for_a_warning_then_for_its_breach_and_then_for_nothing(late: timedelta) -> None:
    now, running = NOW + late, clocks.started(ANSWER, HOURS, NOW)
    asked = []
    while due := clocks.first_due(running, now):
        name, breached = due
        asked.append(due)
        running = clocks.noted(running, name, breached=breached)
    assert len(asked) == len(set(asked)) <= 4
    assert {name for name, breached in asked if breached} == {
        name for name, clock in running.items() if clock.due_at <= now
    }
