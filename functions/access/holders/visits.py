"""A visit: what coming once is, however many gates are on the way."""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from functions.access.gates.models import CredentialKind, Direction
from linli.contracts import Contract
from linli.ids import Id
from linli.instants import Instant

TOGETHER = timedelta(minutes=5)  # a car, and who sits in it, at the same gate or the one beside it
ON_THE_WAY = timedelta(hours=1)  # how much earlier than a later gate the first one may turn out to have been
MOST_AREAS = 20


class Step(Contract):
    """Somebody goes through a gate: into or out of an area, by a kind of credential."""

    area: Id
    direction: Direction
    at: Instant
    shown: CredentialKind | None = None


class Visit(Contract):
    """One coming into the community, and all that is on its way: it takes one entry.

    It begins in an area, the `entrance`, and goes on through whatever other areas lie on the way, nested or
    one after the other, as often as their doors are used. Who comes into the entrance again must have left,
    seen or unseen, and begins another visit; but within five minutes a car and who sits in it are one coming.
    Who was seen to leave by the entrance, or by an area that was never come into, begins another wherever
    they come in next. Car and passenger leave apart: `left` is by what was shown.
    """

    since: Instant
    entrance: Id
    areas: Annotated[list[Id], Field(max_length=MOST_AREAS)]
    shown: list[CredentialKind] = []
    left: dict[CredentialKind, Instant] = {}

    @classmethod
    def begun(cls, step: Step) -> "Visit":
        """The visit that begins with coming in."""
        return cls(
            since=step.at, entrance=step.area, areas=[step.area], shown=[step.shown] if step.shown else []
        )

    def includes(self, step: Step) -> bool:
        """Whether coming in so is on the way of this visit."""
        left = self.left.get(step.shown) if step.shown else None
        if left is not None and step.at >= left:
            return False
        if step.area == self.entrance:
            return step.shown not in self.shown and abs(step.at - self.since) <= TOGETHER
        return step.at >= self.since or (step.area not in self.areas and self.since - step.at <= ON_THE_WAY)

    def after(self, step: Step) -> "Visit":
        """The visit once somebody has gone so, which it includes if it is a coming in."""
        if step.direction == "out":
            return self._left(step) if step.at >= self.since and self._leads_out(step.area) else self
        areas = self.areas if step.area in self.areas else [*self.areas, step.area][:MOST_AREAS]
        if step.area != self.entrance and step.at < self.since:  # told later: it was the entrance
            return self.model_copy(
                update={"since": step.at, "entrance": step.area, "areas": areas, "shown": _one(step)}
            )
        shown = [*self.shown, *_one(step)] if step.area == self.entrance else self.shown
        return self.model_copy(update={"areas": areas, "shown": shown})

    def moments(self) -> list[datetime]:
        """When something of it was: whoever stands at a gate now comes after that, by whatever clock."""
        return [self.since, *self.left.values()]

    def _leads_out(self, area: str) -> bool:
        return area == self.entrance or area not in self.areas

    def _left(self, step: Step) -> "Visit":
        return self.model_copy(update={"left": {**self.left, **dict.fromkeys(_one(step), step.at)}})


def _one(step: Step) -> list[CredentialKind]:
    return [step.shown] if step.shown else []
