"""Payment intents as payers ask for and see them."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from functions.payments.books.orders import Intent, IntentState
from functions.payments.dues.models import MOST_BILLS, Fen, PositiveFen, Share
from linli.contracts import Contract, shown_as
from linli.errors import InvalidField
from linli.ids import Id
from linli.instants import Instant
from linli.pages import PageQuery
from linli.vocabulary.payments import Means, Provider


class IntentWanted(Contract):
    """One `bill`, or several of the payer's `bills` in one payment, each whole. `open_id`: what the
    provider's log-in calls the payer in our mini-program; WeChat Pay asks for it.
    """

    bill: Id | None = None
    bills: Annotated[tuple[Id, ...], Field(max_length=MOST_BILLS)] = ()
    provider: Provider
    open_id: Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[\w-]+$")] | None = None

    @model_validator(mode="after")
    def _names_bills_once(self) -> Self:
        if (self.bill is None) == (not self.bills):
            raise InvalidField("bill_or_bills")
        if len(set(self.bills)) < len(self.bills):
            raise InvalidField("bill_twice")
        return self

    @model_validator(mode="after")
    def _has_what_wechat_needs(self) -> Self:
        if self.provider == "wechat" and self.open_id is None:
            raise InvalidField("open_id_needed")
        return self

    @property
    def wanted(self) -> tuple[str, ...]:
        """The bills to be paid."""
        return self.bills if self.bill is None else (self.bill,)


class IntentsAsked(PageQuery):
    """Whose orders are asked for: one's own; who runs the community may ask for a `payer`'s."""

    payer: Id | None = None


class IntentView(Contract):
    """An intent. `parameters`: what the mini-program hands to the cashier, while it can be paid. `shares`: of
    several bills, or where a credit lowers one, what each is worth.
    """

    intent: Id
    bill: Id
    shares: tuple[Share, ...] = ()
    payer: Id
    provider: Means
    amount_fen: PositiveFen
    state: IntentState
    created_at: Instant
    expires_at: Instant
    paid_at: Instant | None = None
    receipt: str | None = None
    surplus: bool = False
    refunded_fen: Fen = 0
    parameters: dict[str, str] | None = None


class Receipt(Contract):
    """A receipt (收据). A payment by hand has who took it and its reference."""

    receipt: str
    intent: Id
    bill: Id
    shares: tuple[Share, ...] = ()
    home: str
    provider: Means
    taken_by: Id | None = None
    reference: str | None = None
    trade: str | None = None
    amount_fen: PositiveFen
    paid_at: Instant | None = None
    refunded_fen: Fen = 0


def shown(intent: Intent, parameters: dict[str, str] | None = None) -> IntentView:
    """An intent as its payer sees it."""
    return shown_as(IntentView, intent, parameters=parameters)
