"""What a device says when it has nothing else to say, and what it is answered."""

from math import isfinite
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from linli.device_messages import DeviceAnswer, DeviceEvent
from linli.ids import Id
from linli.odd_fields import MEANT


def _rounded(value: Any) -> Any:
    """Sensors measure 76.5 %, of which nobody needs the half."""
    return round(value) if isinstance(value, float) and isfinite(value) else value


Percent = Annotated[int, BeforeValidator(_rounded), Field(ge=0, le=100)]


class Heartbeat(DeviceEvent):
    """A device is there.

    `battery_percent`: halves are rounded. `firmware`: its version; visible ASCII characters without a space.
    `via`: the gateway that it speaks through, if it has no connection of its own.
    """

    battery_percent: Percent | None = None
    firmware: Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,64}$")] | None = None
    via: Annotated[Id | None, MEANT] = None


class HeartbeatAnswer(DeviceAnswer):
    """`every_minutes`: how often the community expects to hear from it."""

    every_minutes: int | None
