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
from typing import Any, Generic, Protocol, Self, TypeVar, Unpack, get_args

from chalice.app import Blueprint
from pydantic import ValidationError

from linli.aws import client, failures
from linli.contracts import Contract
from linli.dead_letters import park
from linli.errors import DeviceNotKnown, InvalidRequest, LinliError
from linli.events import Event, Fact, parse_event
from linli.instants import from_millis
from linli.observability import observed
from linli.reading import read_as
from linli.triggers import Cron, Trigger, Works, behind_a_queue

Kind = TypeVar("Kind", bound=Fact)
# A device speaks seconds after it was registered, and the bus may lag: the second and third try of three.
AGAIN_AFTER_S = (5, 60)


class _SQSEvent(Protocol):
    def to_dict(self) -> dict[str, Any]: ...


BatchAnswer = dict[str, Any]
Handler = Callable[[_SQSEvent], BatchAnswer]
Record = Callable[[str, "Delivery"], str]
CHAIN = "correlation_id"  # the attribute of a task that says who left it
BATCH_SIZE = 10  # of messages that take moments each; a task may take as long as its function


@dataclass(frozen=True, slots=True)
class Delivery:
    """When a message came to its queue, and was first taken out; `times`: how often it has been. `chain`: the
    correlation id of the attempt that left it there, if one did.

    No queue says when it delivers again: that is after the visibility timeout, and as much later as it likes.
    """

    sent_at: datetime
    first_at: datetime
    times: int
    chain: str = ""

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Self:
        """What SQS says of a message."""
        attributes = record["attributes"]
        sent = attributes["SentTimestamp"]
        first = attributes.get("ApproximateFirstReceiveTimestamp", sent)
        said = record.get("messageAttributes", {}).get(CHAIN, {})
        return cls(
            from_millis(int(sent)),
            from_millis(int(first)),
            int(attributes["ApproximateReceiveCount"]),
            said.get("stringValue", ""),
        )


@dataclass(slots=True)
class _Batch:
    """One outcome per message, in order: Lambda ignores that member, people and `linli replay` read it."""

    record: Record

    def answer(self, event: dict[str, Any]) -> BatchAnswer:
        from aws_lambda_powertools.utilities.batch import (  # noqa: PLC0415  a tenth of an API's cold start
            BatchProcessor,
            EventType,
            process_partial_response,
        )

        outcomes: list[str] = []

        def one(record: dict[str, Any]) -> None:
            outcomes.append("failed")
            delivery = Delivery.of(record)
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
    with suppress(*failures()):
        queues.change_message_visibility(
            QueueUrl=f"{queues.endpoint_url}/{account}/{name}",
            ReceiptHandle=record["receiptHandle"],
            VisibilityTimeout=AGAIN_AFTER_S[min(delivery.times, len(AGAIN_AFTER_S)) - 1],
        )


def _or_parked(record: Record) -> Record:
    """What no retry can help is parked, its reason the outcome."""

    def parking(body: str, delivery: Delivery) -> str:
        try:
            return record(body, delivery)
        except LinliError as error:
            if error.retryable:
                raise
            park(body, error)
            return error.slug

    return parking


def worked_off(
    blueprint: Blueprint, trigger: Trigger, function: Callable[..., Any], record: Record, size: int
) -> Handler:
    """A function that gets `size` messages at a time, each by `record`."""

    @wraps(function)
    def handler(event: _SQSEvent) -> BatchAnswer:
        return _Batch(record).answer(event.to_dict())

    return behind_a_queue(blueprint, trigger, handler, size)


@dataclass(frozen=True, slots=True)
class Received(Generic[Kind]):
    """A fact another service published, and how it came to its queue."""

    event: Event
    fact: Kind
    delivery: Delivery


def facts_of(function: Callable[[Received[Any]], str]) -> tuple[type[Fact], ...]:
    """The facts that a function says it takes: `received: Received[One | Another]`."""
    (received,) = (each for name, each in function.__annotations__.items() if name != "return")
    (said,) = get_args(received)
    return get_args(said) or (said,)


def bus_queue(
    blueprint: Blueprint, **needs: Unpack[Works]
) -> Callable[[Callable[[Received[Any]], str]], Handler]:
    """For a function behind a queue that a rule of the bus fills: `function(received) -> outcome`.

    It takes the facts that its annotation names; any other is parked.
    """

    def decorate(function: Callable[[Received[Any]], str]) -> Handler:
        name, taken = function.__name__, facts_of(function)
        trigger = Trigger(function.__module__, name, "bus_queue", facts=taken, needs={**needs})

        def record(body: str, delivery: Delivery) -> str:
            return _handled(body, delivery, function, taken)

        return worked_off(
            blueprint, trigger, function, _or_parked(record), needs.get("batch_size", BATCH_SIZE)
        )

    return decorate


Task = TypeVar("Task", bound=Contract)


def task_queue(
    blueprint: Blueprint, model: type[Task], *, cron: Cron | None = None, **needs: Unpack[Works]
) -> Callable[[Callable[[Task, Delivery], str]], Handler]:
    """For a function behind a queue of its own service's tasks: `function(task, delivery) -> outcome`.

    `cron`: what puts `{"scheduled_at": <time>}` into the queue, as one more task.
    """

    def decorate(function: Callable[[Task, Delivery], str]) -> Handler:
        name, schedule = function.__name__, f"cron({cron.fields})" if cron else ""
        trigger = Trigger(
            function.__module__,
            name,
            "task_queue",
            schedule=schedule,
            meaning=cron.meaning if cron else "",
            needs={**needs},
        )

        def record(body: str, delivery: Delivery) -> str:
            with observed(name, delivery.chain or sha256(body.encode()).hexdigest()[:16]) as attempt:
                attempt.outcome = function(_task(body, model), delivery)
            return attempt.outcome

        return worked_off(blueprint, trigger, function, _or_parked(record), needs.get("batch_size", 1))

    return decorate


def _task(body: str, model: type[Task]) -> Task:
    try:
        return read_as(model, body)
    except ValidationError as error:
        raise InvalidRequest.from_validation(error) from error


def _handled(
    body: str, delivery: Delivery, function: Callable[[Received[Any]], str], taken: tuple[type[Fact], ...]
) -> str:
    name = function.__name__
    try:
        event, fact = parse_event(body, taken)
    except LinliError:
        with observed(name, "unreadable"):
            raise
    named = f"{event.source}:{event.id}"
    with observed(name, event.chain, community=fact.community, event=named) as attempt:
        attempt.outcome = function(Received(event, fact, delivery))
    return attempt.outcome
