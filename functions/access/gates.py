"""Gates: what an area's gate is, as the manager set it up and as the device registry knows it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from linli.contracts import Contract
from linli.ids import Id

Direction = Literal["in", "out"]
BEFORE_ITS_PASS = timedelta(minutes=5)  # as far as a clock may be off
AFTER_ITS_PASS = timedelta(hours=1)
GateDirection = Literal["in", "out", "both"]


class Gate(Contract):
    """`area`: what the gate leads into. A revoked gate's device is no longer believed."""

    gate: Id
    area: Id
    direction: GateDirection
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """When something was at a gate, by what we believe and by the gate's own clock."""

    at: datetime
    shown_at: datetime

    def leads_to(self, entered: "Moment") -> bool:
        """Whether somebody who passed then may have gone through at `entered`, by either clock: a gate whose
        counter began anew speaks of a later pass under the same id.
        """
        later = (entered.at - self.at, entered.shown_at - self.shown_at)
        return any(-BEFORE_ITS_PASS <= one <= AFTER_ITS_PASS for one in later)
