"""Who lived in a home, and how a person moved: as they are told, and as they are kept."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Stay:
    """The days that a person lived in a home, both included. Without `since`: from ever; without `until`:
    still.
    """

    person: str
    since: date | None = None
    until: date | None = None

    def meets(self, first: date, last: date) -> bool:
        """Whether the person lived there on one of these days."""
        return (self.since or date.min) <= last and first <= (self.until or date.max)


HomeDays = tuple[str, str | None, str | None]
"""A home, the first day there, the last; None where it is not known, or still to come."""


Move = tuple[int, str | None, list[str]]
"""A membership's version, the local day it was told, and the homes from then on."""
