"""How often what happens in a community: what community.yaml says, and what follows from it.

Who takes in a fact does so as often as it is told; what a schedule starts, as the schedule says.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from linli_cli.cost.bill import MINUTES, Line
from linli_cli.cost.units import Started, Taken, Units
from linli_cli.deploy.declared import Declared
from linli_cli.develop.actions import Action
from linli_cli.errors import CommandError
from linli_cli.layout import project_of

FOLLOWS = "follows"
EVERY = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
EVERY_MINUTES = re.compile(r"cron\(0/(\d+) \* \* \* \? \*\)")
A_DAY = {"minute": 1440.0, "hour": 24.0, "day": 1.0}
DAYS_OF_A_MONTH = 30.4
DEFAULT_MB, MB_A_GB = 512, 1024
Fact = str


@dataclass(frozen=True)
class Said:
    """A line of community.yaml. `again_h`: measured as it comes so many hours after its like."""

    action: str
    sample: str
    why: str
    a_day: float = 0
    carries: float = 1
    shared: bool = False
    of: Fact = ""
    share: float = 1
    again_h: float = 0

    def __post_init__(self) -> None:
        if bool(self.a_day) == bool(self.of):
            raise CommandError(f"community.yaml: {self.action}/{self.sample} needs either a_day or of")


@dataclass(frozen=True)
class Community:
    """What community.yaml says."""

    homes: int
    connected: Mapping[str, int]
    secrets: int
    said: Sequence[Said]

    @property
    def standing(self) -> Units:
        """What it takes by being there."""
        minutes = MINUTES * sum(self.connected.values())
        return {"iot_minute": minutes, "secret_month": self.secrets}


@cache
def community(path: Path = Path(__file__).with_name("community.yaml")) -> Community:
    """The community of a file."""
    read: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Community(
        read["homes"],
        {kind: each["number"] for kind, each in read["connected"].items()},
        read["secrets"]["number"],
        [Said(action, **each) for action, lines in read["events"].items() for each in lines],
    )


def following(
    said: Sequence[Said], triggers: Iterable[tuple[str, Declared]], actions: Iterable[Action]
) -> list[Said]:
    """What is not said and follows: a line for each fact that an action takes in, and for each schedule."""
    mentioned = {(each.action, each.of) for each in said if each.of}
    samples = {action.title: action for action in actions}
    found = []
    for service, trigger in triggers:
        title = f"{service}/{trigger.action}"
        found += [
            Said(title, sample_of(samples[title], fact), FOLLOWS, of=fact)
            for fact in trigger.facts
            if (title, fact) not in mentioned
        ]
        if trigger.schedule:
            sample = normal(samples[title])
            found.append(Said(title, sample, FOLLOWS, a_day=times_a_day(trigger.schedule), shared=True))
    return found


def sample_of(action: Action, fact: Fact) -> str:
    """A sample that brings this fact, the normal one first; one that brings another where none does."""
    paths = [each.path for each in action.samples if each.case in {"normal", "edge"} and each.start != "http"]
    told = [path for path in paths if f'"{fact}"' in path.read_text(encoding="utf-8")]
    if not paths:
        raise CommandError(f"{action.title} takes in {fact}, and has no sample that goes well")
    return (told or paths)[0].stem


def normal(action: Action) -> str:
    """The first sample of an action that no person sends."""
    return next(each.path.stem for each in action.samples if each.start != "http")


def times_a_day(schedule: str) -> float:
    """How often a schedule of EventBridge comes. Of a cron expression its day of the month counts, or every
    how many minutes.
    """
    if every := EVERY.fullmatch(schedule):
        return A_DAY[every[2]] / int(every[1])
    if minutes := EVERY_MINUTES.fullmatch(schedule):
        return A_DAY["minute"] / int(minutes[1])
    _, hour, day, *_ = schedule.removeprefix("cron(").split()
    if not (hour.isdigit() and (day == "*" or day.isdigit())):
        raise CommandError(f"how often {schedule} comes cannot be said: say it in community.yaml")
    return 1 / DAYS_OF_A_MONTH if day.isdigit() else 1


def lines(
    said: Iterable[Said],
    taken: Callable[[Said], Taken],
    started: Callable[[Said], Started],
    memory_mb: Mapping[str, int],
) -> Iterator[Line]:
    """The lines of a bill. What comes of a fact is as often as it is told, so those who tell come first."""
    waiting = list(said)
    told: dict[Fact, float] = defaultdict(float)
    while waiting:
        tellers = {fact for each in waiting for fact in taken(each).facts}
        ready = [each for each in waiting if each.of not in tellers]
        if not ready:
            raise CommandError(f"facts tell of each other: {', '.join(sorted(tellers))}")
        for each in ready:
            rate = told[each.of] * each.share if each.of else each.a_day
            line = _line(each, rate, taken(each), started(each), memory_mb)
            for fact, number in line.taken.facts.items():
                told[fact] += rate * number * line.carries
            yield line
        waiting = [each for each in waiting if each not in ready]


def _line(said: Said, a_day: float, taken: Taken, started: Started, memory_mb: Mapping[str, int]) -> Line:
    service, _, action = said.action.partition("/")
    function = f"{project_of(service, action)}/{'api' if started == 'http' else action}"
    return Line(
        said.action,
        f"{said.sample}{f' of {said.of}' if said.of else ''}",
        function,
        started,
        a_day,
        taken,
        said.carries,
        memory_mb.get(function, DEFAULT_MB) / MB_A_GB,
        said.shared,
    )
