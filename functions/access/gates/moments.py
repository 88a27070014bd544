"""When something was at a gate, by two clocks; and whether an entry belongs to a pass."""

from dataclasses import dataclass
from datetime import datetime, timedelta

BEFORE_ITS_PASS = timedelta(minutes=5)  # as far as a clock may be off
AFTER_ITS_PASS = timedelta(hours=1)


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
