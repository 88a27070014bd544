"""What a device says when it has nothing else to say, and what it is answered."""

from typing import Annotated

from pydantic import Field

from linli.device_messages import DeviceAnswer, DeviceEvent
from linli.ids import Id


class Heartbeat(DeviceEvent):
    """`via`: the gateway that it speaks through, if it has no connection of its own."""

    battery_percent: Annotated[int, Field(ge=0, le=100)] | None = None
    firmware: Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,64}$")] | None = None
    via: Id | None = None


class HeartbeatAnswer(DeviceAnswer):
    """`every_minutes`: how often the community expects to hear from it."""

    every_minutes: int | None
