"""Device messages that a topic rule hands to a function: parse, decide, answer on the reply topic."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from pydantic_core import from_json

from linli.aws import client
from linli.dead_letters import as_body, park
from linli.device_messages import LARGEST_MILLIS, Body, DeviceAnswer, DeviceMessage, RuleEvent, Topic, parse
from linli.errors import LinliError
from linli.ids import is_id
from linli.instants import from_millis
from linli.observability import observed

Handled = Callable[[DeviceMessage[Body]], DeviceAnswer]
Unreadable = Callable[[Topic, datetime], None]


def publish(topic: str, payload: str) -> None:
    """Publish to a device; it is delivered at least once while the device is connected."""
    client("iot-data").publish(topic=topic, qos=1, payload=payload.encode())


def handle(
    event: Any,
    model: type[Body],
    function: Handled[Body],
    dead_letter: str,
    unreadable: Unreadable | None = None,
) -> str:
    """Parse, decide, answer on the reply topic; park what no retry can help. Returns the outcome.

    `unreadable` is told of what is to be parked, where a message matters even if nobody can read it.

    Raises what may pass by itself (the store away, throttling), so that the trigger delivers again.
    """
    try:
        return _answered(event, model, function)
    except LinliError as error:
        if error.retryable:
            raise
        if unreadable is not None:
            _tell(event, unreadable)
        _reply_with_problem(event, error)
        park(dead_letter, error)
        return error.slug


def _answered(event: Any, model: type[Body], function: Handled[Body]) -> str:
    topic = _topic(event)
    keys = {"community": topic.community, "device": topic.device} if topic else {}
    with observed(function.__name__, _correlation_id(event, topic), **keys) as attempt:
        message = parse(event, model)
        answer = function(message)
        publish(message.topic.reply, answer.model_dump_json())
        attempt.outcome, attempt.flags = answer.outcome, ["id_reused"] if answer.id_reused else []
    return attempt.outcome


def _topic(event: Any) -> Topic | None:
    return Topic.parse(str(event.get("topic"))) if isinstance(event, dict) else None


def _correlation_id(event: Any, topic: Topic | None) -> str:
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
    topic = _topic(event)
    if topic is None or event.get("client_id") != topic.device:
        return
    problem = {"event_id": _event_id(event), "outcome": error.slug, "problem": error.problem()}
    publish(topic.reply, json.dumps(problem))


def _tell(event: Any, unreadable: Unreadable) -> None:
    """Only of a device that publishes under its own name, and of a time that the topic rule has noted."""
    topic, received_at_ms = _topic(event), event.get("received_at_ms") if isinstance(event, dict) else None
    if topic is None or event.get("client_id") != topic.device:
        return
    if isinstance(received_at_ms, int) and 0 <= received_at_ms <= LARGEST_MILLIS:
        unreadable(topic, from_millis(received_at_ms))


def device_message(
    model: type[Body], *, unreadable: Unreadable | None = None
) -> Callable[[Handled[Body]], Callable[[Any, Any], dict[str, str]]]:
    """For a function that a topic rule invokes directly: `function(message) -> answer`."""

    def decorate(function: Handled[Body]) -> Callable[[Any, Any], dict[str, str]]:
        def handler(event: Any, _context: Any) -> dict[str, str]:
            return {"outcome": handle(event, model, function, as_body(event), unreadable)}

        handler.__name__ = function.__name__
        handler.__doc__ = function.__doc__
        return handler

    return decorate
