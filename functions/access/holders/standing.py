"""A holder's standing: what is known of whoever holds credentials, be it a resident or a visitor.

A copy of the standing lies on each of the holder's credentials, so that a gate needs one read round trip; a
change writes the original and all copies in one transaction, under one version.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field

from functions.access.gates.models import CredentialKind, Direction
from functions.access.holders.visits import Step, Visit
from linli.contracts import Contract
from linli.ids import Id
from linli.instants import Instant

MOST_CREDENTIALS = 20
SHORTEST = timedelta(milliseconds=1)

Block = Literal["fever", "membership_ended"]
HealthCode = Literal["green", "yellow", "red"]


class Mark(Contract):
    """Whether something holds, and since when we know; the newer mark wins in whatever order they arrive.

    `version`: the publisher's count of its words on it, which says what is newer, where both have one.
    """

    on: bool
    at: Instant
    version: Annotated[int, Field(ge=1)] | None = None

    def beats(self, other: "Mark") -> bool:
        """Whether it is newer; of two at the same time, a block is."""
        if self.version is not None and other.version is not None:
            return self.version > other.version
        return (self.at, self.on) > (other.at, other.on)


class Presence(Contract):
    """The last pass of an area that counts against anti-passback (反潜回)."""

    direction: Direction
    at: Instant


class Passing(Contract):
    """A pass at a gate that tells who goes through, and has not told yet: until then nobody has passed.

    `at`: its turn among the area's passes. `until`: how long the gate is open, by our clock. `entry`: it
    begins, goes on with or ends a visit, `place`: it counts against anti-passback, once somebody has gone
    through. `shown`: by which kind of credential.
    """

    gate: Id
    area: Id
    direction: Direction
    at: Instant
    until: Instant
    entry: bool
    place: bool
    shown: CredentialKind | None = None

    @property
    def step(self) -> Step:
        """What it is to a visit."""
        return Step(area=self.area, direction=self.direction, at=self.at, shown=self.shown)


class Standing(Contract):
    """`credentials` are keyed hashes; `entries_left` is None for those who may come and go (residents).

    `visit`: the last one, where entries are counted.
    `awaited`: who may be going through right now. `reset`: since when staff have said that nobody knows where
    the holder is, by area; what was before counts no more.
    """

    holder: Id
    person: Id | None = None
    blocks: dict[Block, Mark] = {}
    quarantine_until: Instant | None = None
    health_code: HealthCode | None = None
    presence: dict[Id, Presence] = {}
    reset: dict[Id, Instant] = {}
    awaited: list[Passing] = []
    entries_left: Annotated[int, Field(ge=0)] | None = None
    visit: Visit | None = None
    credentials: Annotated[list[str], Field(max_length=MOST_CREDENTIALS)] = []
    version: Annotated[int, Field(ge=0)] = 0
    membership_version: Annotated[int, Field(ge=0)] = 0

    def in_force(self) -> list[Block]:
        """The blocks that hold now, in a stable order."""
        return sorted(block for block, mark in self.blocks.items() if mark.on)

    def marked(self, block: Block, at: datetime, *, on: bool, version: int | None = None) -> "Standing":
        """The standing with `block` set or lifted as of `at`, unless something newer is known of it."""
        known, mark = self.blocks.get(block), Mark(on=on, at=at, version=version)
        if known is not None and not mark.beats(known):
            return self
        return self.model_copy(update={"blocks": {**self.blocks, block: mark}})

    def member(self, version: int, at: datetime, *, ended: bool) -> "Standing":
        """The standing after the directory's word on the membership, unless a later version is known.

        Versions decide and not times: a request that came first may be the one that is carried out last.
        """
        if version <= self.membership_version:
            return self
        blocks = {**self.blocks, "membership_ended": Mark(on=ended, at=at)}
        return self.model_copy(update={"blocks": blocks, "membership_version": version})

    def passing_now(self, area: str, now: datetime) -> list[Passing]:
        """Who may be going through a gate of an area right now, by any of the holder's credentials."""
        return [one for one in self.awaited if one.place and one.area == area and one.until > now]

    def turn(self, area: str, at: datetime, now: datetime) -> datetime:
        """The time to remember of who stands at a gate now: after whoever did before, by any clock."""
        before = [one.at for one in self.passing_now(area, now)]
        before += [self.presence[area].at] if area in self.presence else []
        before += [self.reset[area]] if area in self.reset else []
        before += self.visit.moments() if self.visit else []
        return max([at, *(one + SHORTEST for one in before)])

    def passed(self, area: str, direction: Direction, at: datetime) -> "Standing":
        """The standing after a pass, unless a newer one of that area is known, or staff know better."""
        known, reset = self.presence.get(area), self.reset.get(area)
        if (known is not None and known.at >= at) or (reset is not None and reset >= at):
            return self
        seen = Presence(direction=direction, at=at)
        return self.model_copy(update={"presence": {**self.presence, area: seen}})

    def may_come_in(self, step: Step | None, now: datetime) -> bool:
        """Whether an entry is left for who comes in so, or none is needed since it is on the way of a visit;
        whoever may be going through right now is taken to do so.
        """
        expected = self
        for one in sorted(self.awaited, key=lambda one: one.at):
            if one.entry and one.direction == "in" and one.until > now:
                expected = expected.stepped(one.step)
        if expected.entries_left is None or expected.entries_left > 0:
            return True
        return step is not None and expected.visit is not None and expected.visit.includes(step)

    def stepped(self, step: Step) -> "Standing":
        """The standing after a step of a visit: a new visit takes an entry, where any are left."""
        if self.entries_left is None:
            return self
        if step.direction == "out" or self._on_the_way(step):
            return self.model_copy(update={"visit": self.visit.after(step)}) if self.visit else self
        newer = self.visit is None or step.at >= self.visit.since
        visit = Visit.begun(step) if newer else self.visit
        return self.model_copy(update={"entries_left": max(0, self.entries_left - 1), "visit": visit})

    def _on_the_way(self, step: Step) -> bool:
        return self.visit is not None and self.visit.includes(step)

    def awaiting(self, passing: Passing, now: datetime) -> "Standing":
        """The standing with a passing that the gate will tell of; those whose time is over are forgotten."""
        still = [one for one in self.awaited if one.until > now]
        return self.model_copy(update={"awaited": [*still, passing]})

    def went_through(self, passing: Passing) -> "Standing":
        """The standing once the gate has told, late or not, that somebody went through."""
        others = [one for one in self.awaited if one != passing]
        after = self.model_copy(update={"awaited": others})
        if passing.entry:
            after = after.stepped(passing.step)
        if passing.place:
            after = after.passed(passing.area, passing.direction, passing.at)
        return after

    def placed(self, areas: Iterable[str], direction: Direction | None, now: datetime) -> "Standing":
        """Where staff say that the holder is; with None nobody knows, and either way is open."""
        wanted = frozenset(areas)
        presence = {area: last for area, last in self.presence.items() if area not in wanted}
        awaited = [one for one in self.awaited if one.area not in wanted]
        reset = {**self.reset, **{area: self.turn(area, now, now) for area in wanted}}
        if direction is not None:
            presence |= {area: Presence(direction=direction, at=reset[area]) for area in wanted}
        return self.model_copy(update={"presence": presence, "awaited": awaited, "reset": reset})

    def areas(self) -> frozenset[str]:
        """Where the holder is known to have passed, or to be passing."""
        return frozenset(self.presence) | {one.area for one in self.awaited}
