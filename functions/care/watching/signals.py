"""What sensors and services can tell of a person, and what each kind of it proves.

A new kind of sensor is one line of `SENSOR_KINDS` and one of `SENT_BY`, from which its topic rule is made.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator

from linli.contracts import Contract
from linli.device_messages import DeviceEvent, DeviceMessage
from linli.errors import InvalidField
from linli.ids import Id
from linli.instants import Instant
from linli.odd_fields import MEANT
from linli.vocabulary.devices import DeviceKind

Proof = Literal["person", "human", "movement"]
Place = Literal["home", "door", "in", "out"]


@dataclass(frozen=True, slots=True)
class SensorKind:
    """What a kind of signal proves.

    `proof`: that it was this person, some human, or at least something that moves. `place`: in the home, at
    its door, coming in through a gate, going out; None says nothing of it. `topic`: the last level of the
    MQTT topic, None for what other services or the app tell. `by_itself`: nobody has to think of it. `rests`:
    it is silent while nobody is about, so that one that never is proves nothing (`pulses`).
    """

    words: str
    proof: Proof
    place: Place | None
    topic: str | None = None
    by_itself: bool = True
    rests: bool = False


SENSOR_KINDS: dict[str, SensorKind] = {
    "door": SensorKind("the door was used", "human", "door", "door", rests=True),  # 门磁
    "motion": SensorKind("something moved", "movement", "home", "motion", rests=True),  # 红外
    "bed": SensorKind("the bed was used", "person", "home", "bed", rests=True),
    "lamp": SensorKind("a lamp was switched", "human", "home", "lamp", rests=True),
    "camera_seen": SensorKind(
        "the peephole camera saw them", "person", "door", "camera_seen", rests=True
    ),  # 猫眼
    "check_in": SensorKind("the check-in button was pressed", "person", "home", "check_in", by_itself=False),
    "call_button": SensorKind(
        "the call button was pressed", "person", "home", "call_button", by_itself=False
    ),
    "app_check_in": SensorKind("checked in by phone", "person", None),  # 报平安
    "gate_in": SensorKind("came in through a gate", "person", "in"),
    "gate_out": SensorKind("went out through a gate", "person", "out"),
    "visit": SensorKind("a visitor met them", "person", "home"),  # 探访
    "water": SensorKind("water was used", "human", "home", rests=True),
    "electricity": SensorKind("electricity was used", "human", "home", rests=True),
    "gas": SensorKind("gas was used", "human", "home", rests=True),
}


# Whom such a signal is believed from, by topic: the sensor itself, and a gateway for one behind it.
SENT_BY: dict[str, frozenset[DeviceKind]] = {
    "door": frozenset({"door_magnet", "gateway"}),
    "motion": frozenset({"infrared", "gateway"}),
    "bed": frozenset({"bed", "gateway"}),
    "lamp": frozenset({"lamp", "gateway"}),
    "camera_seen": frozenset({"camera"}),
    "check_in": frozenset({"sos_button", "gateway"}),
    "call_button": frozenset({"sos_button", "gateway"}),
}


def _known(kind: str) -> str:
    if kind not in SENSOR_KINDS:
        raise InvalidField("none_of_kinds", kinds=list(SENSOR_KINDS))
    return kind


Kind = Annotated[str, AfterValidator(_known)]


class Signal(DeviceEvent):
    """The one form of a signal (信号); the topic says of which kind it is.

    `sensor`: the sensor behind the gateway (网关) that publishes; without it, the device itself.
    """

    sensor: Annotated[Id | None, MEANT] = None


class Sign(Contract):
    """A signal as the rules see it. `key` tells it from all others: a repeat has the same.

    `devices`: the sensor that spoke and the device that published for it; none when the app told.
    `came_in`: when it reached us, before it waited in a queue of ours. `dated_by_us`: `at` is when it came
    in, so that only its key tells a repeat. `doubtful`: it may be much older, since its clock is wrong, as
    `clock` says in words.
    """

    kind: Kind
    at: Instant
    key: str
    devices: frozenset[Id] = frozenset()
    came_in: Instant | None = None
    dated_by_us: bool = False
    doubtful: bool = False
    clock: str = ""


def speaks_for_itself(message: DeviceMessage[Signal]) -> bool:
    """Whether the sensor has a connection of its own, on which it speaks as it senses."""
    return message.body.sensor in {None, message.device}


def happened_at(message: DeviceMessage[Signal]) -> datetime:
    """When it happened: as the device says, since what was kept offline is old, but never in the future.

    `DeviceMessage.decided_at` would make what a gateway replays after hours a sign of life of now. So would
    our time for the 1970 of a gateway, which keeps what it heard; a sensor that speaks for itself without
    any clock speaks of now.
    """
    if message.clock_ahead or (message.timeless() and speaks_for_itself(message)):
        return message.received_at
    return min(message.body.occurred_at, message.received_at)


def clock_of(message: DeviceMessage[Signal]) -> str:
    """What is wrong with the clock of a message, in words; nothing when it may be as late as it says."""
    if message.clock_ahead:
        return "a clock that is ahead"
    return f"a clock of {message.body.occurred_at.year}" if message.timeless() else ""


def is_reused(key: str, others: Iterable[str]) -> bool:
    """Whether the id in the key of a sign, `<device>:<id>~<digest>`, is in others with another digest."""
    identity, (id, _, digest) = key.partition("@")[0], key.partition("~")  # noqa: A001  the field's name
    before = {other.partition("@")[0] for other in others if other.startswith(f"{id}~")}
    return bool(digest) and bool(before - {identity})
