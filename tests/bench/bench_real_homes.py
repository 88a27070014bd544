"""False alarms and delays of our rule against fixed hours, in any home whose sensors were written down.

`LINLI_HOMES=<folder>` names a folder of homes in either of two formats, read and never kept:

- `*.sensors` with `*.sensor_names` beside it (van Kasteren 2008, Tapia 2004): start (Unix s, by the
  clock on the wall), length (s), sensor id; and id, name;
- `*_Sensors.txt` (Ordóñez 2013): start, end, location, type, place, local.

Without it a small home of our own is played. A sensor is of the kind its name says: the front door a `door`,
a bed or mattress a `bed` (heard when it is lain on and when it is left), a lamp or light a `lamp`, all else
`motion`. Two layouts: all sensors; the front door and the bathroom. Nobody came to harm there, so every alarm
is a false one (one for each silence; `again` counts those that come while it goes on as well). An emergency
is put in at every half hour at home from day 7 on, no sign after it; at home is who has not gone out by the
door and come back by it with nothing heard between for a quarter of an hour. The delay is until somebody
would be asked after.
"""

import os
import re
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import ceil
from pathlib import Path
from random import Random
from typing import NamedTuple, Protocol

from rich.console import Console
from rich.table import Table

from functions.care.watching.signals import Sign
from functions.care.watching.watch import Sensor, Watch
from linli.vocabulary.care import CarePolicy
from simulation.rules import FixedHours, OwnRhythm, Setting, ZoneInfo, begun

FOLDER = "LINLI_HOMES"
KNOWN = timedelta(days=7)
ANSWERED, HALF_HOUR, QUARTER = timedelta(minutes=30), timedelta(minutes=30), timedelta(minutes=15)
HOUR, MONTH = timedelta(hours=1), timedelta(days=30)
FRONT_DOOR = re.compile(r"\b(main ?door|front ?door|entrance|foyer,\s*door)\b", re.IGNORECASE)
BED = re.compile(r"\b(bed|mattress)\b(?!\s*room).*(pressure|mat)|^bed$", re.IGNORECASE)
LAMP = re.compile(r"light|lamp", re.IGNORECASE)
BATHROOM = re.compile(r"bath|toilet|shower|basin|flush|faucet", re.IGNORECASE)


class Heard(NamedTuple):
    """What a sensor told of."""

    at: datetime
    kind: str
    name: str


class Rule(Protocol):
    """What decides when somebody is asked after."""

    def told(self, sign: Sign) -> None: ...
    def due(self) -> datetime: ...


class Score(NamedTuple):
    """Of one rule in one home: `delays` in hours."""

    alarms: int
    again: int
    months: float
    delays: list[float]


def kind_of(name: str) -> str:
    """The kind of sensor that a name stands for."""
    if FRONT_DOOR.search(name):
        return "door"
    return "bed" if BED.search(name) else "lamp" if LAMP.search(name) else "motion"


def homes() -> dict[str, list[Heard]]:
    """The homes that are there to be judged by."""
    folder = os.environ.get(FOLDER)
    if folder is None:
        return {"a home of our own": sorted(_own())}
    found = {each.stem: sorted(_by_id(each)) for each in sorted(Path(folder).glob("*.sensors"))}
    return found | {each.stem: sorted(_by_place(each)) for each in sorted(Path(folder).glob("*_Sensors.txt"))}


def _by_id(path: Path) -> Iterable[Heard]:
    names = dict(_fields(path.with_suffix(".sensor_names"), 2))
    for start, length, sensor in _fields(path, 3):
        name = names.get(sensor, sensor).strip()
        yield from _heard(datetime.fromtimestamp(int(start), UTC), timedelta(seconds=int(length)), name)


def _by_place(path: Path) -> Iterable[Heard]:
    for line in path.read_text(encoding="utf-8").splitlines():
        fields = [each.strip() for each in line.split("\t") if each.strip()]
        if len(fields) == 5 and fields[0][0].isdigit():
            start, end = (datetime.fromisoformat(each).replace(tzinfo=UTC) for each in fields[:2])
            yield from _heard(start, end - start, " ".join(fields[2:]))


def _fields(path: Path, count: int) -> Iterable[list[str]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return (line.split(None, count - 1) for line in lines if line.strip())


def _heard(at: datetime, length: timedelta, name: str) -> Iterable[Heard]:
    kind = kind_of(name)
    yield Heard(at, kind, name)
    if kind == "bed":
        yield Heard(at + length, kind, name)


def _own() -> Iterable[Heard]:
    """Three weeks of somebody who sleeps from ten to six and goes out most mornings."""
    draw = Random(1)  # noqa: S311 - a life, not a secret
    for day in range(21):
        at = datetime(2026, 1, 5, 6, tzinfo=UTC) + timedelta(days=day, minutes=draw.gauss(0, 20))
        leaves = at + timedelta(hours=3) if draw.random() < 0.7 else at + timedelta(days=1)
        while at.hour < 22 and at.hour >= 5:
            if at > leaves:
                yield Heard(at, "door", "Front door")
                at, leaves = at + timedelta(hours=draw.uniform(0.5, 3)), at + timedelta(days=1)
                yield Heard(at, "door", "Front door")
            yield Heard(at + timedelta(minutes=1), "motion", draw.choice(["Toilet", "Kitchen", "Hall"]))
            at += timedelta(minutes=draw.expovariate(1 / 40))


def _score(
    heard: list[Heard], everything: list[Heard], rule: Rule, answered: Callable[[datetime], None]
) -> Score:
    """One home under one rule, sign by sign."""
    outings = [
        (one.at, next_.at)
        for one, next_ in pairwise(everything)
        if one.kind == next_.kind == "door" and next_.at - one.at > QUARTER
    ]
    alarms, again, delays = 0, 0, []
    falls = heard[0].at + KNOWN
    for number, each in enumerate(heard):
        first = True
        while True:
            due = rule.due()
            while falls < min(due, each.at):
                if not any(start < falls < end for start, end in outings):
                    delays.append((due - falls) / HOUR)
                falls += HALF_HOUR
            if due >= each.at:
                break
            alarms, again, first = alarms + first, again + 1, False
            answered(min(due + ANSWERED, each.at))
        rule.told(Sign(kind=each.kind, at=each.at, key=f"k{number}"))
    return Score(alarms, again, (heard[-1].at - heard[0].at) / MONTH, delays)


def _rules(heard: list[Heard]) -> dict[str, tuple[Rule, Callable[[datetime], None]]]:
    kinds = sorted({each.kind for each in heard})
    sensors = [Sensor(device=f"sensor-{number}", kind=kind) for number, kind in enumerate(kinds)]
    watch = Watch(
        community="garden", person="somebody", home="b-1/u-1", consent="research", sensors=sensors, version=1
    )
    fixed = {f"{hours} h": FixedHours(hours, tuple(kinds), heard[0].at) for hours in (8, 10, 12)}
    ours = OwnRhythm(watch, Setting(CarePolicy(), ZoneInfo("UTC")))
    ours.state = begun(heard[0].at)
    every: dict[str, FixedHours | OwnRhythm] = {**fixed, "ours": ours}
    return {name: (rule, lambda now, rule=rule: rule.resolved("fine", now)) for name, rule in every.items()}


def _row(name: str, home: str, scores: list[Score]) -> list[str]:
    months = sum(each.months for each in scores)
    delays = sorted(delay for each in scores for delay in each.delays)
    alarms, again = sum(each.alarms for each in scores), sum(each.again for each in scores)
    p90 = delays[ceil(0.9 * len(delays)) - 1] if delays else 0.0
    mean = sum(delays) / len(delays) if delays else 0.0
    return [name, home, f"{alarms / months:.1f}", f"{again / months:.1f}", f"{mean:.2f}", f"{p90:.1f}"]


def test_real_homes() -> None:
    console = Console(file=sys.__stdout__, width=130)
    if FOLDER not in os.environ:
        console.print(
            f"{FOLDER}=<folder of homes> judges the rule by homes that were measured; this one is made up"
        )
    known = homes()
    for home, heard in known.items():
        kinds = {each.name: each.kind for each in heard}
        named = ", ".join(f"{name}: {kind}" for name, kind in sorted(kinds.items()) if kind != "motion")
        bathroom = ", ".join(sorted(name for name in kinds if BATHROOM.search(name)))
        console.print(f"{home}: {named}; all else motion; bathroom: {bathroom}", style="dim")
    layouts = {
        "all sensors": lambda _: True,
        "door and bathroom": lambda each: each.kind == "door" or BATHROOM.search(each.name),
    }
    for title, is_there in layouts.items():
        table = Table("rule", "home", "false alarms a month", "again", "mean delay h", "p90 h", title=title)
        scores: dict[str, list[Score]] = {}
        for home, everything in known.items():
            heard = [each for each in everything if is_there(each)]
            for name, (rule, answered) in _rules(heard).items():
                score = _score(heard, everything, rule, answered)
                scores.setdefault(name, []).append(score)
                table.add_row(*_row(name, home, [score]), style="dim")
        for name, several in scores.items():
            table.add_row(*_row(name, "all", several), style="bold" if name == "ours" else "")
        console.print(table)


def test_a_name_says_of_which_kind_a_sensor_is() -> None:
    names = {
        "Front door": "door", "Maindoor Magnetic Entrance": "door", "Foyer,Door": "door",
        "Hall-Bathroom door": "motion", "Toilet Flush": "motion", "Bed Pressure Bedroom": "bed",
        "Bedroom,Lamp": "lamp", "Kitchen,Light switch A": "lamp",
    }  # fmt: skip
    assert {name: kind_of(name) for name in names} == names
