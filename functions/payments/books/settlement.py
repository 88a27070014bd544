"""What a provider's notice does to our books: (intent, refund, bill, notice, now) → effect. Pure.

States never go backwards: `paid` beats `closed`, a finished refund stays finished. A notice that does not
fit its order in every respect has no effect at all. The README has all cases as a table.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from functions.payments.books import ledger
from functions.payments.books.ledger import Entry
from functions.payments.books.orders import Intent, Refund, receipt_of
from functions.payments.books.refund_keys import elsewhere_key, refund_key, surplus_refund
from functions.payments.dues.models import Due, Share
from functions.payments.providers.protocol.notices import Notice
from linli.events import Fact
from linli.vocabulary.payments import PaymentRefunded, PaymentSettled, RefundRequested, RefundStuck

Outcome = Literal[
    "settled", "settled_late", "surplus", "refunded", "refund_failed", "refund_stuck", "noted", "closed",
    "duplicate", "overtaken", "waiting", "mismatched",
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
    None while nobody has, as far as we know: the transaction makes sure of it. `taken`: those of an order's
    bills that others have paid, and its credits that others have used.
    """

    intent: Intent | None
    refund: Refund | None = None
    bill_paid_by: str | None = None
    zone: str = "Asia/Shanghai"
    taken: frozenset[str] = frozenset()

    def used(self, intent: Intent) -> tuple[Share, ...]:
        """The bills of an order that its money settles now, and what its credits take off them.

        Nothing where a credit is gone: the money is not enough then, and goes back.
        """
        gone = self.taken | ({intent.bill} if self.bill_paid_by is not None else frozenset[str]())
        off = tuple(part for part in intent.parts if part.amount_fen < 0)
        if not gone.isdisjoint(part.bill for part in off):
            return ()
        bills = tuple(part for part in intent.parts if part.amount_fen > 0 and part.bill not in gone)
        left_fen = sum(part.amount_fen for part in bills)
        for part in off:
            fen = min(-part.amount_fen, left_fen)
            left_fen -= fen
            bills += (Share(bill=part.bill, amount_fen=-fen),) if fen else ()
        return bills


@dataclass(frozen=True, slots=True)
class Effect:
    """What changes, all of it in one transaction; nothing when only `outcome` (and `mismatch`) are given.

    `intent` and `refunds` are as they become. `pays`: the bills that the intent settles, and, below nought,
    the credits that it uses.
    """

    outcome: Outcome
    mismatch: Mismatch | None = None
    intent: Intent | None = None
    pays: tuple[Share, ...] = ()
    refunds: tuple[Refund, ...] = ()
    entries: tuple[Entry, ...] = ()
    facts: tuple[Fact, ...] = field(default=())

    @property
    def changes_nothing(self) -> bool:
        """Whether the notice told us nothing new."""
        return self.intent is None


def effect_of(known: Known, notice: Notice, now: datetime) -> Effect:
    """Decide what a notice, whose signature was right, does to the order that it names."""
    intent = known.intent
    if intent is None:
        return Effect("mismatched", "unknown_order")
    mismatch = _mismatch(intent, known.refund, notice)
    if mismatch:
        return Effect("mismatched", mismatch)
    match notice.said:
        case "paid" | "paid_and_back":  # the statement tells how much of the latter went back
            effect = _paid(known, intent, notice, now)
        case "refunded":
            effect = _refunded(known, intent, notice, now)
        case "refund_failed":
            effect = _refund_failed(known.refund, intent, notice, now)
        case "refund_stuck":
            effect = _refund_stuck(known.refund, intent, now)
        case "closed":
            effect = _closed(intent)
        case "waiting" | "unknown":
            effect = Effect("waiting" if intent.state == "open" else "overtaken")
    return effect


def _mismatch(intent: Intent, refund: Refund | None, notice: Notice) -> Mismatch | None:
    """The first respect in which a notice does not fit its order; what brings money must say how much."""
    proves_payment = notice.said == "refunded" and refund is None and intent.state != "paid"
    brings_money = notice.said in {"paid", "paid_and_back"} or proves_payment
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
    """A provider says that an order was paid: its money settles the bills, or goes back where they are paid.
    `gone_fen` of it has gone back already. A payment that a refund proves has no time of its own.
    """
    if intent.state == "paid":
        return Effect("duplicate")
    moved_at = None if notice.said == "refunded" else notice.at
    return arrived(known, intent, now, moved_at, trade=notice.trade, gone_fen=gone_fen)


def arrived(
    known: Known,
    intent: Intent,
    now: datetime,
    moved_at: datetime | None,
    *,
    trade: str | None = None,
    gone_fen: int = 0,
) -> Effect:
    """The money of an order is there: it settles the bills that are open; that of the others goes back."""
    used = known.used(intent)
    surplus_fen = intent.amount_fen - sum(part.amount_fen for part in used)
    bills = [part for part in used if part.amount_fen > 0]
    receipt = receipt_of(intent.intent, now, known.zone) if bills else None
    paid = intent.model_copy(
        update={
            "state": "paid",
            "trade": trade,
            "paid_at": now,
            "receipt": receipt,
            "surplus": surplus_fen == intent.amount_fen,
            "surplus_fen": surplus_fen,
            "shares": used if intent.shares else (),
        }
    )
    outcome: Outcome = "settled" if intent.state == "open" else "settled_late"
    effect = Effect(
        outcome if bills else "surplus",
        intent=paid,
        pays=used,
        entries=(ledger.paid(intent, now, moved_at, surplus=paid.surplus, surplus_fen=surplus_fen),),
        facts=tuple(_settlement_of(intent, part, receipt or "", now) for part in bills),
    )
    return _surplus_back(effect, paid, surplus_fen - gone_fen, now)


def _settlement_of(intent: Intent, part: Share, receipt: str, now: datetime) -> PaymentSettled:
    return PaymentSettled(
        community=intent.community,
        intent=intent.intent,
        bill=part.bill,
        provider=intent.provider,
        amount_fen=part.amount_fen,
        receipt=receipt,
        settled_at=now,
    )


def _surplus_back(effect: Effect, paid: Intent, back_fen: int, now: datetime) -> Effect:
    """Add to `effect` that `back_fen`, which no bill asked for, is on its way back."""
    if back_fen <= 0:
        return effect
    refund = Refund.of(paid, surplus_refund(paid.intent), back_fen, "surplus", now)
    return replace(
        effect,
        intent=paid.model_copy(update={"reserved_fen": back_fen}),
        refunds=(refund,),
        facts=(*effect.facts, requested(paid, refund)),
    )


def requested(intent: Intent, refund: Refund) -> RefundRequested:
    """The fact that a refund was asked for; `refund` hears it and sends the refund to the provider."""
    return RefundRequested(
        community=intent.community, refund=refund.refund, intent=intent.intent, amount_fen=refund.amount_fen
    )


def _refunded(known: Known, intent: Intent, notice: Notice, now: datetime) -> Effect:
    """A provider says that money of an order went back. It had arrived before, so the payment is booked first
    where we had not heard of it.

    A refund with a number and an amount is booked by these, once, but for what a total booked before may hold
    of it; and what a total holds beyond all that is booked, as the rest.
    """
    refund, total_fen = known.refund, notice.refunded_fen or 0
    is_paid, is_done = intent.state == "paid", refund is not None and refund.state == "done"
    named_fen = _named_fen(intent, refund, notice)
    gone_fen = named_fen or (0 if is_paid else total_fen)
    if refund is None and not (notice.refund_fen or total_fen):
        return Effect("mismatched", "unknown_refund")
    if not _amounts_fit(intent, refund if named_fen and not is_done else None, notice, gone_fen):
        return Effect("mismatched", "refund_amount")
    before = Effect("refunded", intent=intent)
    if not is_paid:
        before = _paid(known, intent, notice, now, gone_fen=gone_fen)
    held = before.intent or intent
    is_ours = refund is not None and refund.is_under_way
    covered_fen = 0 if is_ours else min(named_fen, held.unnamed_fen)
    rest_fen = gone_fen - covered_fen
    if held.refunded_fen + rest_fen > held.amount_fen:
        return Effect("mismatched", "refund_amount")
    left: dict[str, Any] = {"unnamed_fen": held.unnamed_fen - covered_fen + gone_fen - named_fen}
    if is_ours:
        left["reserved_fen"] = held.reserved_fen - gone_fen
    elif named_fen:
        left["named"] = held.named | {refund_key(notice): named_fen}
    effect = replace(before, intent=held.model_copy(update=left))
    if rest_fen:
        key = elsewhere_key(notice, f"more#{refund_key(notice)}") if is_done or covered_fen else None
        done = _elsewhere(held, rest_fen, notice, key or refund_key(notice), now)
        if refund is not None and key is None:
            done = refund.ended("done", now)
        effect = _gone_back(effect, effect.intent or held, done, now, notice.at)
    effect = _rest(effect, notice, now, refund)
    if effect.intent == intent:
        return Effect("duplicate")
    return effect if effect.entries else replace(effect, outcome="noted")


def _named_fen(intent: Intent, refund: Refund | None, notice: Notice) -> int:
    """What a notice tells of its refund by itself, if that is new; nothing where it tells a total alone."""
    if refund_key(notice) in intent.named:
        return 0
    if refund is None or refund.why == "provider":
        return notice.refund_fen or 0
    return 0 if refund.state == "done" else refund.amount_fen


def _amounts_fit(intent: Intent, refund: Refund | None, notice: Notice, named_fen: int) -> bool:
    """Whether a refund's amount is what we asked for, and stands in the total, which is no more than came."""
    told_fen = named_fen if notice.refund_fen is None or refund is None else notice.refund_fen
    total_fen = named_fen if notice.refunded_fen is None else notice.refunded_fen
    return told_fen == named_fen <= total_fen <= intent.amount_fen


def _rest(effect: Effect, notice: Notice, now: datetime, refund: Refund | None) -> Effect:
    """`effect`, and what the provider's totals hold beyond all that is booked.

    While a refund of ours is on its way, which they may hold or not, the total is only kept.
    """
    intent = effect.intent
    if intent is None:
        return effect
    total_fen = max(intent.told_back_fen, notice.refunded_fen or 0)
    rest_fen = total_fen - intent.refunded_fen
    if rest_fen <= 0:
        return effect
    if intent.reserved_fen:
        return replace(effect, intent=intent.model_copy(update={"told_back_fen": total_fen}))
    is_of_notice = refund is None and notice.said == "refunded" and not effect.refunds
    key = refund_key(notice) if is_of_notice else elsewhere_key(notice, f"rest#{total_fen}")
    found = _elsewhere(intent, rest_fen, notice, key, now)
    unnamed = intent.model_copy(update={"unnamed_fen": intent.unnamed_fen + rest_fen})
    return _gone_back(effect, unnamed, found, now, notice.at)


def _elsewhere(intent: Intent, amount_fen: int, notice: Notice, key: str, now: datetime) -> Refund:
    """A refund that we did not ask for, made at the provider itself: the books follow the money."""
    number = notice.refund if key == refund_key(notice) else None
    made = Refund.of(intent, key, amount_fen, "provider", now).ended("done", now)
    return made.model_copy(update={"number": number})


def _gone_back(
    before: Effect, intent: Intent, refund: Refund, now: datetime, moved_at: datetime | None
) -> Effect:
    """Add to `before` that a refund was carried out: its entry, its fact, and what is back of the order."""
    is_surplus = intent.surplus or refund.why == "surplus"
    entry = ledger.refunded(refund, now, moved_at, surplus=is_surplus)
    fact = PaymentRefunded(
        community=intent.community,
        refund=refund.refund,
        intent=intent.intent,
        bill=intent.bill,
        amount_fen=refund.amount_fen,
        refunded_at=now,
    )
    of_bills_fen = intent.of_bills_back_fen + (0 if is_surplus else refund.amount_fen)
    back = {"refunded_fen": intent.refunded_fen + refund.amount_fen, "of_bills_back_fen": of_bills_fen}
    return replace(
        before,
        intent=intent.model_copy(update=back),
        refunds=(*before.refunds, refund),
        entries=(*before.entries, entry),
        facts=(*before.facts, fact),
    )


def given_back(intent: Intent, refund: Refund, now: datetime) -> Effect:
    """Book that a refund was handed back: of a payment by hand, or in place of a provider that is stuck."""
    return _gone_back(Effect("refunded"), intent, refund, now, now)


def _refund_failed(refund: Refund | None, intent: Intent, notice: Notice, now: datetime) -> Effect:
    """A provider will not carry a refund out: what was reserved for it on the order is free again."""
    if refund is None:
        return Effect("mismatched", "unknown_refund")
    if not refund.is_under_way:
        return Effect("duplicate" if refund.state == "failed" else "overtaken")
    freed = Effect(
        "refund_failed",
        intent=intent.model_copy(update={"reserved_fen": intent.reserved_fen - refund.amount_fen}),
        refunds=(refund.ended("failed", now),),
        facts=(_needs_a_person(intent, refund, "failed", now),),
    )
    return _rest(freed, notice, now, refund)


def _refund_stuck(refund: Refund | None, intent: Intent, now: datetime) -> Effect:
    """Only a person can finish a refund, at the provider: its amount stays reserved until somebody has."""
    if refund is None:
        return Effect("mismatched", "unknown_refund")
    if refund.state != "requested":
        return Effect("duplicate" if refund.state == "stuck" else "overtaken")
    return Effect(
        "refund_stuck",
        intent=intent,
        refunds=(refund.model_copy(update={"state": "stuck"}),),
        facts=(_needs_a_person(intent, refund, "stuck", now),),
    )


def _needs_a_person(
    intent: Intent, refund: Refund, why: Literal["stuck", "failed"], now: datetime
) -> RefundStuck:
    return RefundStuck(
        community=intent.community,
        refund=refund.refund,
        intent=intent.intent,
        amount_fen=refund.amount_fen,
        why=why,
        stuck_at=now,
    )


def _closed(intent: Intent) -> Effect:
    """A provider says that an order is closed: nobody can pay it any more."""
    if intent.state == "open":
        return Effect("closed", intent=intent.model_copy(update={"state": "closed"}))
    return Effect("duplicate" if intent.state == "closed" else "overtaken")


def taken_by_others(intent: Intent, dues: Mapping[str, Due]) -> frozenset[str]:
    """The bills of an order that others have paid, and its credits of which less is left than it uses."""
    return frozenset(
        part.bill
        for part in intent.parts
        if (due := dues.get(part.bill)) is not None
        and (due.state == "paid" if part.amount_fen > 0 else due.left_fen < -part.amount_fen)
    )


def back_of_bills(before: Intent, effect: Effect) -> dict[str, int]:
    """How much of each bill an effect gives back, in fen: of several bills, of one after the other."""
    intent = effect.intent or before
    begins, ends = before.of_bills_back_fen, intent.of_bills_back_fen
    if len(intent.bills) == 1:
        return {intent.bills[0]: ends - begins} if ends > begins else {}
    back: dict[str, int] = {}
    at = 0
    for part in intent.parts:
        if part.amount_fen <= 0:
            continue
        fen = min(ends, at + part.amount_fen) - max(begins, at)
        at += part.amount_fen
        if fen > 0:
            back[part.bill] = fen
    return back
