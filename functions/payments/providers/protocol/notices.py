"""What a payment provider says of an order, in words of our own; a notify, a query and a statement alike."""

from typing import Annotated, Literal

from pydantic import Field

from linli.contracts import Contract
from linli.instants import Instant
from linli.vocabulary.payments import Provider

Said = Literal[
    "paid", "paid_and_back", "waiting", "closed", "refunded", "refund_failed", "refund_stuck", "unknown"
]
Reference = Annotated[str, Field(min_length=1, max_length=64)]


class Notice(Contract):
    """One statement of a provider about one order of ours (商户订单).

    `order` is the id of our payment intent (`out_trade_no`), `trade` the provider's own number. Amounts are
    integer fen: `amount_fen` of the order as the provider has it, `refund_fen` of the refund `refund` (our
    `out_refund_no` / `out_request_no`) when `said` is `refunded` or `refund_failed`; of a refund that is
    still under way `said` is `waiting`, of one that a person has to finish at the provider `refund_stuck`. An
    order that was paid, and of which an amount that we are not told went back, is `paid_and_back`. Alipay's
    notify of a refund tells only `refunded_fen`, all that went back of the order so far. `seller` and `app`
    are whose money it is as the provider names them, None where its protocol does not; `currency` is ISO
    4217. `said` is `unknown` when the provider does not know the order, or the refund that was asked for, or
    has not carried it out. `notice` is the same each time the provider repeats itself.
    """

    provider: Provider
    notice: Annotated[str, Field(min_length=1, max_length=128)]
    said: Said
    order: Reference
    trade: Reference | None = None
    amount_fen: Annotated[int, Field(ge=0)] | None = None
    currency: str = "CNY"
    seller: str | None = None
    app: str | None = None
    refund: Reference | None = None
    refund_fen: Annotated[int, Field(ge=0)] | None = None
    refunded_fen: Annotated[int, Field(ge=0)] | None = None
    at: Instant | None = None
