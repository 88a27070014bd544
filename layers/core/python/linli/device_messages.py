"""What a device publishes on `linli/<community>/<device>/<action>`, and what it is answered: data, no I/O.

The topic rule hands the payload over as base64, untouched, so that `parse` is the one place that reads it:

    SELECT encode(*, 'base64') AS payload, topic() AS topic, clientid() AS client_id,
           timestamp() AS received_at_ms FROM 'linli/+/+/<action>'
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import not_
from typing import Annotated, Any, Generic, TypeVar

from pydantic import Base64Bytes, Field, ValidationError

from linli.contracts import Contract
from linli.errors import InvalidRequest
from linli.ids import Id, is_id
from linli.instants import DEVICE_CLOCK_TOLERANCE, Instant, from_millis

LARGEST_MILLIS = 253_402_300_799_999  # 9999-12-31, the last a datetime can hold
TOPIC_ROOT = "linli"
TOPIC_LEVELS = 4
LONGEST_OFFLINE = timedelta(days=30)  # what is told later still has outlived what we keep of its kind


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
    """What a device is told; `outcome` is also the metric's.

    `id_reused` is said only when it is so: the id was another message's before, and this one was decided by
    itself.
    """

    event_id: Id
    outcome: str
    id_reused: Annotated[bool, Field(exclude_if=not_)] = False


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
class DeviceMessage(Generic[Body]):
    """A parsed message of a device that may publish where it did."""

    community: str
    device: str
    action: str
    received_at: datetime
    body: Body

    @property
    def topic(self) -> Topic:
        """Where it was published."""
        return Topic(self.community, self.device, self.action)

    @property
    def clock_off(self) -> bool:
        """Whether the device's clock is more than five minutes from ours."""
        return abs(self.body.occurred_at - self.received_at) > DEVICE_CLOCK_TOLERANCE

    @property
    def clock_ahead(self) -> bool:
        """Whether it tells of something that has not happened yet: no time offline explains that."""
        return self.body.occurred_at - self.received_at > DEVICE_CLOCK_TOLERANCE

    @property
    def decided_at(self) -> datetime:
        """The time of a question that waits at the door: the device's while it is believable, else ours."""
        return self.received_at if self.clock_off else self.body.occurred_at

    def happened_at(self, kept: timedelta = LONGEST_OFFLINE) -> datetime:
        """The time of what is told, however late: the device's, up to its arrival; ours when it has none.

        `kept`: how long such things are kept; what would be older is no time.
        """
        return self.received_at if self.timeless(kept) else min(self.body.occurred_at, self.received_at)

    def timeless(self, kept: timedelta = LONGEST_OFFLINE) -> bool:
        """Whether the device has no clock to speak of: it is ahead, or where clocks begin (1970, 2000)."""
        return self.clock_ahead or self.body.occurred_at < self.received_at - kept

    @property
    def correlation_id(self) -> str:
        """`<device>:<event_id>`, the same on every delivery."""
        return f"{self.device}:{self.body.event_id}"


def parse(event: Any, model: type[Body]) -> DeviceMessage[Body]:
    """The message inside a rule event.

    Raises InvalidRequest when any part is not as declared, or when topic, client id and payload disagree.
    """
    try:
        rule_event = RuleEvent.model_validate(event, strict=False)
        body = model.model_validate_json(rule_event.payload)
    except ValidationError as error:
        raise InvalidRequest.from_validation(error) from error
    topic = Topic.parse(rule_event.topic)
    if topic is None:
        raise InvalidRequest("topic: is not linli/<community>/<device>/<action>")
    if rule_event.client_id != topic.device:
        raise InvalidRequest("topic: names another device than the MQTT client id")
    if (body.community or topic.community, body.device or topic.device) != (topic.community, topic.device):
        raise InvalidRequest("body: names another community or device than the topic")
    received_at = from_millis(rule_event.received_at_ms)
    return DeviceMessage(topic.community, topic.device, topic.action, received_at, body)
