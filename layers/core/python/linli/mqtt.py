"""Device messages: what a device publishes on `linli/<community>/<device>/<action>` and what it is answered.

The topic rule hands the payload over as base64, untouched, so that this is the one place that parses it:

    SELECT encode(*, 'base64') AS payload, topic() AS topic, clientid() AS client_id,
           timestamp() AS received_at_ms FROM 'linli/+/+/<action>'
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import Base64Bytes, Field, ValidationError
from pydantic_core import from_json

from linli.aws import client
from linli.contracts import Contract
from linli.dead_letters import as_body, park
from linli.errors import InvalidRequest, LinliError
from linli.ids import Id, is_id
from linli.instants import DEVICE_CLOCK_TOLERANCE, Instant, from_millis
from linli.observability import observed

LARGEST_MILLIS = 253_402_300_799_999  # 9999-12-31, the last a datetime can hold
TOPIC_ROOT = "linli"
TOPIC_LEVELS = 4


class DeviceEvent(Contract):
    """What every device message carries.

    `seq` increases by one per message of a device, so that a gap shows a loss. `community` and `device` may
    be left out; when they are sent they must agree with the topic.
    """

    event_id: Id
    seq: Annotated[int, Field(ge=0, le=2**53)]
    occurred_at: Instant
    community: Id | None = None
    device: Id | None = None


class DeviceAnswer(Contract):
    """What a device is told; `outcome` is also the metric's."""

    event_id: Id
    outcome: str


class RuleEvent(Contract):
    """What the topic rule hands over."""

    payload: Base64Bytes
    topic: Annotated[str, Field(max_length=256)]
    client_id: Annotated[str, Field(max_length=128)]
    received_at_ms: Annotated[int, Field(ge=0, le=LARGEST_MILLIS)]


Body = TypeVar("Body", bound=DeviceEvent)


@dataclass(frozen=True, slots=True)
class DeviceMessage(Generic[Body]):
    """A parsed message of a device that may publish where it did."""

    community: str
    device: str
    action: str
    received_at: datetime
    body: Body

    @property
    def clock_off(self) -> bool:
        """Whether the device's clock is more than five minutes from ours."""
        return abs(self.body.occurred_at - self.received_at) > DEVICE_CLOCK_TOLERANCE

    @property
    def decided_at(self) -> datetime:
        """The time decisions are made for: the device's while it is believable, else ours."""
        return self.received_at if self.clock_off else self.body.occurred_at

    @property
    def correlation_id(self) -> str:
        """`<device>:<event_id>`, the same on every delivery."""
        return f"{self.device}:{self.body.event_id}"


@dataclass(frozen=True, slots=True)
class _Topic:
    community: str
    device: str
    action: str

    @classmethod
    def parse(cls, topic: str) -> "_Topic | None":
        levels = topic.split("/")
        if len(levels) != TOPIC_LEVELS or levels[0] != TOPIC_ROOT or not all(map(is_id, levels[1:3])):
            return None
        return cls(*levels[1:])

    def publish_reply(self, answer: str) -> None:
        topic = f"{TOPIC_ROOT}/{self.community}/{self.device}/{self.action}/reply"
        client("iot-data").publish(topic=topic, qos=1, payload=answer.encode())


def parse(event: Any, model: type[Body]) -> DeviceMessage[Body]:
    """The message inside a rule event.

    Raises InvalidRequest when any part is not as declared, or when topic, client id and payload disagree.
    """
    try:
        rule_event = RuleEvent.model_validate(event, strict=False)
        body = model.model_validate_json(rule_event.payload)
    except ValidationError as error:
        raise InvalidRequest.from_validation(error) from error
    topic = _Topic.parse(rule_event.topic)
    if topic is None:
        raise InvalidRequest("topic: is not linli/<community>/<device>/<action>")
    if rule_event.client_id != topic.device:
        raise InvalidRequest("topic: names another device than the MQTT client id")
    if (body.community or topic.community, body.device or topic.device) != (topic.community, topic.device):
        raise InvalidRequest("body: names another community or device than the topic")
    received_at = from_millis(rule_event.received_at_ms)
    return DeviceMessage(topic.community, topic.device, topic.action, received_at, body)


Handled = Callable[[DeviceMessage[Body]], DeviceAnswer]


def handle(event: Any, model: type[Body], function: Handled[Body], dead_letter: str) -> str:
    """Parse, decide, answer on the reply topic; park what no retry can help. Returns the outcome.

    Raises what may pass by itself (the store away, throttling), so that the trigger delivers again.
    """
    try:
        return _answered(event, model, function)
    except LinliError as error:
        if error.retryable:
            raise
        _reply_with_problem(event, error)
        park(dead_letter, error)
        return error.slug


def _answered(event: Any, model: type[Body], function: Handled[Body]) -> str:
    topic = _Topic.parse(str(event.get("topic"))) if isinstance(event, dict) else None
    keys = {"community": topic.community, "device": topic.device} if topic else {}
    with observed(function.__name__, _correlation_id(event, topic), **keys) as attempt:
        message = parse(event, model)
        answer = function(message)
        _Topic(message.community, message.device, message.action).publish_reply(answer.model_dump_json())
        attempt.outcome = answer.outcome
    return attempt.outcome


def _correlation_id(event: Any, topic: _Topic | None) -> str:
    return f"{topic.device if topic else 'unknown'}:{_event_id(event) or 'unknown'}"


def _event_id(event: Any) -> str | None:
    """The event id of a message that may not be valid, so that even a refusal can be matched to it."""
    try:
        found = from_json(RuleEvent.model_validate(event, strict=False).payload)
    except ValueError:
        return None
    event_id = found.get("event_id") if isinstance(found, dict) else None
    return event_id if isinstance(event_id, str) and is_id(event_id) else None


def _reply_with_problem(event: Any, error: LinliError) -> None:
    topic = _Topic.parse(str(event.get("topic"))) if isinstance(event, dict) else None
    if topic is None or event.get("client_id") != topic.device:
        return
    problem = {"event_id": _event_id(event), "outcome": error.slug, "problem": error.problem()}
    topic.publish_reply(json.dumps(problem))


def device_message(model: type[Body]) -> Callable[[Handled[Body]], Callable[[Any, Any], dict[str, str]]]:
    """For a function that a topic rule invokes directly: `function(message) -> answer`."""

    def decorate(function: Handled[Body]) -> Callable[[Any, Any], dict[str, str]]:
        def handler(event: Any, _context: Any) -> dict[str, str]:
            return {"outcome": handle(event, model, function, as_body(event))}

        handler.__name__ = function.__name__
        handler.__doc__ = function.__doc__
        return handler

    return decorate
