"""Device messages that a topic rule hands to a function: parse, decide, answer on the reply topic."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Unpack

from chalice.app import Blueprint
from pydantic_core import from_json

from linli import registered
from linli.aws import client
from linli.dead_letters import as_body, park
from linli.device_messages import (
    LARGEST_MILLIS,
    Body,
    DeviceAnswer,
    DeviceMessage,
    RuleEvent,
    Topic,
    published,
    read,
)
from linli.errors import DeviceNotKnown, LinliError
from linli.ids import is_id
from linli.instants import from_millis
from linli.observability import observed
from linli.triggers import REHEARSED, Answers, Trigger, called, kinds_on, topics_of
from linli.vocabulary.devices import Believes


@dataclass(frozen=True, slots=True)
class Parked:
    """An answer to a message that a human may still make something of: it is parked as well, with `why`.

    `wholly`: nothing of it was taken; the answer then holds the problem.
    """

    answer: DeviceAnswer
    why: LinliError
    wholly: bool = False


Handled = Callable[[DeviceMessage[Body]], DeviceAnswer | Parked]
Unreadable = Callable[[Topic, datetime], None]


Handler = Callable[[Any, Any], dict[str, str]]


@dataclass(frozen=True, slots=True)
class Listening:
    """How an action listens to devices.

    `believes`: kinds of devices; others are refused. `asks_itself`: the action asks who speaks in a read that
    it makes anyway (`registered.check`). `unreadable` is told of what is refused or waits for the registry's
    word, where a message matters even if nobody can read it.
    """

    believes: Believes
    asks_itself: bool = False
    unreadable: Unreadable | None = None

    def check(self, topic: Topic) -> None:
        """Raise if who published is not to be believed, as `registered.check_sender`."""
        if not self.asks_itself:
            registered.check_sender(topic, kinds_on(self.believes, topic.action))


def publish(topic: str, payload: str) -> None:
    """Publish to a device; it is delivered at least once while the device is connected."""
    client("iot-data").publish(topic=topic, qos=1, payload=payload.encode())


def handle(
    event: Any, model: type[Body], function: Handled[Body], dead_letter: str, listening: Listening
) -> str:
    """Parse, decide, answer on the reply topic; park what no retry can help. Returns the outcome.

    Raises what may pass by itself (the store away, throttling), so that the trigger delivers again.
    """
    try:
        return _answered(event, model, function, dead_letter, listening)
    except LinliError as error:
        unheard = not error.retryable or isinstance(error, DeviceNotKnown)
        if unheard and listening.unreadable is not None:
            _tell(event, listening.unreadable)
        if error.retryable:
            raise
        _reply_with_problem(event, error)
        if error.parked:
            park(dead_letter, error)
        return error.slug


def _answered(
    event: Any, model: type[Body], function: Handled[Body], dead_letter: str, listening: Listening
) -> str:
    topic = _topic(event)
    keys = {"community": topic.community, "device": topic.device} if topic else {}
    with observed(function.__name__, _correlation_id(event, topic), **keys) as attempt:
        came = published(event)
        listening.check(came.topic)
        message = read(came, model)
        answered = function(message)
        publish(message.topic.reply, _said(answered, message.dropped))
        if isinstance(answered, Parked):
            park(dead_letter, answered.why)
            answered = answered.answer
        attempt.outcome = answered.outcome
        odd = {"id_reused": answered.id_reused, "dropped": bool(message.dropped)}
        attempt.flags = [flag for flag, is_so in odd.items() if is_so]
    return attempt.outcome


def _said(answered: DeviceAnswer | Parked, dropped: tuple[str, ...]) -> str:
    answer = answered.answer if isinstance(answered, Parked) else answered
    more: dict[str, Any] = {"dropped": dropped} if dropped else {}
    if isinstance(answered, Parked) and answered.wholly:
        more["problem"] = answered.why.problem()
    return json.dumps(answer.model_dump(mode="json") | more) if more else answer.model_dump_json()


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
    blueprint: Blueprint,
    model: type[Body],
    *,
    believes: Believes,
    topic: str | None = None,
    asks_itself: bool = False,
    unreadable: Unreadable | None = None,
    rehearsed: dict[str, Any] | None = None,
    **needs: Unpack[Answers],
) -> Callable[[Handled[Body]], Handler]:
    """For a function that a topic rule invokes directly: `function(message) -> answer`.

    `believes`: whom it believes, and no other kind of device; see `Listening` for the rest. `topic`: the last
    level of the topic, unless `believes` says whom by topic. `rehearsed`: what an unknown device says on it
    before a snapshot is taken (linli.snapshots).
    """
    listening = Listening(believes, asks_itself, unreadable)

    def decorate(function: Handled[Body]) -> Handler:
        def handler(event: Any, _context: Any) -> dict[str, str]:
            return {"outcome": handle(event, model, function, as_body(event), listening)}

        handler.__name__ = function.__name__
        handler.__doc__ = function.__doc__
        topics = topics_of(topic, believes)
        trigger = Trigger(
            function.__module__, function.__name__, "device_call", topics, believes, needs={**needs}
        )
        if rehearsed is not None:
            REHEARSED.append((handler, topics[0], rehearsed))
        return called(blueprint, trigger, handler)

    return decorate
