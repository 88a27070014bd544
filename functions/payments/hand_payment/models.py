"""Payments by hand (线下收款) as they are entered and shown."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from functions.payments.books.orders import Intent
from functions.payments.dues.models import MOST_BILLS, Fen, PositiveFen, Share
from linli.contracts import Contract, shown_as
from linli.errors import InvalidField
from linli.ids import Id
from linli.instants import Instant
from linli.vocabulary.payments import Means

Shown = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]


class HandPayment(Contract):
    """What was taken at the counter or came by transfer, for whole bills.

    `amount_fen` is what was taken. `reference`: the number on the paper receipt or of the transfer
    (凭证号、流水号), by which it can be found. `payer`: who paid, if known; `moved_at`: when, now without it.
    """

    bills: Annotated[tuple[Id, ...], Field(min_length=1, max_length=MOST_BILLS)]
    means: Literal["cash", "transfer"]
    amount_fen: PositiveFen
    reference: Shown
    payer: Id | None = None
    moved_at: Instant | None = None
    note: Annotated[str, Field(max_length=200)] | None = None

    @model_validator(mode="after")
    def _names_bills_once(self) -> "HandPayment":
        if len(set(self.bills)) < len(self.bills):
            raise InvalidField("bill_twice")
        return self


class HandPaymentView(Contract):
    """A payment by hand, who took it, and its receipt."""

    intent: Id
    bills: tuple[Id, ...]
    shares: tuple[Share, ...] = ()
    home: str
    means: Means
    amount_fen: PositiveFen
    reference: str
    note: str | None = None
    payer: Id | None = None
    taken_by: Id
    paid_at: Instant
    receipt: str
    refunded_fen: Fen = 0


def shown(intent: Intent) -> HandPaymentView:
    """A payment by hand as those see it who run the community."""
    by = intent.taken_by or intent.payer
    return shown_as(
        HandPaymentView,
        intent,
        means=intent.provider,
        reference=intent.reference or "",
        payer=intent.payer if intent.payer != by else None,
        taken_by=by,
        paid_at=intent.paid_at or intent.created_at,
        receipt=intent.receipt or "",
    )
