"""What follows from how a delivery went: for it, and for its receiver."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from functions.insight.subscriptions.models import Trouble
from functions.insight.subscriptions.schedule import (
    STREAK,
    failing_since,
    is_hopeless,
    next_try,
    rest,
)
from linli.vocabulary.insight import PauseReason

DOWN: frozenset[Trouble] = frozenset({"silent", "busy", "not_public"})


@dataclass(frozen=True, slots=True)
class Failed:
    """How a delivery was not taken over."""

    trouble: Trouble
    status: int | None = None
    retry_after_s: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """How a receiver is doing: `failures` in a row, `refused` of them in this task."""

    failures: int = 0
    failing_since: datetime | None = None
    failed_at: datetime | None = None
    delivered_at: datetime | None = None
    rests_until: datetime | None = None
    refused: int = 0
    paused: PauseReason | None = None

    @property
    def goes_on(self) -> bool:
        """Whether the next delivery of the task is tried."""
        return self.rests_until is None and self.paused is None


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a delivery: tried again after `wait`; given up where that is None. `counts`: as a try,
    which silence is not, since the next delivery would have met it as well.
    """

    wait: timedelta | None
    counts: bool


def delivered(line: Line, now: datetime) -> Line:
    """A receiver that has taken a delivery over is well."""
    return Line(delivered_at=max(filter(None, (line.delivered_at, now))))


def failed(line: Line, tries: int, how: Failed, now: datetime, chance: float) -> tuple[Line, Fate]:
    """What follows of a failure; `tries`: those of the delivery that counted, before this one."""
    since, failures = failing_since(line.failing_since, line.failed_at, now), line.failures + 1
    down = how.trouble in DOWN
    after = replace(
        line,
        failures=failures,
        failing_since=since,
        failed_at=now,
        refused=line.refused + (not down),
    )
    if how.trouble == "gone":
        return replace(after, paused="gone"), Fate(timedelta(), counts=False)
    if is_hopeless(since, failures, now):
        after = replace(after, paused="failing")
    if down or after.refused >= STREAK:
        after = replace(after, rests_until=now + rest(failures, chance, how.retry_after_s))
    if down:
        return after, Fate(timedelta(), counts=False)
    return after, Fate(next_try(tries + 1, chance, how.retry_after_s), counts=True)
