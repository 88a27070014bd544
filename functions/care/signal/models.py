"""What a sensor is told."""

from operator import not_
from typing import Annotated

from pydantic import Field

from linli.device_messages import DeviceAnswer


class SignalAnswer(DeviceAnswer):
    """What its sign changed.

    `clock_off`: said only when it is so: the time it tells is none.
    """

    clock_off: Annotated[bool, Field(exclude_if=not_)] = False
