"""Messages that arrive through a queue, with partial batch responses: one bad message fails alone.

A message that no retry can help is parked in the dead-letter queue at once; one that may pass later is
reported as failed, so that the queue delivers it again and, after the last try, parks it itself.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from hashlib import sha256
from typing import Any, Generic, Protocol, Self, TypeVar, get_args

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from pydantic import ValidationError
from pydantic_core import from_json

from linli.aws import client
from linli.believing import DEVICE_ACTIONS, Believes, DeviceAction
from linli.contracts import Contract
from linli.dead_letters import park
from linli.device_messages import Body
from linli.errors import DeviceNotKnown, InvalidRequest, LinliError
from linli.events import Event, Fact, parse_event
from linli.instants import from_millis
from linli.mqtt import Handled, Listening, handle
from linli.observability import observed
from linli.reading import read_as

Kind = TypeVar("Kind", bound=Fact)
# A device speaks seconds after it was registered, and the bus may lag: the second and third try of three.
AGAIN_AFTER_S = (5, 60)


class _SQSEvent(Protocol):
    def to_dict(self) -> dict[str, Any]: ...


BatchAnswer = dict[str, Any]
Trigger = Callable[[_SQSEvent], BatchAnswer]


@dataclass(frozen=True, slots=True)
class Delivery:
    """When a message came to its queue, and was first taken out; `times`: how often it has been.

    No queue says when it delivers again: that is after the visibility timeout, and as much later as it likes.
    """

    sent_at: datetime
    first_at: datetime
    times: int

    @classmethod
    def of(cls, attributes: Mapping[str, str]) -> Self:
        """What SQS says of a message."""
        sent = attributes["SentTimestamp"]
        first = attributes.get("ApproximateFirstReceiveTimestamp", sent)
        return cls(
            from_millis(int(sent)), from_millis(int(first)), int(attributes["ApproximateReceiveCount"])
        )


@dataclass(slots=True)
class _Batch:
    """One outcome per message, in order: Lambda ignores that member, people and `linli replay` read it."""

    record: Callable[[str, "Delivery"], str]

    def answer(self, event: dict[str, Any]) -> BatchAnswer:
        outcomes: list[str] = []

        def one(record: dict[str, Any]) -> None:
            outcomes.append("failed")
            delivery = Delivery.of(record["attributes"])
            try:
                outcomes[-1] = self.record(record["body"], delivery)
            except DeviceNotKnown:
                _again_soon(record, delivery)
                raise

        processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
        response = process_partial_response(event=event, record_handler=one, processor=processor)
        return {**response, "outcomes": outcomes}


def _again_soon(record: Mapping[str, Any], delivery: Delivery) -> None:
    """Let a message come again as soon as the word that it waits for may be here, however slow its queue.

    When that cannot be said, it comes after the queue's own time.
    """
    _, _, _, _, account, name = record["eventSourceARN"].split(":")
    queues = client("sqs")
    with suppress(*_failures()):
        queues.change_message_visibility(
            QueueUrl=f"{queues.meta.endpoint_url}/{account}/{name}",
            ReceiptHandle=record["receiptHandle"],
            VisibilityTimeout=AGAIN_AFTER_S[min(delivery.times, len(AGAIN_AFTER_S)) - 1],
        )


def _failures() -> tuple[type[Exception], ...]:
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415  as in linli.aws

    return BotoCoreError, ClientError


def device_queue(
    model: type[Body], *, believes: Believes, asks_itself: bool = False
) -> Callable[[Handled[Body]], Trigger]:
    """For a function behind a queue that a topic rule fills: `function(message) -> answer`.

    `believes`: whom it believes, and no other kind of device; see `Listening` for the rest.
    """
    listening = Listening(believes, asks_itself)

    def decorate(function: Handled[Body]) -> Trigger:
        DEVICE_ACTIONS.append(DeviceAction(function.__module__, function.__name__, believes))

        def record(body: str, _: Delivery) -> str:
            try:
                event = from_json(body)
            except ValueError:
                event = None
            return handle(event, model, function, body, listening)

        @wraps(function)
        def handler(event: _SQSEvent) -> BatchAnswer:
            return _Batch(record).answer(event.to_dict())

        return handler

    return decorate


@dataclass(frozen=True, slots=True)
class Received(Generic[Kind]):
    """A fact another service published, and how it came to its queue."""

    event: Event
    fact: Kind
    delivery: Delivery


CONSUMERS: dict[str, frozenset[type[Fact]]] = {}
"""The facts that each function of the bus takes, by its module: its rule has to route just these to it."""


def facts_of(function: Callable[[Received[Any]], str]) -> frozenset[type[Fact]]:
    """The facts that a function says it takes: `received: Received[One | Another]`."""
    (received,) = (each for name, each in function.__annotations__.items() if name != "return")
    (said,) = get_args(received)
    return frozenset(get_args(said) or (said,))


def bus_queue(function: Callable[[Received[Any]], str]) -> Trigger:
    """For a function behind a queue that rules of the bus fill: `function(received) -> outcome`.

    It takes the facts that its annotation names; any other is parked.
    """
    taken = CONSUMERS[function.__module__] = facts_of(function)

    def record(body: str, delivery: Delivery) -> str:
        try:
            return _handled(body, delivery, function, taken)
        except LinliError as error:
            if error.retryable:
                raise
            park(body, error)
            return error.slug

    @wraps(function)
    def handler(event: _SQSEvent) -> BatchAnswer:
        return _Batch(record).answer(event.to_dict())

    return handler


Task = TypeVar("Task", bound=Contract)


def task_queue(model: type[Task]) -> Callable[[Callable[[Task, Delivery], str]], Trigger]:
    """For a function behind a queue of its own service's tasks: `function(task, delivery) -> outcome`."""

    def decorate(function: Callable[[Task, Delivery], str]) -> Trigger:
        name = function.__name__

        def record(body: str, delivery: Delivery) -> str:
            try:
                with observed(name, sha256(body.encode()).hexdigest()[:16]) as attempt:
                    attempt.outcome = function(_task(body, model), delivery)
            except LinliError as error:
                if error.retryable:
                    raise
                park(body, error)
                return error.slug
            return attempt.outcome

        @wraps(function)
        def handler(event: _SQSEvent) -> BatchAnswer:
            return _Batch(record).answer(event.to_dict())

        return handler

    return decorate


def _task(body: str, model: type[Task]) -> Task:
    try:
        return read_as(model, body)
    except ValidationError as error:
        raise InvalidRequest.from_validation(error) from error


def _handled(
    body: str, delivery: Delivery, function: Callable[[Received[Any]], str], taken: frozenset[type[Fact]]
) -> str:
    name = function.__name__
    try:
        event, fact = parse_event(body, taken)
    except LinliError:
        with observed(name, "unreadable"):
            raise
    with observed(name, f"{event.source}:{event.id}", community=fact.community) as attempt:
        attempt.outcome = function(Received(event, fact, delivery))
    return attempt.outcome
