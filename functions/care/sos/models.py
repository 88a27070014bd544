"""What somebody who calls for help is told."""

from linli.contracts import Contract
from linli.device_messages import DeviceAnswer
from linli.ids import Id
from linli.instants import Instant


class Call(Contract):
    """A call for help; the time is ours."""


class Called(Contract):
    """Help is being called. `outcome`: whether this press opened the alert or joined it."""

    outcome: str
    alert: Id
    opened_at: Instant


class ButtonAnswer(DeviceAnswer):
    """What the button is told, so that it can give a sign: help is being called."""

    alert: Id | None = None
    opened_at: Instant | None = None
