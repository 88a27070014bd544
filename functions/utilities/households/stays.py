"""On which local days somebody lived in a home (入住、退租), whatever the order in which that was told."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from functions.utilities.households.models import HomeDays, Move, Stay
from functions.utilities.local_days import DAY


def after_move(stays: Sequence[HomeDays], homes: Sequence[str], day: str | None) -> list[HomeDays]:
    """A person's stays when they live in `homes` from this local day on; that of leaving is still theirs."""
    there = {home for home, _, until in stays if until is None}
    ended: list[HomeDays] = [
        (home, since, day if until is None and home not in homes else until) for home, since, until in stays
    ]
    return [*ended, *((home, day, None) for home in homes if home not in there)]


def stays_after(moves: Iterable[Move], said: Mapping[str, Sequence[str | None]]) -> list[HomeDays]:
    """A person's stays, whatever the order in which their moves were told. `said`: what a manager said of the
    days in a home, the last time they lived there.
    """
    stays: list[HomeDays] = []
    for _, day, homes in sorted(moves, key=lambda each: each[0]):
        stays = after_move(stays, homes, day)
    for home, (since, until) in said.items():
        last = max((number for number, each in enumerate(stays) if each[0] == home), default=None)
        there = (home, None, None) if last is None else stays[last]
        others = [each for number, each in enumerate(stays) if number != last]
        stays = [*others, (home, since or there[1], until or there[2])]
    return stays


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


def seen(stays: Iterable[Stay], person: str) -> list[Stay]:
    """The days of a home that a person may see: those on which they lived there."""
    return [each for each in lived(stays) if each.person == person]
