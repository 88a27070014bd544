"""Payment intents as payers ask for and see them."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from functions.payments.orders import Fen, Intent, IntentState, PositiveFen
from linli.contracts import Contract
from linli.events import Provider
from linli.ids import Id
from linli.instants import Instant
from linli.pages import PageQuery


class IntentWanted(Contract):
    """`open_id`: what the provider's log-in calls the payer in our mini-program; WeChat Pay asks for it."""

    bill: Id
    provider: Provider
    open_id: Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[\w-]+$")] | None = None

    @model_validator(mode="after")
    def _has_what_wechat_needs(self) -> Self:
        if self.provider == "wechat" and self.open_id is None:
            raise ValueError("open_id: WeChat Pay needs it")
        return self


class IntentsAsked(PageQuery):
    """One's own; who runs the community may ask for a `payer`'s."""

    payer: Id | None = None


class IntentView(Contract):
    """An intent. `parameters`: what the mini-program hands to the cashier, while it can be paid."""

    intent: Id
    bill: Id
    payer: Id
    provider: Provider
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
    """A receipt (收据)."""

    receipt: str
    intent: Id
    bill: Id
    home: str
    provider: Provider
    trade: str | None = None
    amount_fen: PositiveFen
    paid_at: Instant | None = None
    refunded_fen: Fen = 0


def shown(intent: Intent, parameters: dict[str, str] | None = None) -> IntentView:
    """An intent as its payer sees it."""
    return IntentView(
        intent=intent.intent,
        bill=intent.bill,
        payer=intent.payer,
        provider=intent.provider,
        amount_fen=intent.amount_fen,
        state=intent.state,
        created_at=intent.created_at,
        expires_at=intent.expires_at,
        paid_at=intent.paid_at,
        receipt=intent.receipt,
        surplus=intent.surplus,
        refunded_fen=intent.refunded_fen,
        parameters=parameters,
    )
