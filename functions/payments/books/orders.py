"""What is owed (应缴费用), what was ordered at a provider to pay it (支付单), and what went back (退款)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from linli.contracts import Contract
from linli.errors import Conflict
from linli.ids import Id
from linli.instants import Instant
from linli.local_times import Day
from linli.vocabulary.payments import Means, Provider
from linli.vocabulary.utilities import BillCorrection

Fen = Annotated[int, Field(ge=0)]
PositiveFen = Annotated[int, Field(gt=0)]
IntentState = Literal["open", "paid", "closed"]
RefundState = Literal["requested", "stuck", "done", "failed"]
RECEIPT_PREFIX = "r"
BY_HAND = frozenset({"cash", "transfer"})


class Share(Contract):
    """What of a payment is for a bill; below nought, what a credit lowers it by."""

    bill: Id
    amount_fen: int


class Due(Contract):
    """A bill that a home has to pay. `paid_by` is the one intent whose payment settled it.

    Below nought it is a credit, that lowers what its payers pay next: `refunded_fen` of it has been given
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
        """What is left of a credit."""
        return -self.amount_fen - self.refunded_fen if self.amount_fen < 0 and self.state == "open" else 0

    def is_of(self, person: str, homes: Iterable[str]) -> bool:
        """Whether a person who lives in `homes` sees and pays it: who was billed, or else lives there."""
        return self.home in homes if self.payers is None else person in self.payers

    def is_for(self, other: "Due") -> bool:
        """Whether a credit lowers another bill: the same home's, and of one payer at least."""
        if self.home != other.home:
            return False
        ours, theirs = self.payers, other.payers
        return ours is None or theirs is None or ours == theirs or not set(ours).isdisjoint(theirs)


def lowered_by(bills: Sequence[Due], carried: Sequence[Due]) -> tuple[Share, ...]:
    """What carried credits, the oldest first, take off so many bills: no more than these ask for."""
    left = {bill.bill: bill.amount_fen for bill in bills}
    taken: list[Share] = []
    for credit in sorted(carried, key=lambda each: (each.issued_at, each.bill)):
        fen = min(credit.left_fen, sum(left[bill.bill] for bill in bills if credit.is_for(bill)))
        if fen <= 0:
            continue
        taken.append(Share(bill=credit.bill, amount_fen=-fen))
        for bill in bills:
            if credit.is_for(bill):
                off_fen = min(fen, left[bill.bill])
                left[bill.bill] -= off_fen
                fen -= off_fen
    return tuple(taken)


def refuse_if_paid(due: Due) -> None:
    """Raises Conflict for a bill that has nothing left to pay."""
    if due.state == "paid":
        raise Conflict("the bill is paid", receipt=due.receipt or "")
    if due.amount_fen <= 0:
        raise Conflict("it is a credit, which lowers what is paid next", bill=due.bill)


def shares_of(dues: Sequence[Due], carried: Sequence[Due]) -> tuple[Share, ...]:
    """What is paid for each bill, and what carried credits take off; nothing to tell of one bill alone."""
    off = lowered_by(dues, carried)
    if len(dues) == 1 and not off:
        return ()
    return (*(Share(bill=due.bill, amount_fen=due.amount_fen) for due in dues), *off)


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
        """What it is for."""
        return self.shares or (Share(bill=self.bill, amount_fen=self.amount_fen),)

    @property
    def bills(self) -> tuple[str, ...]:
        """The bills that it is to pay."""
        return tuple(part.bill for part in self.parts if part.amount_fen > 0)

    @property
    def is_by_hand(self) -> bool:
        """Whether no provider has anything to do with it."""
        return self.provider in BY_HAND

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
    provider: Means
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
