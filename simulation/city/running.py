"""Plays a city on all cores: each process has some of its communities, and a table and a clock of its own."""

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import inf
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from time import perf_counter, process_time
from traceback import format_exc

from linli_cli.errors import CommandError
from simulation.city import judging, reporting, weather
from simulation.city.cases import TENTHS, Span, Tenth
from simulation.city.communities import community
from simulation.city.playing import Play
from simulation.city.service import Maintenance, Spent
from simulation.city.standing import standing

FIRST = date(2026, 1, 1)
MOST_MONTHS = 12  # of the year whose holidays are known
STOP_S = 20.0


def after_months(count: int) -> date:
    """The first day after so many months."""
    return date(FIRST.year + count // 12, count % 12 + 1, 1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be played: which communities, from when to when, by which seed, for how long at most."""

    numbers: tuple[int, ...]
    end: date
    seed: int
    most_s: float = inf

    @property
    def days(self) -> list[weather.Day]:
        """The days on which something is reported, `end` not among them."""
        return weather.days(FIRST, (self.end - FIRST).days, self.seed)

    def of(self, process: int, processes: int) -> "Wanted":
        """The part of one process."""
        return Wanted(self.numbers[process::processes], self.end, self.seed, self.most_s)


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a process is."""

    at: datetime
    tickets: int
    calls: int


@dataclass(slots=True)
class Played:
    """What came of it: of one process, or of all together."""

    tickets: int = 0
    reports: int = 0
    again: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    last_states: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    breaches: Counter[str] = field(default_factory=Counter)
    scores: Counter[int] = field(default_factory=Counter)
    device: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    incidents: int = 0
    joined: int = 0
    largest_incident: int = 0
    facts: int = 0
    pushed: int = 0
    calls: int = 0
    sweeps: int = 0
    tenths: list[Tenth] = field(default_factory=lambda: [Tenth() for _ in range(TENTHS)])
    clocks: Spent = field(default_factory=Spent)
    others: Spent = field(default_factory=Spent)
    contradictions: list[str] = field(default_factory=list)
    played_to: datetime | None = None
    furnishing_s: float = 0.0
    furnished_rows: int = 0
    playing_s: float = 0.0
    cpu_s: float = 0.0
    store_cpu_s: float = 0.0

    def add(self, other: "Played") -> None:
        """Count another process's in, which ran beside it."""
        for name in ("again", "states", "last_states", "kinds", "breaches", "scores", "device", "refused"):
            getattr(self, name).update(getattr(other, name))
        for name in (
            "tickets",
            "reports",
            "incidents",
            "joined",
            "facts",
            "pushed",
            "calls",
            "sweeps",
            "cpu_s",
            "store_cpu_s",
            "furnished_rows",
        ):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("largest_incident", "furnishing_s", "playing_s"):
            setattr(self, name, max(getattr(self, name), getattr(other, name)))
        for mine, its in zip(self.tenths, other.tenths, strict=True):
            mine.tickets += its.tickets
            mine.spent.add(its.spent)
            mine.rows += its.rows
            mine.wall_s = max(mine.wall_s, its.wall_s)
        self.clocks.add(other.clocks)
        self.others.add(other.others)
        self.contradictions += other.contradictions
        ends = [each for each in (self.played_to, other.played_to) if each is not None]
        self.played_to = min(ends, default=None)


def play(wanted: Wanted, say: Callable[[Play], None] = lambda _: None) -> Played:
    """Play communities on the table that this process's environment names, and judge them."""
    days = wanted.days
    span = Span(weather.at(days[0].date, 0), weather.at(days[-1].date, 24 * 60))
    service = Maintenance(str(wanted.seed))
    started = perf_counter()
    with service.at_work():
        city = Play(wanted.seed, span, service)
        for number in wanted.numbers:
            told = community(number, wanted.seed)
            city.furnish(told, reporting.said(told, days, wanted.seed))
            say(city)
        furnished = perf_counter()
        furnished_rows = service.ear.puts
        city.run(say, wanted.most_s)
        ended = perf_counter()
    found = judging.kept()
    facts = service.bus.taken
    wrong = judging.contradictions(found, city.told, facts, city.swept_at)
    played = summary(city, found)
    played.contradictions = list(wrong)
    played.furnishing_s, played.playing_s = furnished - started, ended - furnished
    played.cpu_s, played.furnished_rows = process_time(), furnished_rows
    return played


def summary(city: Play, found: judging.Kept) -> Played:
    """What came of a city that has been played, and lies in the table."""
    breaches = Counter(
        each.data["clock"] for each in city.service.bus.taken if each.type.endswith("_breached.v1")
    )
    sizes = Counter(found.incidents.values())
    return Played(
        tickets=len(found.tickets),
        reports=len(city.told.tickets),
        again=city.told.again,
        states=city.states,
        last_states=Counter(each.state for each in found.tickets.values()),
        kinds=Counter(each.kind for each in found.tickets.values()),
        breaches=breaches,
        scores=Counter(each.rating.score for each in found.tickets.values() if each.rating),
        device=city.told.device,
        refused=city.told.refused,
        incidents=len(sizes),
        joined=sum(sizes.values()) - len(sizes),
        largest_incident=max(sizes.values(), default=0),
        facts=len(city.service.bus.taken),
        calls=city.service.ear.calls,
        sweeps=city.sweeps,
        tenths=city.tenths(),
        clocks=city.clocks,
        others=city.others,
        played_to=city.span.ends,
    )


def on_all_cores(wanted: Wanted, place: Path, processes: int, say: Callable[[list[Reached]], None]) -> Played:
    """Play it in so many processes at once. Raises CommandError with what went wrong in one of them."""
    context = get_context("spawn")
    running: dict[Connection, BaseProcess] = {}
    reached: dict[Connection, Reached] = {}
    total = Played()
    try:
        for number in range(processes):
            here, there = context.Pipe(duplex=False)
            process: BaseProcess = context.Process(
                target=_process, args=(wanted.of(number, processes), place, there), daemon=True
            )
            process.start()
            there.close()
            running[here] = process
        while running:
            for each in wait(list(running)):
                assert isinstance(each, Connection)  # noqa: S101  what we wait for
                told = _received(each)
                if isinstance(told, Reached):
                    reached[each] = told
                    say(list(reached.values()))
                    continue
                running.pop(each).join(STOP_S)
                if not isinstance(told, Played):
                    raise CommandError(f"a process ended: {told}")
                total.add(told)
    finally:
        for process in running.values():
            process.terminate()
        for process in running.values():
            process.join(STOP_S)
    return total


def _received(told: Connection) -> object:
    try:
        return told.recv()
    except EOFError:
        return "it said nothing"


def _process(wanted: Wanted, place: Path, there: Connection) -> None:
    """One process: on a table of its own, saying how far it is and then what came of it."""

    def say(city: Play) -> None:
        there.send(Reached(city.reached, len(city.cases), city.service.ear.calls))

    with suppress(KeyboardInterrupt, BrokenPipeError):  # whoever started it says so
        try:
            with standing(place) as gateway, _silent():
                played = play(wanted, say)
                played.pushed = sum(gateway.pushed.values())
            ended = getrusage(RUSAGE_CHILDREN)
            played.store_cpu_s = ended.ru_utime + ended.ru_stime
            there.send(played)
        except Exception:  # noqa: BLE001  it is told where it is seen
            there.send(format_exc())


@contextmanager
def _silent() -> Iterator[None]:
    """Log lines and metrics are made, and go nowhere."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def virtual(played: Played) -> timedelta:
    """How long what was played would have taken."""
    begins = weather.at(FIRST, 0)
    return (played.played_to or begins) - begins
