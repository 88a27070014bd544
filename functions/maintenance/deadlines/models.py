"""The clocks of a ticket as it carries them."""

from datetime import datetime
from typing import Literal

from linli.contracts import Contract
from linli.instants import Instant

ClockName = Literal["respond", "arrive", "resolve"]


class Clock(Contract):
    """One deadline. `first_due_at` is what was promised at the start, `due_at` with pauses added."""

    first_due_at: Instant
    due_at: Instant
    warn_at: Instant
    met_at: Instant | None = None
    warned: bool = False
    breached: bool = False

    @property
    def next_at(self) -> datetime | None:
        """When it next asks for something: a warning, then the breach; nothing once met or breached."""
        if self.met_at is not None or self.breached:
            return None
        return self.due_at if self.warned else min(self.warn_at, self.due_at)

    @property
    def in_time(self) -> bool:
        """Whether it was met before it ran out."""
        return self.met_at is not None and self.met_at <= self.due_at


Clocks = dict[ClockName, Clock]
