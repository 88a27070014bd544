"""The three clocks of a ticket: respond, arrive, resolve. Only a pause moves them.

12345 counts them apart (响应, 到场, 解决); the amounts are the community's policy.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from functions.maintenance.deadlines.calendar import Hours
from functions.maintenance.deadlines.models import Clock, ClockName, Clocks
from linli.vocabulary.maintenance import Targets

CLOCKS: dict[bool, tuple[ClockName, ...]] = {  # of a repair, and of what is only answered
    True: ("respond", "arrive", "resolve"),
    False: ("respond", "resolve"),
}
WARNING_SHARE = 0.8  # of the allowed time is used up when a warning is due


def started(names: tuple[ClockName, ...], targets: Targets, hours: Hours, now: datetime) -> Clocks:
    """The clocks of a ticket that begins `now`."""
    minutes: Mapping[ClockName, int] = {
        "respond": targets.respond_minutes,
        "arrive": targets.arrive_minutes,
        "resolve": targets.resolve_minutes,
    }
    made: Clocks = {}
    for name in names:
        allowed = timedelta(minutes=minutes[name])
        due_at = hours.after(now, allowed)
        made[name] = Clock(
            first_due_at=due_at, due_at=due_at, warn_at=hours.after(now, allowed * WARNING_SHARE)
        )
    return made


def met(clocks: Clocks, name: ClockName, now: datetime) -> Clocks:
    """With one clock stopped, if it ran; the first time counts."""
    clock = clocks.get(name)
    if clock is None or clock.met_at is not None:
        return clocks
    return {**clocks, name: clock.model_copy(update={"met_at": now})}


def running_again(clocks: Clocks, name: ClockName) -> Clocks:
    """The clocks with one running again that had been met: its deadline is the original one."""
    clock = clocks.get(name)
    return {**clocks, name: clock.model_copy(update={"met_at": None})} if clock else clocks


def replaced(clocks: Clocks, fresh: Clocks, hours: tuple[Hours, Hours], now: datetime) -> Clocks:
    """The clocks `fresh` of what a ticket turns out to be, in place of those it had.

    What has been met stays met. What pauses have added to a deadline, in the open time of the first `hours`,
    is added to the new one in that of the second. A breach by the new deadline too is not told again.
    """
    was, becomes = hours

    def of(name: ClockName, clock: Clock) -> Clock:
        before = clocks.get(name)
        if before is None:
            return clock
        if before.met_at is not None:
            return before
        paused = was.between(before.first_due_at, before.due_at)
        due_at, warn_at = becomes.after(clock.due_at, paused), becomes.after(clock.warn_at, paused)
        marks = {"warned": before.warned and warn_at <= now, "breached": before.breached and due_at <= now}
        return clock.model_copy(update={"due_at": due_at, "warn_at": warn_at, **marks})

    return {name: of(name, clock) for name, clock in fresh.items()}


def resumed(clocks: Clocks, paused_at: datetime, now: datetime, hours: Hours) -> Clocks:
    """With every unmet clock that had not run out moved on: what was left at the pause is left now."""

    def pushed_back(clock: Clock) -> Clock:
        if clock.met_at is not None or clock.breached or clock.due_at <= paused_at:
            return clock
        due_at = hours.after(now, hours.between(paused_at, clock.due_at))
        warn_at = clock.warn_at
        if not clock.warned and warn_at > paused_at:
            warn_at = hours.after(now, hours.between(paused_at, warn_at))
        return clock.model_copy(update={"due_at": due_at, "warn_at": warn_at})

    return {name: pushed_back(clock) for name, clock in clocks.items()}


def noted(clocks: Clocks, name: ClockName, *, breached: bool) -> Clocks:
    """With a warning, or the breach, noted."""
    update = {"warned": True, **({"breached": True} if breached else {})}
    return {**clocks, name: clocks[name].model_copy(update=update)}


def first_due(clocks: Clocks, now: datetime) -> tuple[ClockName, bool] | None:
    """The clock that asks for something by `now`, the longest overdue first, and whether it is breached."""
    due = [(clock.next_at, name) for name, clock in clocks.items() if clock.next_at and clock.next_at <= now]
    if not due:
        return None
    _, name = min(due)
    return name, clocks[name].due_at <= now
