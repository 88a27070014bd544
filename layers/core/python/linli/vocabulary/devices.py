"""devices: facts about devices, and what a community may set."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import timedelta
from typing import Annotated, Literal, get_args

from pydantic import Field

from linli.events import Fact, Version
from linli.ids import Id
from linli.instants import Instant
from linli.personal.models import PersonalDataAnswered
from linli.policies import Policy

DeviceKind = Literal[
    "gate", "thermometer", "meter", "door_magnet", "infrared", "bed", "lamp", "camera", "sos_button",
    "gateway",
]  # fmt: skip
Kinds = AbstractSet[DeviceKind]
Believes = Kinds | Mapping[str, Kinds]
"""Which kinds of devices an action believes, or which on each topic. Each action says it with its trigger."""
EVERY_KIND: Kinds = frozenset(get_args(DeviceKind))

HEARTBEAT_MINUTES: dict[DeviceKind, int] = {
    "gate": 5, "gateway": 5, "camera": 5, "thermometer": 10, "bed": 30, "lamp": 30,  # on the mains
    "door_magnet": 60, "infrared": 60, "sos_button": 240, "meter": 1440,  # on a battery for years
}  # fmt: skip


class DevicesPolicy(Policy):
    """The life of devices.

    `heartbeat_minutes`: how often a kind is heard from; those left out as in `HEARTBEAT_MINUTES`. `missed`:
    after how many heartbeats in a row that did not come a device is lost. `low_battery_percent`: at or below
    it somebody should bring a battery.
    """

    PART = "devices"
    heartbeat_minutes: Annotated[
        dict[DeviceKind, Annotated[int, Field(ge=1, le=10_080)]], Field(max_length=len(HEARTBEAT_MINUTES))
    ] = {}
    missed: Annotated[int, Field(ge=2, le=10)] = 3
    low_battery_percent: Annotated[int, Field(ge=1, le=50)] = 15

    def heartbeat_every(self, kind: DeviceKind) -> timedelta:
        """How often a device of this kind is heard from."""
        return timedelta(minutes=self.heartbeat_minutes.get(kind, HEARTBEAT_MINUTES[kind]))


class DeviceRegistered(Fact):
    """A device may connect. `version`, of this and its revocation: which came later, whatever clocks say."""

    TYPE = "linli.devices.device_registered.v1"
    device: Id
    kind: str
    version: Version | None = None

    def entity(self) -> str:
        return self.device


class DeviceRevoked(Fact):
    """A device may no longer connect, nor be believed. `version` as of its registration."""

    TYPE = "linli.devices.device_revoked.v1"
    device: Id
    kind: str | None = None
    version: Version | None = None

    def entity(self) -> str:
        return self.device


class DeviceFaultRaised(Fact):
    """A device is `lost`, of `low-battery` or otherwise at fault; once per `episode`.

    `behind`: the devices that speak through it and are therefore unseen; they are not told of one by one.
    """

    TYPE = "linli.devices.device_fault_raised.v1"
    device: Id
    kind: str
    fault: Id
    episode: Id
    since: Instant
    behind: list[Id] = []

    def entity(self) -> str:
        return self.device


class DeviceFaultCleared(Fact):
    """The device is well again; so are those `behind` it, until they are found lost themselves."""

    TYPE = "linli.devices.device_fault_cleared.v1"
    device: Id
    fault: Id
    episode: Id
    cleared_at: Instant
    behind: list[Id] = []

    def entity(self) -> str:
        return self.device


class DevicesAnswered(PersonalDataAnswered):
    """What devices has done about a person's data."""

    TYPE = "linli.devices.personal_data_answered.v1"
