"""What a door contact tells."""

from typing import Annotated, Literal, Self

from pydantic import model_validator

from linli.contracts import Contract
from linli.device_messages import DeviceEvent
from linli.errors import InvalidField
from linli.ids import Id
from linli.instants import Instant
from linli.odd_fields import MEANT

DoorFact = Literal["entered", "forced", "held_open", "closed"]


class DoorEvent(DeviceEvent):
    """What a door did. An entry is told again as `entered_again`, or comes before its pass.

    `door`: what happened. `pass_event_id`: the `event_id` of the gate pass that somebody entered on, or the
    `opening` of a command: goes with `entered`, and only with it.
    """

    door: DoorFact
    pass_event_id: Annotated[Id | None, MEANT] = None

    @model_validator(mode="after")
    def _entered_names_its_pass(self) -> Self:
        if (self.door == "entered") == (self.pass_event_id is None):
            raise InvalidField("pass_with_entered")
        return self


class DoorRecord(Contract):
    """A door event as people read it. `happened_at` is the door's own time, ours where it has none."""

    gate: Id
    event_id: Id
    id_reused: bool
    door: DoorFact
    happened_at: Instant
    occurred_at: Instant
    received_at: Instant
    clock_off: bool
    pass_event_id: Id | None
