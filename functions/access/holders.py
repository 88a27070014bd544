"""A holder's standing: what is known of whoever holds credentials, be it a resident or a visitor.

A copy of the standing lies on each of the holder's credentials, so that a gate needs one read round trip; a
change writes the original and all copies in one transaction, under one version.
"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from linli.contracts import Contract
from linli.ids import Id
from linli.instants import Instant

MOST_CREDENTIALS = 20

Direction = Literal["in", "out"]
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


class Standing(Contract):
    """`credentials` are keyed hashes; `entries_left` is None for those who may come and go (residents)."""

    holder: Id
    person: Id | None = None
    blocks: dict[Block, Mark] = {}
    quarantine_until: Instant | None = None
    health_code: HealthCode | None = None
    presence: dict[Id, Presence] = {}
    entries_left: Annotated[int, Field(ge=0)] | None = None
    credentials: Annotated[list[str], Field(max_length=MOST_CREDENTIALS)] = []
    version: Annotated[int, Field(ge=0)] = 0
    membership_version: Annotated[int, Field(ge=0)] = 0

    def in_force(self) -> list[Block]:
        """The blocks that hold now, in a stable order."""
        return sorted(block for block, mark in self.blocks.items() if mark.on)

    def marked(self, block: Block, at: datetime, *, on: bool, version: int | None = None) -> "Standing":
        """With `block` set or lifted as of `at`, unless something newer is known of it."""
        known, mark = self.blocks.get(block), Mark(on=on, at=at, version=version)
        if known is not None and not mark.beats(known):
            return self
        return self.model_copy(update={"blocks": {**self.blocks, block: mark}})

    def member(self, version: int, at: datetime, *, ended: bool) -> "Standing":
        """With the directory's word on the membership, unless a later version of it is known.

        Versions decide and not times: a request that came first may be the one that is carried out last.
        """
        if version <= self.membership_version:
            return self
        blocks = {**self.blocks, "membership_ended": Mark(on=ended, at=at)}
        return self.model_copy(update={"blocks": blocks, "membership_version": version})

    def passed(self, area: str, direction: Direction, at: datetime) -> "Standing":
        """With the pass remembered, unless a newer one of the same area is known."""
        known = self.presence.get(area)
        if known is not None and known.at >= at:
            return self
        seen = Presence(direction=direction, at=at)
        return self.model_copy(update={"presence": {**self.presence, area: seen}})

    def entered_once_more(self) -> "Standing":
        """With one entry fewer, where entries are counted; never below zero."""
        if self.entries_left is None:
            return self
        return self.model_copy(update={"entries_left": max(0, self.entries_left - 1)})
