"""What a stage and its communities cost a month: arithmetic, no I/O.

Some of it is not in proportion. A metric is paid for in the hours in which it is sent, a secret asked for
when none is remembered, a process started when none is left: where events come by chance, at a rate,
`1 - e^-rate` of the hours have one. So a second community costs less than the first.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp

from linli_cli.cost.units import GB, PLATFORM_LOG_BYTES, Started, Taken, Units, added, arrival, times

DAYS, HOURS, MINUTES = 30.4, 730.0, 43_800.0  # of a month
# What is assumed, since no moto can tell: how long a function takes, and when its process is gone.
CALL_S = 0.008  # a call to DynamoDB or SQS from its region, a transaction included; as in tests/bench
OWN_S = 0.005  # ours, of a warm call
COLD_S = 1.0  # a new process until it answers, at 512 MB
IDLE_H = 10 / 60  # a process that nobody asked for so long is gone
SECRET_H = 5 / 60  # how long a process remembers a secret
RELAY_GB = 0.5
STORED_DAYS = 365  # of what is kept for ever, a year's worth is counted


@dataclass(frozen=True)
class Line:
    """One kind of event: its action, the function it goes to, how often a day, and what one takes.

    `carries`: as many of what was measured come in one message; they share the way to their function.
    `shared`: it happens once in a stage, however many communities there are.
    """

    action: str
    what: str
    function: str
    started: Started
    a_day: float
    taken: Taken
    carries: float = 1
    memory_gb: float = 0.5
    shared: bool = False

    def a_month(self, communities: float) -> float:
        """How many come, of all communities."""
        return self.a_day * DAYS * (1 if self.shared else communities)


@dataclass(frozen=True)
class Stage:
    """What a stage pays for whoever uses it, and a community for being there, each a month."""

    standing: Units
    standing_of_community: Units
    relay: Taken
    lines: Sequence[Line]


@dataclass
class Bill:
    """Units a month: of each action with its facts on their way to the bus, and what is not of an action."""

    actions: dict[str, Units]
    series: Units
    standing: Units

    @property
    def total(self) -> Units:
        """All of it."""
        return added(*self.actions.values(), self.series, self.standing)


def bill(stage: Stage, communities: float) -> Bill:
    """What a stage with so many communities takes in a month."""
    an_hour = _by_function(stage.lines, communities)
    actions: dict[str, Units] = {}
    for line in stage.lines:
        taken = of_line(line, communities, an_hour[line.function], stage.relay)
        actions[line.action] = added(actions.get(line.action, {}), taken)
    sent = _by_series(stage.lines, communities)
    return Bill(
        actions,
        {"metric_month": sum(1 - exp(-rate) for rate in sent.values())},
        added(stage.standing, times(stage.standing_of_community, communities)),
    )


def of_line(line: Line, communities: float, function_an_hour: float, relay: Taken) -> Units:
    """What the events of a line take in a month; `function_an_hour`: how often their function is called."""
    number = line.a_month(communities)
    if not number:
        return {}
    measured = number * line.carries
    facts = sum(line.taken.facts.values()) * measured
    asking = forgotten(number / HOURS, SECRET_H)
    return added(
        times(arrival(line.started), number),
        times(line.taken.units, measured),
        _running(number, line.taken.calls * line.carries, line.memory_gb, gone(function_an_hour)),
        times(relay.units, facts),
        _running(facts, relay.calls, RELAY_GB, cold=0),
        {
            "secret_call": line.taken.asks_secrets * number * asking,
            "stored_gb": _stored(line, measured) / GB,
        },
    )


def of_one(line: Line, stage: Stage) -> Units:
    """What one event of a line takes, at the rate it comes in one community; with what it stores."""
    an_hour = _by_function(stage.lines, 1)[line.function]
    number = line.a_month(1)
    if not number:
        return {}
    return times(of_line(line, 1, an_hour, stage.relay), 1 / number)


def seconds_of(line: Line) -> float:
    """How long a warm call of its function takes, as assumed."""
    return OWN_S + CALL_S * line.taken.calls * line.carries


def _running(number: float, calls: float, memory_gb: float, cold: float) -> Units:
    """So many calls of a function that asks AWS so often; `cold`: the share that finds no process."""
    seconds = OWN_S + CALL_S * calls + COLD_S * cold
    return {
        "lambda_request": number,
        "lambda_gb_s": number * seconds * memory_gb,
        "log_gb": number * PLATFORM_LOG_BYTES / GB,
    }


def gone(an_hour: float) -> float:
    """How many of the calls of a function find no process left."""
    return exp(-an_hour * IDLE_H)


def forgotten(an_hour: float, kept_h: float) -> float:
    """How many of the calls find what is kept for so long forgotten: the first after it, and no other."""
    return 1 / (1 + an_hour * kept_h)


def _stored(line: Line, number: float) -> float:
    """The bytes that lie there once as many go as come."""
    days = [
        min(each.days if each.days is not None else STORED_DAYS, STORED_DAYS) for each in line.taken.stored
    ]
    sizes = [each.size for each in line.taken.stored]
    return number / DAYS * sum(size * kept for size, kept in zip(sizes, days, strict=True))


def _by_function(lines: Iterable[Line], communities: float) -> Mapping[str, float]:
    """How often an hour each function is called."""
    return added(*({line.function: line.a_month(communities) / HOURS} for line in lines))


def _by_series(lines: Iterable[Line], communities: float) -> Mapping[str, float]:
    """How often an hour each metric is sent."""
    return added(*({each: line.a_month(communities) / HOURS for each in line.taken.series} for line in lines))
