"""What AWS counts and has a price for, and what one event takes of it."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Unit = Literal[
    "write_unit", "read_unit", "stored_gb", "lambda_request", "lambda_gb_s", "iot_message", "iot_rule",
    "iot_action", "iot_minute", "iot_registry", "sqs_request", "bus_event", "api_request", "egress_gb",
    "log_gb", "metric_month", "alarm_month", "secret_month", "secret_call", "key_month", "s3_put", "s3_get",
    "trace",
]  # fmt: skip
Units = dict[str, float]
Started = Literal["http", "device_call", "device_queue", "bus_queue", "task_queue", "clock", "call"]

GB = 1e9
ANSWER = 3  # messages: published by us, sent to the device, and its PUBACK, which IoT counts as one
# What comes before an action does anything, beside its function. A message of a queue is put in, taken out
# and deleted; a task was put in by whoever left it.
ARRIVAL: dict[Started, dict[str, float]] = {
    "http": {"api_request": 1},
    "device_call": {"iot_message": 1, "iot_rule": 1, "iot_action": 1},
    "device_queue": {"iot_message": 1, "iot_rule": 1, "iot_action": 1, "sqs_request": 3},
    "bus_queue": {"sqs_request": 3},
    "task_queue": {"sqs_request": 2},
    "clock": {},
    "call": {},
}
PLATFORM_LOG_BYTES = 380  # START, END and REPORT, which Lambda writes of every call


@dataclass
class Stored:
    """Bytes that an event leaves in a table and its indexes, and for how many days; None is for ever."""

    size: int
    days: float | None


@dataclass
class Taken:
    """What one event was seen to take.

    `calls`: how often AWS was asked and waited for. `asks_secrets`: whether it needs one; a process asks for
    it only every five minutes. `facts`: what it tells others, by type. `series`: metrics it counts in.
    """

    units: Units = field(default_factory=lambda: defaultdict(float))
    calls: int = 0
    asks_secrets: int = 0
    facts: Counter[str] = field(default_factory=Counter)
    series: set[str] = field(default_factory=set)
    stored: list[Stored] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """For whoever wants to go on from it."""
        return {
            "units": dict(self.units),
            "calls": self.calls,
            "facts": dict(self.facts),
            "series": sorted(self.series),
            "stored": [[each.size, each.days] for each in self.stored],
        }


def arrival(started: Started) -> Units:
    """What AWS counts of an event's way to its function."""
    return dict(ARRIVAL[started])


def times(units: Mapping[str, float], number: float) -> Units:
    """So many times as much."""
    return {unit: each * number for unit, each in units.items()}


def added(*some: Mapping[str, float]) -> Units:
    """All of them together."""
    total: Units = {}
    for units in some:
        for unit, number in units.items():
            total[unit] = total.get(unit, 0) + number
    return total
