"""Where somebody is, and which silences were outings: what the signs of the last day tell, in the order in
which they happened, however they arrived.

An outing that the door told of begins with it. One that it did not is told by what follows: who is heard at
the door after a long silence, and in the home soon after it, has come back. Until that is known the silence
teaches nothing.
"""

from bisect import bisect
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from functions.care.watching.rhythm import SHORTEST_OUTING, Gap
from functions.care.watching.signals import SENSOR_KINDS
from linli.instants import Instant

Where = Literal["home", "out", "away", "unknown"]
AT_HOME: frozenset[Where] = frozenset({"home", "unknown"})

LEAVING = timedelta(hours=2)  # who has just said they are away may still be packing
AT_THE_DOOR = timedelta(minutes=10)  # one leaving or coming back opens and shuts the door more than once
STILL_ABOUT = timedelta(minutes=2)  # a sensor may still tell of the way to the door
COME_IN = timedelta(minutes=20)  # who has come back is heard in the home by then
LONG_SILENCE = timedelta(hours=1)  # a shorter one before the door is no outing
LATE = timedelta(days=1)  # so late a sign may come and still teach what it would have
MOST_LATELY = 64  # signs

CUT = ""  # nothing is known of the silence before nor of the one after
SAID: dict[str, Where] = {"away": "away", "unknown": "unknown", "out": "out"}  # by people; cuts as well
MS = timedelta(milliseconds=1)

Moment = tuple[Annotated[int, Field(ge=0)], str]  # Unix ms; a kind of signal, or a cut
Lately = tuple[Moment, ...]


class Place(NamedTuple):
    """Where somebody is, since when; `told`: nothing has cut off what is known since then."""

    where: Where
    since: Instant
    told: bool = True


class Past(NamedTuple):
    """What is remembered: the `place` at the first of the moments, and the moments in their order."""

    place: Place
    lately: Lately


def moment(at: datetime, what: str) -> Moment:
    """A sign, or what people said, as it is remembered."""
    return round((at - datetime.fromtimestamp(0, UTC)) / MS), what


def instant(of: Moment) -> datetime:
    """When a moment was."""
    return datetime.fromtimestamp(of[0] / 1000, UTC)


def is_cut(of: Moment) -> bool:
    """Whether silences end here without having taught anything."""
    return of[1] == CUT or of[1] in SAID


def with_moment(past: Past, new: Moment) -> Past:
    """With one more moment, wherever it belongs. One that is there, or is older than all, changes nothing."""
    index = bisect(past.lately, new)
    if index == 0 or past.lately[index - 1] == new or past.lately[index - 1][1] == new[1] == CUT:
        return past
    return Past(past.place, (*past.lately[:index], new, *past.lately[index:]))


def step(place: Place, kind: str, at: datetime, *, sees: bool) -> Place:
    """Where somebody is after a sign, or what people said. `sees`: sensors would tell of them at home."""
    if kind == CUT:
        return place._replace(told=False)
    if kind in SAID:
        return place if SAID[kind] == place.where else Place(SAID[kind], at)
    where = _where(place, SENSOR_KINDS[kind].place, at, sees=sees)
    return place if where is None else Place(where, at)


def _where(place: Place, seen: str | None, at: datetime, *, sees: bool) -> Where | None:
    """None: as before."""
    settling = LEAVING if place.where == "away" else AT_THE_DOOR if seen == "door" else STILL_ABOUT
    match place.where, seen:
        case (_, None) | ("away", "door" | "out") | ("home", "home" | "in") | ("out", "out"):
            return None
        case ("away", _) | ("out", "door" | "home") | ("home", "door") if at - place.since < settling:
            return None
        case ("home" | "unknown", "out"):
            return "out"
        case ("home" | "unknown", "door"):
            return "out" if sees else "unknown"
    return "home"


def now(past: Past, *, sees: bool) -> Place:
    """Where somebody is after all of it."""
    place = past.place
    for each in past.lately[1:]:
        place = step(place, each[1], instant(each), sees=sees)
    return place


def gaps(past: Past, *, sees: bool) -> list[Gap]:
    """What all of it teaches: silences at home and outings that ended well."""
    return _walked(past, len(past.lately), sees=sees)[1]


def condensed(past: Past, *, sees: bool) -> tuple[Past, list[Gap]]:
    """Without what is too old for anything to come before it; and what that has taught, for good."""
    lately = past.lately
    oldest = lately[-1][0] - LATE // MS
    first = max(len(lately) - MOST_LATELY, 0)
    while first < len(lately) - 1 and lately[first + 1][0] < oldest:
        first += 1
    place, found = _walked(past, first + 1, sees=sees)
    return Past(place, lately[first:]), found


def _walked(past: Past, until: int, *, sees: bool) -> tuple[Place, list[Gap]]:
    """The place at the last of so many moments, and what they have taught."""
    place, found = past.place, []
    for index in range(1, until):
        before, place = place, step(place, past.lately[index][1], instant(past.lately[index]), sees=sees)
        silence = _taught(past.lately, index, before, place)
        if silence is not None:
            found.append(silence)
    return place, found


def _taught(lately: Sequence[Moment], index: int, before: Place, after: Place) -> Gap | None:
    """What the silence that ended with a moment teaches."""
    if is_cut(lately[index]):
        return None
    since, until = instant(lately[index - 1]), instant(lately[index])
    if before.where == "out":
        ended = after.where in AT_HOME and before.told
        return Gap(before.since, until, outing=True) if ended else None
    if before.where not in AT_HOME or is_cut(lately[index - 1]):
        return None
    came_in = _came_in(lately, index) if before.where == "home" else False
    return None if came_in is None else Gap(since, until, outing=came_in)


def _came_in(lately: Sequence[Moment], index: int) -> bool | None:
    """Whether who was heard after a silence had been out, unheard; None while nobody can tell."""
    ms, kind = lately[index]
    place, length = SENSOR_KINDS[kind].place, (ms - lately[index - 1][0]) * MS
    if place == "in":
        return length >= SHORTEST_OUTING
    if place != "door" or length < LONG_SILENCE:
        return False
    for later, what in lately[index + 1 :]:
        if (later - ms) * MS > COME_IN:
            return False
        if what not in SENSOR_KINDS or SENSOR_KINDS[what].place == "home":
            return what in SENSOR_KINDS
    return None
