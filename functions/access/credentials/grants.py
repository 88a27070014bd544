"""What was last granted to a credential: what a reader reads twice is one passing."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from functions.access.gates.models import Direction
from linli.contracts import Contract
from linli.ids import Id
from linli.instants import Instant

MOST_GRANTS = 4  # enough for what a gate that was offline tells between two passes elsewhere


class Grant(Contract):
    """A passing that was granted: where, which way, by which pass; `shown_at` is by the gate's clock."""

    gate: Id
    direction: Direction
    passed_as: str
    at: Instant
    shown_at: Instant
    received_at: Instant

    def same_passing(self, other: "Grant", within: timedelta, *, told_later: bool) -> bool:
        """Whether it is what a reader reads twice: at one gate, one way, within a moment.

        Passes that are told later come together, so that the gate's own clock is what tells them apart.
        """
        apart = self.shown_at - other.shown_at if told_later else self.at - other.at
        return (self.gate, self.direction) == (other.gate, other.direction) and abs(apart) < within


class Grants(Contract):
    """What was last granted to a credential, in the order in which we heard of it."""

    items: Annotated[list[Grant], Field(max_length=MOST_GRANTS)] = []

    def and_now(self, grant: Grant) -> "Grants":
        """The grants with one more; beyond four, the one heard of longest ago is forgotten."""
        return Grants(items=[*self.items, grant][-MOST_GRANTS:])
