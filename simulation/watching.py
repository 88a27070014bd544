"""One rule watches one life: who is asked after, when, and what staff then do. Times are minutes."""

from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush
from math import inf
from typing import Literal

from functions.care.watching.signals import Sign
from simulation.living import Life
from simulation.people import DAY, HOUR
from simulation.rules import Heard, Rule, minutes_at, moment

ANSWERED = 30.0  # from an alarm until somebody has spoken to the person
AT_WORK = (9 * HOUR, 17 * HOUR)
ROUND = 10 * HOUR  # while nobody can see, staff ring every morning

Found = Literal["alarm", "call"]


@dataclass(slots=True)
class Watched:
    """What a rule made of a life. `found`: the minute at which the emergency was noticed, and by what."""

    false_alarms: list[float] = field(default_factory=list)
    duties: int = 0
    found: float | None = None
    by: Found | None = None


@dataclass(order=True, slots=True)
class _Event:
    at: float
    order: int
    kind: str = field(compare=False)
    about: int = field(compare=False, default=0)
    until: float = field(compare=False, default=0)


class Watching:
    """The sweep, the staff and the family of one life, under one rule."""

    def __init__(self, life: Life, rule: Rule) -> None:
        self.life, self.rule = life, rule
        self.outcome = Watched()
        self.events: list[_Event] = []
        self.order = 0

    def run(self) -> Watched:
        """Live it through: what happens, and each deadline that passes; ends when an emergency is found."""
        self._foresee()
        while self.outcome.found is None:
            next_at = self.events[0].at if self.events else inf
            early = minutes_at(self.rule.earliest())
            due = self.rule.due() if early < next_at else None
            at = inf if due is None else minutes_at(due)
            if min(at, next_at) >= self.life.length:
                break
            if due is not None and at < next_at:
                self._judge(at, due)
            else:
                self._happens(heappop(self.events))
        return self.outcome

    def _foresee(self) -> None:
        for told, each in enumerate(self.life.told):
            self._add(each.at, each.kind, told)
        for absence in self.life.gone:
            if absence.announced_until is not None:
                self._add(absence.start - HOUR / 2, "announced", until=absence.announced_until)
        for fault in self.life.broken:
            if fault.noticed is not None and fault.noticed < fault.end:
                for sensor in sorted(fault.sensors):
                    self._add(fault.noticed, "lost", sensor, fault.end)
                    self._add(fault.end, "back", sensor, fault.end)

    def _add(self, at: float, kind: str, about: int = 0, until: float = 0) -> None:
        self.order += 1
        heappush(self.events, _Event(at, self.order, kind, about, until))

    def _happens(self, event: _Event) -> None:
        now = moment(event.at)
        match event.kind:
            case "announced":
                self.rule.away(moment(event.until), now)
            case "lost" | "back":
                episode = f"episode-{event.about}-{round(event.until)}"
                if self.rule.heard(Heard(event.about, episode, now, event.kind == "lost")):
                    self.outcome.duties += 1
                    self._add(_at_work(event.at + HOUR), "duty", until=event.until)
            case "duty" if event.at < event.until:
                if not self._needs_help(event.at, "call"):
                    self.rule.resolved("sensor", now)
                    self._hold(event.until, event.at)
            case "round" if event.at < event.until:
                self._needs_help(event.at, "call")
            case "answer":
                self._answer(event.at)
            case "duty" | "round":
                pass
            case kind:
                self.rule.told(Sign.model_construct(kind=kind, at=now, key=f"{kind}-{event.about}"))

    def _judge(self, at: float, due: datetime) -> None:
        """A deadline has passed."""
        verdict = self.rule.judge(due)
        if verdict == "ask":
            self._add(at + ANSWERED, "answer")
        elif verdict == "alert" and not self._needs_help(at, "alarm"):
            self.outcome.false_alarms.append(at)
            self._answer(at + ANSWERED)

    def _needs_help(self, at: float, by: Found) -> bool:
        """Whether whoever asks after the person finds an emergency."""
        met = self.life.misfortune
        if met is None or at < met.at:
            return False
        self.outcome.found, self.outcome.by = at, by
        return True

    def _answer(self, at: float) -> None:
        """Whoever answers says that all is well, and why nothing was heard."""
        if self._needs_help(at, "call"):
            return
        now = moment(at)
        if (absence := self.life.is_gone(at)) is not None:
            self.rule.resolved("away", now)
            self.rule.away(moment(absence.end), now)
            return
        broken = [each for each in self.life.broken if not each.stuck and each.start <= at < each.end]
        self.rule.resolved("sensor" if broken else "fine", now)
        dead = {sensor for fault in broken for sensor in fault.sensors}
        if dead and not self.rule.sees_without(dead):
            self._hold(max(fault.end for fault in broken), at)

    def _hold(self, until: float, at: float) -> None:
        """Nobody can see until the sensors are mended: somebody rings every morning instead."""
        self.rule.away(moment(until), moment(at))
        morning = at // DAY * DAY + DAY + ROUND
        while morning < until:
            self._add(morning, "round", until=until)
            morning += DAY


def _at_work(at: float) -> float:
    """The next moment at which staff see to duties."""
    midnight = at // DAY * DAY
    if at - midnight < AT_WORK[0]:
        return midnight + AT_WORK[0]
    return at if at - midnight <= AT_WORK[1] else midnight + DAY + AT_WORK[0]
