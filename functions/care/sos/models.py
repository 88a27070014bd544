"""What somebody who calls for help is told."""

from datetime import datetime

from linli.contracts import Contract
from linli.device_messages import DeviceAnswer
from linli.ids import Id
from linli.instants import Instant


class Call(Contract):
    """A call for help; the time is ours."""


class Called(Contract):
    """Help is being called. `outcome`: whether this press opened the alert, joined it, or is one told again.

    `id_reused`: its id had come before, as another press.
    """

    outcome: str
    alert: Id
    opened_at: Instant
    id_reused: bool = False


class ButtonAnswer(DeviceAnswer):
    """What the button is told, so that it can give a sign: help is being called.

    `clock_off`: it has no clock to speak of. `id_reused`: its id had come before, as another press.
    """

    alert: Id | None = None
    opened_at: datetime | None = None
    clock_off: bool = False
    id_reused: bool = False
