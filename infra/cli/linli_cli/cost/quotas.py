"""How many communities a quota holds, from the same measured units as what they cost."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from linli_cli.cost.bill import Line, Stage, seconds_of
from linli_cli.cost.units import ARRIVAL, Started, added

DAY_S = 86_400
PEAK = 3  # times the average of a day: of all passes, an eighth in the hour after seven; not of heartbeats
SHARDS, PULSES = 16, 4  # of what is due, and of the pulse
MOVES = 2  # writes of an index for each heartbeat: out of its place, and into the next
WAITED_FOR: frozenset[Started] = frozenset({"device_call"})
HEARTBEAT = "devices/heartbeat"


@dataclass(frozen=True)
class Quota:
    """A limit of an account in a region, or (`ours`) of a stage by our own doing."""

    quota: str
    load: str
    limit: float
    page: str
    seen: str
    ours: bool = False


@cache
def quotas(path: Path = Path(__file__).with_name("quotas.yaml")) -> tuple[Quota, ...]:
    """The quotas of a file."""
    read = yaml.safe_load(path.read_text(encoding="utf-8"))
    return tuple(Quota(**each) for each in read["quotas"])


def loads(stage: Stage, connections: int) -> dict[str, float]:
    """What one community asks for at its peak, by the names of quotas.yaml: a second, or at once."""
    lines = [line for line in stage.lines if not line.shared]
    beats = sum(at_peak(line) for line in lines if line.action == HEARTBEAT)
    queued = [line for line in lines if line.started == "device_queue"]
    waited_for = [line for line in lines if line.started in WAITED_FOR]
    asked = [line for line in lines if line.started == "http"]
    return {
        "queue_worker": most(executions(queued)),
        "answering": most(executions(waited_for)),
        "api_of_a_service": most(calls(asked)),
        "pulse": beats / PULSES,
        "due_shard": beats * MOVES / SHARDS,
        "connections": connections,
        "publishes": sum(at_peak(line) * _published(line) for line in lines),
        "executions": sum(executions(lines).values()),
        "api": sum(map(at_peak, asked)),
        "facts": sum(at_peak(line) * line.carries * _told(line) for line in lines),
        "table_writes": most(units(lines, "write_unit")),
        "table_reads": most(units(lines, "read_unit")),
        "secrets": stage.standing_of_community["secret_month"],
    }


def held(quota: Quota, load: Mapping[str, float]) -> int:
    """How many communities a quota holds."""
    return int(quota.limit / load[quota.load])


def at_peak(line: Line) -> float:
    """How many events of a line there are in a second of the busiest hour."""
    return line.a_day / DAY_S * (1 if line.action == HEARTBEAT else PEAK)


def calls(lines: Iterable[Line]) -> dict[str, float]:
    """How often a second each function is called."""
    return added(*({line.function: at_peak(line)} for line in lines))


def executions(lines: Iterable[Line]) -> dict[str, float]:
    """How many executions of each function there are at once."""
    return added(*({line.function: at_peak(line) * seconds_of(line)} for line in lines))


def units(lines: Iterable[Line], unit: str) -> dict[str, float]:
    """How many units a second each service's table takes."""
    taken = [(line, at_peak(line) * line.carries * line.taken.units.get(unit, 0)) for line in lines]
    return added(*({line.action.partition("/")[0]: number} for line, number in taken))


def most(of: Mapping[str, float]) -> float:
    """The largest of them."""
    return max(of.values(), default=0)


def _told(line: Line) -> int:
    return sum(line.taken.facts.values())


def _published(line: Line) -> float:
    """Its own message, and our answer to it."""
    return ARRIVAL[line.started].get("iot_message", 0) + (line.taken.units.get("iot_message", 0) > 0)
