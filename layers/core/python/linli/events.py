"""The facts that services tell each other: CloudEvents 1.0 on the bus, and the only coupling between them.

`source` + `id` identify an event: consumers deduplicate by them. `type` is `linli.<service>.<fact>.v1` in the
past tense; `subject` is `<community>/<entity>`, `correlationid` that of the attempt that told it. A changed
meaning is a new version, never an edited one.
"""

from abc import abstractmethod
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, ValidationError
from pydantic_core import to_json

from linli.contracts import Contract
from linli.errors import InvalidRequest
from linli.ids import Id
from linli.instants import Instant
from linli.reading import read_as

LONGEST_CORRELATION = 512
Version = Annotated[int, Field(ge=1)]


class Fact(Contract):
    """Something that happened in a community. A reader ignores members that it does not know, at every depth.

    A new word where one of a few is expected changes the meaning, hence the version: what a reader cannot
    make out is parked, to be redriven to newer code, since passing over it would lose it.
    """

    model_config = Contract.model_config | {"extra": "ignore"}
    TYPE: ClassVar[str]
    community: Id

    @abstractmethod
    def entity(self) -> str:
        """What the fact is about; the second half of the CloudEvent's subject."""


"""By what a bill was paid: a provider, by hand at the counter or the bank, or credits that covered it."""


class Event(Contract):
    """The CloudEvents 1.0 envelope, JSON format.

    `correlationid`: the same in all that one message or request has caused.
    """

    specversion: Literal["1.0"] = "1.0"
    id: Annotated[str, Field(min_length=1, max_length=512)]
    source: Annotated[str, Field(pattern=r"^linli\.[a-z]+$")]
    type: Annotated[str, Field(pattern=r"^linli\.[a-z]+\.[a-z_]+\.v\d+$")]
    subject: str
    time: Instant
    datacontenttype: Literal["application/json"] = "application/json"
    correlationid: Annotated[
        Annotated[str, Field(max_length=LONGEST_CORRELATION)] | None, Field(exclude_if=lambda it: it is None)
    ] = None
    data: dict[str, Any]

    @property
    def chain(self) -> str:
        """The correlation id of what it causes: that of what it was caused by, or what names the event."""
        return self.correlationid or f"{self.source}:{self.id}"


class BusEnvelope(Contract):
    """What EventBridge puts into a queue; only the CloudEvent inside is ours."""

    detail: Event


def envelope(fact: Fact, event_id: str, time: datetime, correlation_id: str = "") -> Event:
    """`fact` as a CloudEvent; `event_id` is derived from what caused it, so that a repeat is recognised."""
    return Event(
        id=event_id,
        source=".".join(fact.TYPE.split(".")[:2]),
        type=fact.TYPE,
        subject=f"{fact.community}/{fact.entity()}",
        time=time,
        correlationid=correlation_id[:LONGEST_CORRELATION] or None,
        data=fact.model_dump(mode="json"),
    )


def parse_event(body: str, facts: Iterable[type[Fact]]) -> tuple[Event, Fact]:
    """The event in a queue message that a rule of the bus wrote.

    Raises InvalidRequest when it is none of `facts` in its declared form.
    """
    known = {fact.TYPE: fact for fact in facts}
    try:
        event = read_as(BusEnvelope, body).detail
        if event.type not in known:
            raise InvalidRequest("fact_not_taken", {"type": event.type})
        return event, read_as(known[event.type], to_json(event.data))
    except ValidationError as error:
        raise InvalidRequest.from_validation(error) from error
