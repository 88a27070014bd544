"""Orders and refunds that providers have been silent about."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from functions.payments import gateway, merchants, till, waking
from functions.payments.exchange import Merchant
from functions.payments.exchange import Refund as Wanted
from functions.payments.notices import Notice
from functions.payments.reconcile.domain import ask_of, is_over, meaning
from functions.payments.tables import IntentRow, RefundRow
from functions.payments.till import Told
from linli.errors import Unavailable
from linli.events import Provider
from linli.tables import find

Claimed = IntentRow | RefundRow
Subject = TypeVar("Subject", str, Wanted)


def reconcile(now: datetime) -> str:
    """Ask about all that is due. Returns the outcome of the run."""
    run = _Run(now)
    outcomes = {
        waking.each("silent_order", waking.due(IntentRow, "intent", now), now, run.order),
        waking.each("silent_refund", waking.due(RefundRow, "refund", now), now, run.refund),
    }
    return next(each for each in ("some_failed", "done", "nothing_due") if each in outcomes)


class _Run:
    """One run. A merchant whose provider does not answer is not asked again in it."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.silent: set[tuple[str, Provider]] = set()

    def order(self, pk: str, sk: str) -> str:
        """Ask about an order, and settle what the answer is."""
        row = find(IntentRow, (pk, sk))
        intent, ask = row.intent, ask_of(row.intent, self.now)
        if not _claim(row, self.now, intent.expires_at):
            return "settled_before"
        if ask is None:
            return _let_sleep(row)
        merchant = self._merchant(intent.community, intent.provider)
        notice = meaning(
            ask, self._asked(merchant, gateway.query if ask == "query" else gateway.close, intent.intent)
        )
        effect = till.take(Told(intent.community, notice), self.now)
        if is_over(notice) and effect.changes_nothing and not effect.mismatch:
            _let_sleep(row)
        return effect.outcome

    def refund(self, pk: str, sk: str) -> str:
        """Ask about a refund, send it again if it never got there, and settle what the answer is."""
        row = find(RefundRow, (pk, sk))
        refund, community = row.refund, waking.community_of(row)
        if not _claim(row, self.now, self.now):
            return "settled_before"
        merchant = self._merchant(community, refund.provider)
        order_fen = find(IntentRow, IntentRow.key(community, refund.intent)).intent.amount_fen
        wanted = Wanted(refund.refund, refund.intent, refund.amount_fen, order_fen)
        notice = self._asked(merchant, gateway.query_refund, wanted)
        if notice.said == "unknown":
            notice = self._asked(merchant, gateway.refund, wanted)
        return till.take(Told(community, notice), self.now).outcome

    def _merchant(self, community: str, provider: Provider) -> Merchant:
        if (community, provider) in self.silent:
            raise Unavailable("the provider was silent a moment ago")
        return merchants.merchant(community, provider)

    def _asked(
        self, merchant: Merchant, ask: Callable[[Merchant, Subject], Notice], subject: Subject
    ) -> Notice:
        try:
            return ask(merchant, subject)
        except Unavailable:
            self.silent.add((merchant.community, merchant.provider))
            raise


def _claim(row: Claimed, now: datetime, expires_at: datetime) -> bool:
    """Put a row off before its provider is asked, so that one who does not answer holds up nobody."""
    kind = type(row)
    if row.wake_at is None or row.wake_at > now:
        return False
    asked = int(row.asked or 0)
    wake_at = now + waking.later(asked)
    if now < expires_at:
        wake_at = min(wake_at, expires_at)
    row.update([kind.wake_at.set(wake_at), kind.asked.set(asked + 1)], kind.wake_at == row.wake_at)
    return True


def _let_sleep(row: IntentRow) -> str:
    row.update([IntentRow.wake_at.remove(), IntentRow.wake_shard.remove()], IntentRow.wake_at == row.wake_at)
    return "asleep"
