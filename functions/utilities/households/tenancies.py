"""Who lived in a home when (入住、退租), by local days: whose days a bill holds, and who sees what."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from functions.utilities.local_days import DAY


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


Place = tuple[str, str | None, str | None]
"""A home, the first day there, the last; None where it is not known, or still to come."""
Move = tuple[int, str | None, list[str]]
"""A membership's version, the local day it was told, and the homes from then on."""


def moved(stays: Sequence[Place], homes: Sequence[str], day: str | None) -> list[Place]:
    """A person's stays when they live in `homes` from this local day on; that of leaving is still theirs."""
    there = {home for home, _, until in stays if until is None}
    ended: list[Place] = [
        (home, since, day if until is None and home not in homes else until) for home, since, until in stays
    ]
    return [*ended, *((home, day, None) for home in homes if home not in there)]


def stays_after(moves: Iterable[Move], said: Mapping[str, Sequence[str | None]]) -> list[Place]:
    """A person's stays, whatever the order in which their moves were told. `said`: what a manager said of the
    days in a home, the last time they lived there.
    """
    stays: list[Place] = []
    for _, day, homes in sorted(moves, key=lambda each: each[0]):
        stays = moved(stays, homes, day)
    for home, (since, until) in said.items():
        last = max((number for number, each in enumerate(stays) if each[0] == home), default=None)
        there = (home, None, None) if last is None else stays[last]
        others = [each for number, each in enumerate(stays) if number != last]
        stays = [*others, (home, since or there[1], until or there[2])]
    return stays


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


def lived(stays: Iterable[Stay]) -> list[Stay]:
    """The stays of a home in order: who leaves on the day that another comes left the day before, and who
    came first has been there from ever, since nobody is known to have lived there before.
    """
    known = list(stays)
    trimmed = [_before_the_next(each, known) for each in known]
    ordered = sorted(
        (each for each in trimmed if (each.since or date.min) <= (each.until or date.max)),
        key=lambda each: (each.since or date.min, each.person, each.until or date.max),
    )
    if not ordered:
        return []
    start = ordered[0].since
    return [replace(each, since=None) if each.since == start else each for each in ordered]


def _before_the_next(stay: Stay, stays: Sequence[Stay]) -> Stay:
    came = any(each.since == stay.until and each.person != stay.person for each in stays if each.since)
    return replace(stay, until=stay.until - DAY) if came and stay.until else stay


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


def seen(stays: Iterable[Stay], person: str) -> list[Stay]:
    """The days of a home that a person may see: those on which they lived there."""
    return [each for each in lived(stays) if each.person == person]
