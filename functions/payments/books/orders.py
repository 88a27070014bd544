"""What was ordered at a provider, or paid by hand, to pay bills (支付单), and what went back of it (退款)."""

from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from functions.payments.dues.models import Fen, PositiveFen, Share
from functions.payments.providers.merchants.models import Account
from linli.contracts import Contract
from linli.ids import Id
from linli.instants import Instant
from linli.vocabulary.payments import Means, Provider

IntentState = Literal["open", "paid", "closed"]
RefundState = Literal["requested", "stuck", "done", "failed"]
Why = Literal["asked", "surplus", "provider"]
RECEIPT_PREFIX = "r"
BY_HAND = frozenset({"cash", "transfer"})


class Intent(Contract):
    """An order at a provider for one bill by one payer; its id is the provider's `out_trade_no`.

    `shares`: of several bills, or of one that a credit lowers, what each is worth; once paid, as it was used.
    A payment that was taken by hand, in cash or by transfer, has `taken_by` and its `reference` instead of a
    provider; `bill` is the first of its bills.

    `seller` and `app` are whose money it is to be, as they were when it was ordered. A payment counts as
    `surplus` when the bill had been paid already, `surplus_fen` of it when some of them had.
    `of_bills_back_fen` of what went back was of its bills. `reserved_fen` is on its way back, `refunded_fen`
    is back.
    `told_back_fen`: the most that its provider said went back in all (Alipay tells totals), `unnamed_fen`
    what was booked from such a total alone, so that we cannot tell which refunds it holds, and `named` those
    made elsewhere whose own amount we have been told, by our id of them: each counts once.
    """

    intent: Id
    community: Id
    bill: Id
    home: str
    payer: Id
    provider: Means
    seller: str
    app: str
    amount_fen: PositiveFen
    state: IntentState
    created_at: Instant
    expires_at: Instant
    shares: tuple[Share, ...] = ()
    taken_by: Id | None = None
    reference: str | None = None
    note: str | None = None
    trade: str | None = None
    paid_at: Instant | None = None
    surplus: bool = False
    surplus_fen: Fen = 0
    of_bills_back_fen: Fen = 0
    receipt: str | None = None
    reserved_fen: Fen = 0
    refunded_fen: Fen = 0
    told_back_fen: Fen = 0
    unnamed_fen: Fen = 0
    named: dict[Id, PositiveFen] = {}

    @property
    def parts(self) -> tuple[Share, ...]:
        """The bills that the order is to pay, and, below nought, the credits that lower them."""
        return self.shares or (Share(bill=self.bill, amount_fen=self.amount_fen),)

    @property
    def bills(self) -> tuple[str, ...]:
        """The bills that the order is to pay."""
        return tuple(part.bill for part in self.parts if part.amount_fen > 0)

    @property
    def is_by_hand(self) -> bool:
        """Whether it was paid by hand, so that no provider knows of it."""
        return self.provider in BY_HAND

    @property
    def account(self) -> Account:
        """The merchant account that the order was made at."""
        return Account(self.community, self.provider, self.seller, self.app)

    @property
    def refundable_fen(self) -> int:
        """How much of the payment may still be asked back, in fen."""
        return self.amount_fen - self.reserved_fen - self.refunded_fen if self.state == "paid" else 0


class Ordered(Contract):
    """When a payer has lately ordered a bill."""

    at: tuple[Instant, ...] = ()


class Refund(Contract):
    """Money on its way back through the provider it came by. `refund` is our number of it there.

    `why`: a manager asked for it (`asked_because`, where they said), it was paid on top of a paid bill, or it
    was made at the provider itself (`number` is then the provider's). A `stuck` one is finished by a person
    at the provider, or ended here: `ended_by` says by whom, with their `reason` and `evidence`; `means` is
    how it was handed back, where no provider did.
    """

    refund: Id
    intent: Id
    bill: Id
    provider: Means
    amount_fen: PositiveFen
    why: Why
    state: RefundState
    requested_at: Instant
    requested_by: Id | None = None
    asked_because: str | None = None
    number: str | None = None
    ended_at: Instant | None = None
    ended_by: Id | None = None
    reason: str | None = None
    evidence: str | None = None
    means: Means | None = None

    @classmethod
    def of(cls, intent: Intent, refund: str, amount_fen: int, why: Why, now: datetime) -> "Refund":
        """A refund of an order's payment that is asked for now."""
        return cls(
            refund=refund,
            intent=intent.intent,
            bill=intent.bill,
            provider=intent.provider,
            amount_fen=amount_fen,
            why=why,
            state="requested",
            requested_at=now,
        )

    def ended(self, state: Literal["done", "failed"], now: datetime) -> "Refund":
        """The refund once it has been carried out, or never will be."""
        return self.model_copy(update={"state": state, "ended_at": now})

    @property
    def is_under_way(self) -> bool:
        """Whether the refund is neither done nor failed, so that its amount is reserved on the order."""
        return self.state in {"requested", "stuck"}


def provider_of(means: Means) -> Provider:
    """The provider by which something was paid. Raises ValueError for what no provider had to do with."""
    if means == "alipay" or means == "wechat":  # noqa: PLR1714  as the type checker understands it
        return means
    raise ValueError("no provider had to do with it")


def receipt_of(intent: str, paid_at: datetime, zone: str) -> str:
    """The number on the receipt (收据编号): the local day, and the intent, which makes it unique."""
    return f"{RECEIPT_PREFIX}-{paid_at.astimezone(ZoneInfo(zone)):%Y%m%d}-{intent}"


def intent_of(receipt: str) -> str:
    """The intent that a receipt number names; empty when it is no receipt number."""
    prefix, _, rest = receipt.partition("-")
    day, _, intent = rest.partition("-")
    return intent if prefix == RECEIPT_PREFIX and day.isdigit() else ""
