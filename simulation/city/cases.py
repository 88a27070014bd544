"""Tickets as the people around them know them, what was reported, and what all of it took."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from random import Random
from typing import Any

from simulation.city.communities import Community
from simulation.city.habits import Rating
from simulation.city.service import Asker, Spent

TENTHS = 10
Action = Callable[[], None]


@dataclass(slots=True)
class Case:
    """A ticket, the community's `number`th. `shown`: as it was written last; `turn` counts the states and
    hands that it has been in.
    """

    ticket: str
    number: int
    community: Community
    draw: Random
    created_at: datetime
    shown: dict[str, Any]
    spent: Spent = field(default_factory=Spent)
    turn: int = 0
    incident: str | None = None
    paused: bool = False
    resumes_at: datetime | None = None
    rating: Rating | None = None

    @property
    def state(self) -> str:
        """The state it is in."""
        return str(self.shown["state"])

    @property
    def is_repair(self) -> bool:
        """Whether somebody has to come."""
        return bool(self.shown["kind"] == "repair")

    @property
    def manager(self) -> Asker:
        """Who runs its community."""
        return Asker(self.community.name, self.community.manager, "manager")

    @property
    def reporter(self) -> Asker:
        """Who reported it, or stands in for whom we cannot ask."""
        person = self.shown.get("reported_by")
        return Asker(self.community.name, person, "resident") if person else self.manager

    @property
    def holder(self) -> Asker:
        """Who has it in hand."""
        role = "repairer" if self.is_repair else "manager"
        return Asker(self.community.name, str(self.shown["repairer"]), role)


@dataclass(slots=True)
class Span:
    """From when to when things are reported; it may end sooner than was planned."""

    begins: datetime
    ends: datetime

    def tenth(self, at: datetime) -> int:
        """Which tenth of it; the last one for what is later."""
        part = (at - self.begins) / (self.ends - self.begins)
        return min(max(int(part * TENTHS), 0), TENTHS - 1)


@dataclass(slots=True)
class Tenth:
    """What the tickets of a tenth of the time took, whenever it was. `rows`: in the table at its end;
    `wall_s`: how long it was played, with all that happened in it to earlier tickets.
    """

    tickets: int = 0
    spent: Spent = field(default_factory=Spent)
    wall_s: float = 0.0
    rows: int = 0


@dataclass(slots=True)
class Told:
    """What was reported, and what became of it: the ticket of each report by community and number."""

    tickets: dict[tuple[str, int], str] = field(default_factory=dict)
    again: Counter[str] = field(default_factory=Counter)
    device: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


class Agenda:
    """What is to happen when. What is planned for one moment happens by community, and there in order."""

    def __init__(self) -> None:
        self._planned: list[tuple[datetime, str, int, Action]] = []
        self._numbers: Counter[str] = Counter()

    def plan(self, at: datetime, community: str, action: Action) -> None:
        """Let something happen, in whole milliseconds."""
        at += timedelta(microseconds=-at.microsecond % 1000)
        self._numbers[community] += 1
        heappush(self._planned, (at, community, self._numbers[community], action))

    def next_at(self) -> datetime | None:
        """When the next thing happens."""
        return self._planned[0][0] if self._planned else None

    def take(self) -> tuple[datetime, str, int, Action]:
        """The next thing: when, where, its number there, what."""
        return heappop(self._planned)
