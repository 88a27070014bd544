"""What is owed (应缴费用), what was ordered at a provider to pay it (支付单), and what went back (退款)."""

from datetime import datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from linli.contracts import Contract
from linli.events import Provider
from linli.ids import Id
from linli.instants import Instant

Fen = Annotated[int, Field(ge=0)]
PositiveFen = Annotated[int, Field(gt=0)]
IntentState = Literal["open", "paid", "closed"]
RefundState = Literal["requested", "stuck", "done", "failed"]
RECEIPT_PREFIX = "r"


class Due(Contract):
    """A bill that a home has to pay. `paid_by` is the one intent whose payment settled it."""

    bill: Id
    home: str
    period: str
    amount_fen: Fen
    issued_at: Instant
    due_at: Instant
    state: Literal["open", "paid"]
    paid_by: Id | None = None
    paid_at: Instant | None = None
    receipt: str | None = None
    refunded_fen: Fen = 0


class Intent(Contract):
    """An order at a provider for one bill by one payer; its id is the provider's `out_trade_no`.

    `seller` and `app` are whose money it is to be, as they were when it was ordered. A payment counts as
    `surplus` when the bill had been paid already. `reserved_fen` is on its way back, `refunded_fen` is back.
    `told_back_fen`: the most that its provider said went back in all (Alipay tells totals), `unnamed_fen`
    what was booked from such a total alone, so that we cannot tell which refunds it holds, and `named` those
    made elsewhere whose own amount we have been told, by our id of them: each counts once.
    """

    intent: Id
    community: Id
    bill: Id
    home: str
    payer: Id
    provider: Provider
    seller: str
    app: str
    amount_fen: PositiveFen
    state: IntentState
    created_at: Instant
    expires_at: Instant
    trade: str | None = None
    paid_at: Instant | None = None
    surplus: bool = False
    receipt: str | None = None
    reserved_fen: Fen = 0
    refunded_fen: Fen = 0
    told_back_fen: Fen = 0
    unnamed_fen: Fen = 0
    named: dict[Id, PositiveFen] = {}

    @property
    def refundable_fen(self) -> int:
        """What may still be asked back."""
        return self.amount_fen - self.reserved_fen - self.refunded_fen if self.state == "paid" else 0


class Ordered(Contract):
    """When a payer has lately ordered a bill."""

    at: tuple[Instant, ...] = ()


class Refund(Contract):
    """Money on its way back through the provider it came by. `refund` is our number of it there.

    `why`: a manager asked for it, it was paid on top of a paid bill, or it was made at the provider itself
    (`number` is then the provider's). A `stuck` one is finished by a person at the provider, or never.
    """

    refund: Id
    intent: Id
    bill: Id
    provider: Provider
    amount_fen: PositiveFen
    why: Literal["asked", "surplus", "provider"]
    state: RefundState
    requested_at: Instant
    requested_by: Id | None = None
    number: str | None = None
    ended_at: Instant | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether its amount is reserved."""
        return self.state in {"requested", "stuck"}


def receipt_of(intent: str, paid_at: datetime, zone: str) -> str:
    """The number on the receipt (收据编号): the local day, and the intent, which makes it unique."""
    return f"{RECEIPT_PREFIX}-{paid_at.astimezone(ZoneInfo(zone)):%Y%m%d}-{intent}"


def intent_of(receipt: str) -> str:
    """The intent that a receipt number names; empty when it is no receipt number."""
    prefix, _, rest = receipt.partition("-")
    day, _, intent = rest.partition("-")
    return intent if prefix == RECEIPT_PREFIX and day.isdigit() else ""
