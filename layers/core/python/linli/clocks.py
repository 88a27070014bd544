"""Clocks: deadlines with a warning before the breach, which only a pause moves.

What carries them names them: a ticket's are respond, arrive, resolve. All is counted in the hours that count.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TypeVar

from linli.calendar import Hours
from linli.contracts import Contract
from linli.instants import Instant

WARNING_SHARE = 0.8  # of the allowed time is used up when a warning is due
Name = TypeVar("Name", bound=str)


class Clock(Contract):
    """One deadline. `first_due_at` is what was promised at the start, `due_at` with pauses added."""

    first_due_at: Instant
    due_at: Instant
    warn_at: Instant
    met_at: Instant | None = None
    warned: bool = False
    breached: bool = False

    @property
    def next_at(self) -> datetime | None:
        """When it next asks for something: a warning, then the breach; nothing once met or breached."""
        if self.met_at is not None or self.breached:
            return None
        return self.due_at if self.warned else min(self.warn_at, self.due_at)

    @property
    def in_time(self) -> bool:
        """Whether it was met before it ran out."""
        return self.met_at is not None and self.met_at <= self.due_at


def started(allowed: Mapping[Name, timedelta], hours: Hours, now: datetime) -> dict[Name, Clock]:
    """The clocks of what begins `now`, each with the open time that it may take."""
    made: dict[Name, Clock] = {}
    for name, time in allowed.items():
        due_at = hours.after(now, time)
        warn_at = hours.after(now, time * WARNING_SHARE)
        made[name] = Clock(first_due_at=due_at, due_at=due_at, warn_at=warn_at)
    return made


def met(clocks: dict[Name, Clock], name: Name, now: datetime) -> dict[Name, Clock]:
    """With one clock stopped, if it ran; the first time counts."""
    clock = clocks.get(name)
    if clock is None or clock.met_at is not None:
        return clocks
    return {**clocks, name: clock.model_copy(update={"met_at": now})}


def running_again(clocks: dict[Name, Clock], name: Name) -> dict[Name, Clock]:
    """The clocks with one running again that had been met: its deadline is the original one."""
    clock = clocks.get(name)
    return {**clocks, name: clock.model_copy(update={"met_at": None})} if clock else clocks


def replaced(
    clocks: dict[Name, Clock], fresh: dict[Name, Clock], hours: tuple[Hours, Hours], now: datetime
) -> dict[Name, Clock]:
    """The clocks `fresh` of what something turns out to be, in place of those it had.

    What has been met stays met. What pauses have added to a deadline, in the open time of the first `hours`,
    is added to the new one in that of the second. A breach by the new deadline too is not told again.
    """
    was, becomes = hours

    def of(name: Name, clock: Clock) -> Clock:
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


def resumed(clocks: dict[Name, Clock], paused_at: datetime, now: datetime, hours: Hours) -> dict[Name, Clock]:
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


def noted(clocks: dict[Name, Clock], name: Name, *, breached: bool) -> dict[Name, Clock]:
    """With a warning, or the breach, noted."""
    update = {"warned": True, **({"breached": True} if breached else {})}
    return {**clocks, name: clocks[name].model_copy(update=update)}


def first_due(clocks: dict[Name, Clock], now: datetime) -> tuple[Name, bool] | None:
    """The clock that asks for something by `now`, the longest overdue first, and whether it is breached."""
    due = [(clock.next_at, name) for name, clock in clocks.items() if clock.next_at and clock.next_at <= now]
    if not due:
        return None
    _, name = min(due)
    return name, clocks[name].due_at <= now
