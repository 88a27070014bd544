"""Bills and credits of homes, as they were issued and as they are now."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from linli.contracts import Contract
from linli.ids import Id
from linli.instants import Instant
from linli.local_times import Day
from linli.vocabulary.utilities import BillCorrection

Fen = Annotated[int, Field(ge=0)]
PositiveFen = Annotated[int, Field(gt=0)]
MOST_BILLS = 12  # in one payment


class Share(Contract):
    """How much of a payment is for one bill, in fen; below nought, how much one credit takes off it."""

    bill: Id
    amount_fen: int


class Due(Contract):
    """A bill that a home has to pay. `paid_by` is the one intent whose payment settled it.

    Below nought it is a credit, which lowers what its payers pay next: `refunded_fen` of it has been given
    back so, and `paid_by` is what used the last of it. `payers`: whose it is, whoever lives there now; None
    where that is not known. `corrections` are contained in the amount.
    """

    bill: Id
    home: str
    period: str
    amount_fen: int
    issued_at: Instant
    due_at: Instant
    state: Literal["open", "paid"]
    paid_by: Id | None = None
    paid_at: Instant | None = None
    receipt: str | None = None
    refunded_fen: Fen = 0
    payers: tuple[Id, ...] | None = None
    first_day: Day | None = None
    last_day: Day | None = None
    corrections: tuple[BillCorrection, ...] = ()

    @property
    def left_fen(self) -> int:
        """How much of a credit is left to lower bills, in fen; nothing of a bill."""
        return -self.amount_fen - self.refunded_fen if self.amount_fen < 0 and self.state == "open" else 0

    def is_of(self, person: str, homes: Iterable[str]) -> bool:
        """Whether a person who lives in `homes` sees and pays the bill: who was billed for it, or, where that
        is not known, who lives in its home.
        """
        return self.home in homes if self.payers is None else person in self.payers

    def is_for(self, other: "Due") -> bool:
        """Whether a credit lowers another bill: the same home's, and of one payer at least."""
        if self.home != other.home:
            return False
        ours, theirs = self.payers, other.payers
        return ours is None or theirs is None or ours == theirs or not set(ours).isdisjoint(theirs)
