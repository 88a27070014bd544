"""What is known of one thing that may be open, from words about it in whatever order, as often as they come.

Each aspect of a thing is kept by its newest word: words are compared by what their teller counts them by, and
by the time they were told where it counts nothing. Hence the same words make the same thing, always.
"""

from datetime import datetime
from typing import Self, TypeVar

from functions.insight.board.models import Item
from linli.contracts import Contract
from linli.instants import Instant, to_millis

Turn = tuple[int, int]
"""The teller's version, nought where it has none, and the time of telling in milliseconds."""
FOR_GOOD: Turn = (2**53, 0)


def turn_of(version: int | None, told_at: datetime) -> Turn:
    """Which of two words is the newer, by comparison."""
    return version or 0, to_millis(told_at)


class Said(Contract):
    """That it is open, and as what."""

    turn: Turn
    item: Item


class Held(Contract):
    """Whether somebody sees to it."""

    turn: Turn
    in_hand: bool


Aspect = TypeVar("Aspect", Said, Held)


class Thing(Contract):
    """`over`: the turn of its end. `told_at`: the newest word of it. `doubted`, `given_up`: what `told_at`
    was when nothing had been told for so long that its end may have been lost; one more word undoes it.
    """

    told_at: Instant
    said: Said | None = None
    held: Held | None = None
    over: Turn | None = None
    doubted: Instant | None = None
    given_up: Instant | None = None

    @property
    def item(self) -> Item | None:
        """What the board shows of it; None of what is over, or whose beginning has not been told."""
        if self.said is None or self.given_up == self.told_at:
            return None
        if self.over is not None and self.over >= self.said.turn:
            return None
        is_held = self.held is not None and self.held.turn >= self.said.turn
        in_hand = self.held.in_hand if self.held and is_held else self.said.item.in_hand
        return self.said.item.model_copy(
            update={"in_hand": in_hand, "doubtful": self.doubted == self.told_at}
        )

    def with_word(self, word: Self) -> Self:
        """It, and what one more word says: any order of words, and each of them again, comes to the same."""
        return self.model_copy(
            update={
                "told_at": max(self.told_at, word.told_at),
                "said": _newer(self.said, word.said),
                "held": _newer(self.held, word.held),
                "over": max(filter(None, (self.over, word.over)), default=None),
            }
        )


def _newer(one: Aspect | None, other: Aspect | None) -> Aspect | None:
    """The newer of two words on the same aspect; of two told at once, always the same one."""
    told = [each for each in (one, other) if each is not None]
    return max(told, key=lambda each: (each.turn, each.model_dump_json()), default=None)
