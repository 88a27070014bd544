"""What somebody who calls for help is told."""

from operator import not_
from typing import Annotated

from pydantic import Field

from linli.contracts import Contract
from linli.device_messages import DeviceAnswer
from linli.ids import Id
from linli.instants import Instant


class Call(Contract):
    """A call for help; the time is ours."""


class Called(Contract):
    """Help is being called. `outcome`: whether this press opened the alert, joined it, or is one told again.

    `id_reused`: its id had come before, as another press; said only when it is so.
    """

    outcome: str
    alert: Id
    opened_at: Instant
    id_reused: Annotated[bool, Field(exclude_if=not_)] = False


class ButtonAnswer(DeviceAnswer):
    """What the button is told, so that it can give a sign: help is being called.

    `alert`: the alert that is open. `opened_at`: since when. `clock_off`: it has no clock to speak of.
    """

    alert: Id | None = None
    opened_at: Instant | None = None
    clock_off: bool = False
