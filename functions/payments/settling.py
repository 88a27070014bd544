"""What a provider's notice does to our books: (intent, refund, bill, notice, now) → effect. Pure.

States never go backwards: `paid` beats `closed`, a finished refund stays finished. A notice that does not
fit its order in every respect has no effect at all. The README has all cases as a table.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Literal

from functions.payments import ledger
from functions.payments.ledger import Entry
from functions.payments.notices import Notice
from functions.payments.orders import Intent, Refund, receipt_of
from linli.events import Fact, PaymentRefunded, PaymentSettled, RefundRequested
from linli.ids import is_id

Outcome = Literal[
    "settled", "settled_late", "surplus", "refunded", "refund_failed", "closed",
    "duplicate", "stale", "waiting", "later", "mismatched",
]  # fmt: skip
Mismatch = Literal[
    "unknown_order", "provider", "currency", "amount", "seller", "app", "trade", "unknown_refund",
    "refund_amount",
]  # fmt: skip
CURRENCY = "CNY"


@dataclass(frozen=True, slots=True)
class Known:
    """What our books hold about a notice's order.

    `refund` is the one the notice is about, if we know it. `bill_paid_by`: the intent that settled the bill,
    None while nobody has, as far as we know: the transaction makes sure of it.
    """

    intent: Intent | None
    refund: Refund | None = None
    bill_paid_by: str | None = None
    zone: str = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class Effect:
    """What changes, all of it in one transaction; nothing when only `outcome` (and `mismatch`) are given.

    `intent` and `refunds` are as they become. `pays_bill`: the intent settles its bill.
    """

    outcome: Outcome
    mismatch: Mismatch | None = None
    intent: Intent | None = None
    pays_bill: bool = False
    refunds: tuple[Refund, ...] = ()
    entries: tuple[Entry, ...] = ()
    facts: tuple[Fact, ...] = field(default=())

    @property
    def changes_nothing(self) -> bool:
        """Whether the notice told us nothing new."""
        return self.intent is None


def surplus_refund(intent: str) -> str:
    """The number of the one refund that gives a surplus payment back."""
    return f"{intent}-surplus"


def refund_key(notice: Notice) -> str:
    """Our id of the refund that a notice is about: its number, or a digest where that is no id of ours."""
    if notice.refund is not None and is_id(notice.refund):
        return notice.refund
    number = notice.refund or f"{notice.trade}#{notice.refunded_fen}"
    return "elsewhere-" + sha256(f"{notice.provider}#{number}".encode()).hexdigest()[:32]


def settle(known: Known, notice: Notice, now: datetime) -> Effect:
    """The effect of a notice whose signature was right."""
    intent = known.intent
    if intent is None:
        return Effect("mismatched", "unknown_order")
    mismatch = _mismatch(intent, known.refund, notice)
    if mismatch:
        return Effect("mismatched", mismatch)
    match notice.said:
        case "paid":
            effect = _paid(known, intent, notice, now)
        case "refunded":
            effect = _refunded(known, intent, notice, now)
        case "refund_failed":
            effect = _refund_failed(known.refund, intent, now)
        case "closed":
            effect = _closed(intent)
        case "waiting" | "unknown":
            effect = Effect("waiting" if intent.state == "open" else "stale")
    return effect


def _mismatch(intent: Intent, refund: Refund | None, notice: Notice) -> Mismatch | None:
    """The first respect in which a notice does not fit its order; what brings money must say how much."""
    brings_money = notice.said == "paid" or (notice.said == "refunded" and refund is None)
    says_how_much = brings_money or notice.amount_fen is not None
    fits: dict[Mismatch, bool] = {
        "provider": notice.provider == intent.provider,
        "currency": notice.currency == CURRENCY,
        "amount": notice.amount_fen == intent.amount_fen or not says_how_much,
        "seller": notice.seller in (None, intent.seller),
        "app": notice.app in (None, intent.app),
        "trade": intent.trade is None or notice.trade in (None, intent.trade),
    }
    return next((name for name, does in fits.items() if not does), None)


def _paid(known: Known, intent: Intent, notice: Notice, now: datetime, gone_fen: int = 0) -> Effect:
    """Money arrived: it settles the bill, or goes back if the bill is paid. `gone_fen` of it went back."""
    if intent.state == "paid":
        return Effect("duplicate")
    paid = intent.model_copy(update={"state": "paid", "trade": notice.trade, "paid_at": now})
    if known.bill_paid_by is None:
        receipt = receipt_of(intent.intent, now, known.zone)
        fact = PaymentSettled(
            community=intent.community,
            intent=intent.intent,
            bill=intent.bill,
            provider=intent.provider,
            amount_fen=intent.amount_fen,
            receipt=receipt,
            settled_at=now,
        )
        return Effect(
            "settled" if intent.state == "open" else "settled_late",
            intent=paid.model_copy(update={"receipt": receipt}),
            pays_bill=True,
            entries=(ledger.paid(intent, now, notice.at, surplus=False),),
            facts=(fact,),
        )
    back_fen = intent.amount_fen - gone_fen
    surplus = Effect(
        "surplus",
        intent=paid.model_copy(update={"surplus": True, "reserved_fen": back_fen}),
        entries=(ledger.paid(intent, now, notice.at, surplus=True),),
    )
    if not back_fen:
        return surplus
    refund = Refund(
        refund=surplus_refund(intent.intent),
        intent=intent.intent,
        bill=intent.bill,
        provider=intent.provider,
        amount_fen=back_fen,
        why="surplus",
        state="requested",
        requested_at=now,
    )
    return replace(surplus, refunds=(refund,), facts=(requested(intent, refund),))


def requested(intent: Intent, refund: Refund) -> RefundRequested:
    """The fact that a refund is asked for, by which it is sent."""
    return RefundRequested(
        community=intent.community, refund=refund.refund, intent=intent.intent, amount_fen=refund.amount_fen
    )


def _refunded(known: Known, intent: Intent, notice: Notice, now: datetime) -> Effect:
    """Money went back. It had arrived before, so the payment is booked first where we had not heard of it."""
    refund = known.refund
    if refund is None:
        return _refunded_elsewhere(known, intent, notice, now)
    if refund.state == "done":
        return Effect("duplicate")
    told_fen = refund.amount_fen if notice.refund_fen is None else notice.refund_fen
    total_fen = refund.amount_fen if notice.refunded_fen is None else notice.refunded_fen
    fits = told_fen == refund.amount_fen <= total_fen <= intent.amount_fen
    if not fits or intent.refunded_fen + refund.amount_fen > intent.amount_fen:
        return Effect("mismatched", "refund_amount")
    reserved_fen = refund.amount_fen if refund.state == "requested" else 0
    return _gone_back(
        Effect("refunded", intent=intent),
        intent.model_copy(update={"reserved_fen": intent.reserved_fen - reserved_fen}),
        refund.model_copy(update={"state": "done", "ended_at": now}),
        now,
        notice.at,
    )


def _refunded_elsewhere(known: Known, intent: Intent, notice: Notice, now: datetime) -> Effect:
    """A refund that we did not ask for, made at the provider itself: the books follow the money.

    Where the provider tells only the order's total, the refund is what we have not booked of it; not while
    one of ours is on its way, which the total may hold or not.
    """
    if notice.refund_fen is None and intent.reserved_fen:
        return Effect("later")
    amount_fen = notice.refund_fen or (notice.refunded_fen or 0) - intent.refunded_fen
    if amount_fen <= 0:
        return Effect("duplicate") if notice.refunded_fen else Effect("mismatched", "unknown_refund")
    if intent.refunded_fen + amount_fen > intent.amount_fen:
        return Effect("mismatched", "refund_amount")
    before = Effect("refunded", intent=intent)
    if intent.state != "paid":
        before = _paid(known, intent, notice, now, gone_fen=amount_fen)
    refund = Refund(
        refund=refund_key(notice),
        intent=intent.intent,
        bill=intent.bill,
        provider=intent.provider,
        amount_fen=amount_fen,
        why="provider",
        state="done",
        requested_at=now,
        number=notice.refund,
        ended_at=now,
    )
    return _gone_back(before, before.intent or intent, refund, now, notice.at)


def _gone_back(
    before: Effect, intent: Intent, refund: Refund, now: datetime, moved_at: datetime | None
) -> Effect:
    """`before`, and then a refund carried out."""
    entry = ledger.refunded(refund, now, moved_at, surplus=intent.surplus)
    fact = PaymentRefunded(
        community=intent.community,
        refund=refund.refund,
        intent=intent.intent,
        bill=intent.bill,
        amount_fen=refund.amount_fen,
        refunded_at=now,
    )
    return replace(
        before,
        intent=intent.model_copy(update={"refunded_fen": intent.refunded_fen + refund.amount_fen}),
        refunds=(*before.refunds, refund),
        entries=(*before.entries, entry),
        facts=(*before.facts, fact),
    )


def _refund_failed(refund: Refund | None, intent: Intent, now: datetime) -> Effect:
    """The provider will not give it back: what was reserved is free again."""
    if refund is None:
        return Effect("mismatched", "unknown_refund")
    if refund.state != "requested":
        return Effect("duplicate" if refund.state == "failed" else "stale")
    return Effect(
        "refund_failed",
        intent=intent.model_copy(update={"reserved_fen": intent.reserved_fen - refund.amount_fen}),
        refunds=(refund.model_copy(update={"state": "failed", "ended_at": now}),),
    )


def _closed(intent: Intent) -> Effect:
    """Nobody can pay it any more."""
    if intent.state == "open":
        return Effect("closed", intent=intent.model_copy(update={"state": "closed"}))
    return Effect("duplicate" if intent.state == "closed" else "stale")
