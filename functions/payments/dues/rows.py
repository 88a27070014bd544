"""The rows of bills and credits, and the two indexes on which rows stand that are listed for people."""

from datetime import datetime
from typing import TypeVar

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection

from functions.payments.dues.models import Due
from linli.keys import Key
from linli.lifetimes import Lifetime
from linli.personal.fates import kept
from linli.tables import ContractAttribute, InstantAttribute, Row

SHELVED = [
    "kind", "due", "intent", "refund", "paid_by", "paid_at", "receipt", "refunded_fen", "verdict", "provider",
    "notice", "outcome", "mismatch", "first_at", "last_at", "deliveries",
]  # fmt: skip


Shelved = TypeVar("Shelved", bound=Row)


class ByShelf(GlobalSecondaryIndex[Shelved]):
    """What is listed for people: a home's dues, a payer's intents, refunds and callbacks by state."""

    class Meta:
        index_name = "by_shelf"
        projection = IncludeProjection(SHELVED)

    shelf = UnicodeAttribute(hash_key=True)
    shelved_at = InstantAttribute(range_key=True)


class ByState(GlobalSecondaryIndex[Shelved]):
    """A community's dues, open or paid, by when they are due; a home's credits, by that of their bills. Rows
    of before 2026-11-26 are sorted by when they were issued.
    """

    class Meta:
        index_name = "by_state"
        projection = IncludeProjection(SHELVED)

    standing = UnicodeAttribute(hash_key=True)
    shelved_at = InstantAttribute(range_key=True)


class DueRow(Row, discriminator="due"):
    """What a home owes.

    `due` is the bill as it was issued. What paying it changes stands beside it, so that a payment needs no
    read of the row: `paid_by` is set once, under the condition that nobody has. `refunded_fen` is what went
    back of its payment; of a credit, what of it has lowered other bills. `shelved_at` is when it is due.
    """

    KEPT = Lifetime()
    PERSONAL = kept("accounting", "due.payers", whole=True)
    key = Key("{community}#due#{bill}", "due")

    due = ContractAttribute(Due)
    paid_by = UnicodeAttribute(null=True)
    paid_at = InstantAttribute(null=True)
    receipt = UnicodeAttribute(null=True)
    refunded_fen = NumberAttribute(null=True)
    shelf = UnicodeAttribute()
    shelved_at = InstantAttribute()
    standing = UnicodeAttribute()
    by_shelf = ByShelf["DueRow"]()
    by_state = ByState["DueRow"]()

    @staticmethod
    def of_home(community: str, home: str) -> str:
        """The shelf of a home's dues."""
        return f"{community}#home#{home}"

    @staticmethod
    def in_state(community: str, state: str) -> str:
        """The list of a community's dues in a state."""
        return f"{community}#dues#{state}"

    @staticmethod
    def credits_of(community: str, home: str) -> str:
        """The list of a home's credits of which something is left."""
        return f"{community}#credits#{home}"

    @staticmethod
    def standing_of(community: str, due: Due) -> str:
        """The list that a bill or credit stands in when it is issued: a state's, or its home's credits."""
        is_credit = due.amount_fen < 0
        return DueRow.credits_of(community, due.home) if is_credit else DueRow.in_state(community, due.state)

    @classmethod
    def paying(cls, community: str, by: str, now: datetime) -> list[Action]:
        """What changes of a bill when `by` pays it, and of a credit when `by` uses the last of it."""
        return [
            cls.paid_by.set(by),
            cls.paid_at.set(now),
            cls.standing.set(cls.in_state(community, "paid")),
        ]

    @classmethod
    def is_unpaid(cls) -> Condition:
        """The condition that a bill is there, and that nobody has paid it."""
        condition: Condition = cls.pk.exists() & cls.paid_by.does_not_exist()
        return condition

    @property
    def now(self) -> Due:
        """The bill as it is now."""
        return self.due.model_copy(
            update={
                "state": "paid" if self.paid_by or self.due.state == "paid" else "open",
                "paid_by": self.paid_by,
                "paid_at": self.paid_at,
                "receipt": self.receipt,
                "refunded_fen": int(self.refunded_fen or 0),
            }
        )
