"""Who lived in a home together: whose days a bill holds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from functions.utilities.households.models import Stay
from functions.utilities.households.stays import lived
from functions.utilities.local_days import DAY


@dataclass(frozen=True, slots=True)
class Tenancy:
    """The days of people who lived together, one after the other or at once; `stays` is None where nobody was
    ever known to live, and empty while nobody did.
    """

    first: date | None
    last: date | None
    stays: tuple[Stay, ...] | None

    @property
    def key(self) -> str:
        """Its first day, which names it among those of its home; empty of the first one."""
        return self.first.isoformat() if self.first else ""

    def holds(self, day: date) -> bool:
        """Whether a day is one of its days."""
        return (self.first or date.min) <= day <= (self.last or date.max)

    def persons(self, first: date, last: date) -> list[str] | None:
        """Who of them lived there on these days."""
        if self.stays is None:
            return None
        return sorted({each.person for each in self.stays if each.meets(first, last)})


def tenancies(stays: Iterable[Stay]) -> list[Tenancy]:
    """A home's tenancies in order; together they hold every day, those on which nobody lived there too.

    A new one begins when all who come were not there before: a family that grows or shrinks stays one.
    """
    groups: list[list[Stay]] = []
    for each in lived(stays):
        if groups and _go_on(groups[-1], each):
            groups[-1].append(each)
        else:
            groups.append([each])
    if not groups:
        return [Tenancy(None, None, None)]
    found: list[Tenancy] = []
    for number, group in enumerate(groups):
        following = groups[number + 1][0].since if number + 1 < len(groups) else None
        last = _last(group)
        found.append(Tenancy(group[0].since, last, tuple(group)))
        if last is not None and (following is None or last + DAY < following):
            found.append(Tenancy(last + DAY, following - DAY if following else None, ()))
    return found


def _go_on(group: Sequence[Stay], following: Stay) -> bool:
    last = _last(group)
    together = last is None or (following.since or date.min) <= last
    return together or following.person in {each.person for each in group}


def _last(group: Iterable[Stay]) -> date | None:
    ends = [each.until for each in group]
    return None if None in ends else max(end for end in ends if end)
