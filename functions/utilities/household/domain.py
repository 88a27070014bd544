"""When somebody moved in and out."""

from collections.abc import Sequence
from datetime import date

from functions.utilities.household.models import StayTold
from linli.errors import Conflict, InvalidRequest

Place = tuple[str, str | None, str | None]
"""A home, the first day there, the last; None where it is not known, or still to come."""


def moved(stays: Sequence[Place], homes: Sequence[str], day: str) -> list[Place]:
    """A person's stays when they live in `homes` from this local day on; that of leaving is still theirs."""
    there = {home for home, _, until in stays if until is None}
    ended: list[Place] = [
        (home, since, day if until is None and home not in homes else until) for home, since, until in stays
    ]
    return [*ended, *((home, day, None) for home in homes if home not in there)]


def told(stays: Sequence[Place], home: str, said: StayTold, *, lives_there: bool) -> list[Place]:
    """A person's stays when the manager says on which days they lived in a home: of several, the last there.

    Raises InvalidRequest for an end before its beginning, Conflict for a stay without an end of somebody who
    does not live there.
    """
    place = max((number for number, each in enumerate(stays) if each[0] == home), default=None)
    _, since, until = (home, None, None) if place is None else stays[place]
    since = said.since.isoformat() if said.since else since
    until = said.until.isoformat() if said.until else until
    if (since or date.min.isoformat()) > (until or date.max.isoformat()):
        raise InvalidRequest("until: is before since")
    if until is None and not lives_there:
        raise Conflict("this person does not live there: until when did they?")
    others = [each for number, each in enumerate(stays) if number != place]
    return [*others, (home, since, until)]
