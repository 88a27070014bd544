"""What a device publishes on `linli/<community>/<device>/<action>`, and what it is answered: data, no I/O.

The topic rule hands the payload over as base64, untouched, so that `read` is the one place that reads it:

    SELECT encode(*, 'base64') AS payload, topic() AS topic, clientid() AS client_id,
           timestamp() AS received_at_ms FROM 'linli/+/+/<action>'
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import not_
from typing import Annotated, Any, Generic, TypeVar

from pydantic import Base64Bytes, BeforeValidator, Field, ValidationError

from linli import odd_fields
from linli.contracts import Contract
from linli.errors import InvalidRequest
from linli.ids import Id, is_id
from linli.instants import DEVICE_CLOCK_TOLERANCE, Instant, from_millis
from linli.odd_fields import MEANT, MOST_NAMED

LARGEST_MILLIS = 253_402_300_799_999  # 9999-12-31, the last a datetime can hold
TOPIC_ROOT = "linli"
TOPIC_LEVELS = 4
LONGEST_OFFLINE = timedelta(days=30)  # what is told later still has outlived what we keep of its kind


def _whole(value: Any) -> Any:
    """An integer that came as `5.0`, as languages write it that know one kind of number."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


WholeNumber = Annotated[int, BeforeValidator(_whole)]


class DeviceEvent(Contract):
    """What every device message carries. What else may be left out is when it makes no sense, unless MEANT.

    `event_id`: makes a repeat harmless; never used again by this device for anything else, best a ULID or a
    UUID in lower case. `seq`: one more with each message, so that a gap shows a loss; `5.0` is 5.
    `occurred_at`: when it happened, by the device's clock. `community`, `device`: must agree with the topic.
    """

    event_id: Id
    seq: Annotated[WholeNumber, Field(ge=0, le=2**53)]
    occurred_at: Instant
    community: Annotated[Id | None, MEANT] = None
    device: Annotated[Id | None, MEANT] = None

    def left_out(self) -> tuple[str, ...]:
        """The names of what says nothing, and of what was left out inside members read one by one."""
        return ()


class DeviceAnswer(Contract):
    """What a device is told. What was left out of its message is added as `dropped`, if there is any.

    `event_id`: of the message that it answers. `outcome`: what became of it, as in the log. `id_reused`:
    said only when it is so: the id was another message's before, and this one was decided by itself.
    """

    event_id: Id
    outcome: str
    id_reused: Annotated[bool, Field(exclude_if=not_)] = False


class DeviceCommand(Contract):
    """What a device is told unasked, on its `command` topic. `command`: what it is to do."""

    command: str


class RuleEvent(Contract):
    """What the topic rule hands over."""

    payload: Base64Bytes
    topic: Annotated[str, Field(max_length=256)]
    client_id: Annotated[str, Field(max_length=128)]
    received_at_ms: Annotated[int, Field(ge=0, le=LARGEST_MILLIS)]


Body = TypeVar("Body", bound=DeviceEvent)


@dataclass(frozen=True, slots=True)
class Topic:
    """`linli/<community>/<device>/<action>`, where a device publishes."""

    community: str
    device: str
    action: str

    @classmethod
    def parse(cls, topic: str) -> "Topic | None":
        """The parts of a topic, or None when no device of ours may publish there."""
        levels = topic.split("/")
        if len(levels) != TOPIC_LEVELS or levels[0] != TOPIC_ROOT or not all(map(is_id, levels[1:3])):
            return None
        return cls(*levels[1:])

    @property
    def reply(self) -> str:
        """Where the device waits for its answer."""
        return f"{TOPIC_ROOT}/{self.community}/{self.device}/{self.action}/reply"


def command_topic(community: str, device: str) -> str:
    """Where a device hears what we tell it unasked."""
    return f"{TOPIC_ROOT}/{community}/{device}/command"


@dataclass(frozen=True, slots=True)
class Clocks:
    """When something happened by its device, and when we heard of it by ours."""

    occurred_at: datetime
    received_at: datetime

    @property
    def off(self) -> bool:
        """Whether the device's clock is more than five minutes from ours."""
        return abs(self.occurred_at - self.received_at) > DEVICE_CLOCK_TOLERANCE

    @property
    def ahead(self) -> bool:
        """Whether it tells of something that has not happened yet: no time offline explains that."""
        return self.occurred_at - self.received_at > DEVICE_CLOCK_TOLERANCE

    @property
    def decided_at(self) -> datetime:
        """The time of a question that waits at the door: the device's while it is believable, else ours."""
        return self.received_at if self.off else self.occurred_at

    def happened_at(self, kept: timedelta = LONGEST_OFFLINE) -> datetime:
        """The time of what is told, however late: the device's, up to its arrival; ours when it has none.

        `kept`: how long such things are kept; what would be older is no time.
        """
        return self.received_at if self.timeless(kept) else min(self.occurred_at, self.received_at)

    def timeless(self, kept: timedelta = LONGEST_OFFLINE) -> bool:
        """Whether the device has no clock to speak of: it is ahead, or where clocks begin (1970, 2000)."""
        return self.ahead or self.occurred_at < self.received_at - kept


@dataclass(frozen=True, slots=True)
class DeviceMessage(Generic[Body]):
    """A parsed message of a device that may publish where it did. `dropped`: what was left out of it."""

    community: str
    device: str
    action: str
    received_at: datetime
    body: Body
    dropped: tuple[str, ...] = ()

    @property
    def topic(self) -> Topic:
        """Where it was published."""
        return Topic(self.community, self.device, self.action)

    @property
    def clocks(self) -> "Clocks":
        """When it says it happened, and when it came."""
        return Clocks(self.body.occurred_at, self.received_at)

    @property
    def clock_off(self) -> bool:
        """Whether the device's clock is more than five minutes from ours."""
        return self.clocks.off

    @property
    def clock_ahead(self) -> bool:
        """Whether it tells of something that has not happened yet: no time offline explains that."""
        return self.clocks.ahead

    @property
    def decided_at(self) -> datetime:
        """The time of a question that waits at the door: the device's while it is believable, else ours."""
        return self.clocks.decided_at

    def happened_at(self, kept: timedelta = LONGEST_OFFLINE) -> datetime:
        """The time of what is told, however late: the device's, up to its arrival; ours when it has none.

        `kept`: how long such things are kept; what would be older is no time.
        """
        return self.clocks.happened_at(kept)

    def timeless(self, kept: timedelta = LONGEST_OFFLINE) -> bool:
        """Whether the device has no clock to speak of: it is ahead, or where clocks begin (1970, 2000)."""
        return self.clocks.timeless(kept)

    @property
    def correlation_id(self) -> str:
        """`<device>:<event_id>`, the same on every delivery."""
        return f"{self.device}:{self.body.event_id}"


@dataclass(frozen=True, slots=True)
class Published:
    """A message that nobody has read yet: the device that published it is its topic's."""

    topic: Topic
    received_at: datetime
    payload: bytes


def published(event: Any) -> Published:
    """What a rule event hands over.

    Raises InvalidRequest when it is not as declared, or of another device than the topic's.
    """
    try:
        rule_event = RuleEvent.model_validate(event, strict=False)
    except ValidationError as error:
        raise InvalidRequest.from_validation(error) from error
    topic = Topic.parse(rule_event.topic)
    if topic is None:
        raise InvalidRequest("topic_malformed")
    if rule_event.client_id != topic.device:
        raise InvalidRequest("topic_of_another")
    return Published(topic, from_millis(rule_event.received_at_ms), rule_event.payload)


def read(message: Published, model: type[Body]) -> DeviceMessage[Body]:
    """The message that was published, without what makes no sense in it and may be left out.

    Raises InvalidRequest when the rest is not as declared, or names another device than the topic.
    """
    topic = message.topic
    try:
        body, dropped = odd_fields.read(model, message.payload)
    except ValidationError as error:
        raise InvalidRequest.from_validation(error) from error
    if (body.community or topic.community, body.device or topic.device) != (topic.community, topic.device):
        raise InvalidRequest("body_of_another")
    dropped = (*dropped, *body.left_out())[:MOST_NAMED]
    return DeviceMessage(topic.community, topic.device, topic.action, message.received_at, body, dropped)
