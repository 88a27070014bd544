"""Orders and refunds that providers have been silent about."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TypeVar

from functions.payments import gateway, merchants, till, waking
from functions.payments.exchange import Merchant, Silent
from functions.payments.exchange import Refund as Wanted
from functions.payments.notices import Notice
from functions.payments.orders import Intent
from functions.payments.reconcile.domain import Ask, ask_of, is_over, meaning, nobody_can_pay
from functions.payments.tables import IntentRow, RefundRow
from functions.payments.till import Told
from linli.due import due, see_to_each
from linli.errors import NotFound
from linli.events import Provider
from linli.tables import ConditionsFailed, change, find

MOST_A_RUN = 25  # per shard: each costs a provider's answer
NEXT_RUN = timedelta(minutes=1)
Claimed = TypeVar("Claimed", IntentRow, RefundRow)
Subject = TypeVar("Subject", str, Wanted)


def reconcile(now: datetime) -> str:
    """Ask about all that is due. Returns the outcome of the run."""
    run = _Run(now)
    outcomes = {
        see_to_each("silent_order", due(IntentRow, now, MOST_A_RUN), now, run.order),
        see_to_each("silent_refund", due(RefundRow, now, MOST_A_RUN), now, run.refund),
    }
    return next(each for each in ("some_failed", "done", "nothing_due") if each in outcomes)


class _Run:
    """One run. A merchant whose provider does not answer at all is not asked again in it."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.silent: set[tuple[str, Provider]] = set()

    def order(self, found: IntentRow) -> str:
        """Ask about an order, and settle what the answer is."""
        row = waking.claimed(found, self.now)
        if row is None:
            return "settled_before"
        intent, ask = row.intent, ask_of(row.intent, self.now)
        if ask is None:
            return _let_sleep(row)
        if self._is_silent(row, intent.community, intent.provider):
            return "not_asked"
        waking.wait(row, _next(row, self.now, intent.expires_at))
        notice = self._answer(intent, ask)
        effect = till.take(Told(intent.community, notice), self.now)
        if is_over(notice) and effect.changes_nothing and not effect.mismatch:
            _let_sleep(row)
        return effect.outcome

    def refund(self, found: RefundRow) -> str:
        """Ask about a refund, send it again if it never got there, and settle what the answer is."""
        row = waking.claimed(found, self.now)
        if row is None:
            return "settled_before"
        refund, community = row.refund, waking.community_of(row)
        if self._is_silent(row, community, refund.provider):
            return "not_asked"
        waking.wait(row, _next(row, self.now, self.now))
        merchant = merchants.merchant(community, refund.provider)
        order_fen = find(IntentRow, IntentRow.key(community, refund.intent)).intent.amount_fen
        wanted = Wanted(refund.refund, refund.intent, refund.amount_fen, order_fen)
        notice = self._asked(merchant, gateway.query_refund, wanted)
        if notice.said == "unknown":
            notice = self._asked(merchant, gateway.refund, wanted)
        return till.take(Told(community, notice), self.now).outcome

    def _answer(self, intent: Intent, ask: Ask) -> Notice:
        """What the provider says; of one where the community is no merchant any more, nobody can pay."""
        try:
            merchant = merchants.merchant(intent.community, intent.provider)
        except NotFound:
            if ask != "close":
                raise
            return nobody_can_pay(intent)
        asked = gateway.query if ask == "query" else gateway.close
        return meaning(ask, self._asked(merchant, asked, intent.intent))

    def _is_silent(self, row: Claimed, community: str, provider: Provider) -> bool:
        """Whether its provider has just been silent: the next run asks, as if it had not been due."""
        if (community, provider) not in self.silent:
            return False
        waking.wait(row, self.now + NEXT_RUN, counts=False)
        return True

    def _asked(
        self, merchant: Merchant, ask: Callable[[Merchant, Subject], Notice], subject: Subject
    ) -> Notice:
        try:
            return ask(merchant, subject)
        except Silent:
            self.silent.add((merchant.community, merchant.provider))
            raise


def _next(row: Claimed, now: datetime, expires_at: datetime) -> datetime:
    """When a row is looked at again, and when its order expires."""
    due_at = now + waking.later(int(row.tries))
    return min(due_at, expires_at) if now < expires_at else due_at


def _let_sleep(row: IntentRow) -> str:
    with suppress(ConditionsFailed):
        change(row, IntentRow.no_longer_due(), IntentRow.due_at == row.due_at)
    return "asleep"
