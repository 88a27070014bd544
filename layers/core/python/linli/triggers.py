"""What starts each function, and what its deployment has to know of it, as said on the trigger's decorator.

Plain data, which nothing reads at run time: when a service is packaged, its queues, dead letters, rules and
rights are derived from it.
"""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, Literal, TypedDict, TypeVar

from chalice.app import Blueprint

from linli.naming import queue_arn

Start = Literal["call", "device_call", "device_queue", "bus_queue", "task_queue", "clock"]
Kinds = AbstractSet[str]
Believes = Kinds | Mapping[str, Kinds]
REHEARSED: list[tuple[Callable[[Any, Any], Any], str, dict[str, Any]]] = []
"""Functions that are called once before a snapshot is taken: their topic, and what a device says on it."""


class Runs(TypedDict, total=False):
    """How a function runs: `timeout_s`: at most so long. `memory_mb`: with so much of it, and of CPU."""

    timeout_s: int
    memory_mb: int


class Answers(Runs, total=False):
    """`stale_after_s`: an event that has waited so long for its function goes to the dead letters."""

    stale_after_s: int


class Works(Runs, total=False):
    """How a function works off its queue: `batch_size` messages at a time, each in at most `tries`."""

    batch_size: int
    tries: int


@dataclass(frozen=True, slots=True)
class Cron:
    """A schedule that fills a queue, and what it is for, in words.

    `fields`: minute, hour, day of month, month, day of week, year, in UTC, as EventBridge has them.
    """

    fields: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Trigger:
    """What starts a function: the module it stands in, its name, how it is started.

    `topics`: the last levels of the topics that lead to it. `believes`: kinds of devices, or such per topic.
    `facts`: classes of what the bus brings. `schedule`: an expression of EventBridge, `meaning` its purpose.
    """

    module: str
    name: str
    start: Start
    topics: tuple[str, ...] = ()
    believes: Believes = frozenset()
    facts: tuple[type[Any], ...] = ()
    schedule: str = ""
    meaning: str = ""
    needs: Mapping[str, object] = field(default_factory=dict)

    @property
    def service(self) -> str:
        return self.module.split(".")[1]

    def kinds(self, topic: str) -> Kinds:
        """Whom it believes on a topic, named by its last level."""
        return kinds_on(self.believes, topic)


TRIGGERS: list[Trigger] = []
FILE_ROUTES: set[str] = set()
"""The modules with a route that takes files, byte for byte."""


Handler = TypeVar("Handler", bound=Callable[..., Any])


def called(blueprint: Blueprint, trigger: Trigger, handler: Handler) -> Handler:
    """A function that is called by its name."""
    TRIGGERS.append(trigger)
    registered: Handler = blueprint.lambda_function(name=trigger.name)(handler)
    return registered


def timed(blueprint: Blueprint, trigger: Trigger, handler: Handler) -> Handler:
    """A function that a schedule calls."""
    TRIGGERS.append(trigger)
    registered: Handler = blueprint.schedule(trigger.schedule, name=trigger.name)(handler)
    return registered


def behind_a_queue(blueprint: Blueprint, trigger: Trigger, handler: Handler, batch_size: int) -> Handler:
    """A function that works off the queue of its name."""
    TRIGGERS.append(trigger)
    arn = queue_arn(trigger.name)
    taking = blueprint.on_sqs_message(queue_arn=arn, batch_size=batch_size, name=trigger.name)
    registered: Handler = taking(handler)
    return registered


def topics_of(topic: str | None, believes: Believes) -> tuple[str, ...]:
    """The topics that lead to an action: the one that is named, or those that believing is said of."""
    return (topic,) if topic else tuple(believes) if isinstance(believes, dict) else ()


def kinds_on(believes: Believes, topic: str) -> Kinds:
    """The kinds of devices believed on a topic; nobody on one that is not named."""
    if isinstance(believes, Mapping):
        return believes.get(topic, frozenset())
    return believes
