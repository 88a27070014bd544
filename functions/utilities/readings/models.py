"""Readings of one register, what can become of them, and what was used between two.

Everything is a whole number: instants in milliseconds since the epoch, dials in ticks of their last digit.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

DAY_MS = 86_400_000
Kind = Literal["actual", "estimate", "initial", "final", "corrected"]


Standing = Literal["kept", "held", "conflict", "superseded", "rejected"]


Fate = Literal["kept", "duplicate", "held", "conflict", "superseded"]


@dataclass(frozen=True, slots=True)
class Reading:
    """A dial at an instant. `decided`: a manager has said that it counts.

    A `conflict` stands aside: there is another reading of its instant, or its meter was not in use then.
    """

    at: int
    ticks: int
    kind: Kind = "actual"
    standing: Standing = "kept"
    decided: bool = False

    @property
    def live(self) -> bool:
        """Whether it is the one of its instant: neither in conflict with another nor rejected."""
        return self.standing not in ("conflict", "rejected")

    @property
    def trusted(self) -> bool:
        """Read at the fitting or removal of the meter, or decided by a manager."""
        return self.decided or self.kind in ("initial", "final", "corrected")


class Interval(NamedTuple):
    """What a register advanced, in ticks, from one counting reading to the next."""

    start: int
    end: int
    ticks: int
    estimated: bool
