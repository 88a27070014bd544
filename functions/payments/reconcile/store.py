"""Orders and refunds that providers have been silent about."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from typing import TypeVar

from functions.payments.books import store as books
from functions.payments.books.retries import store as retries
from functions.payments.books.retries.pauses import pause_after
from functions.payments.books.rows import IntentRow, RefundRow
from functions.payments.books.store import Told
from functions.payments.providers import client as providers
from functions.payments.providers.merchants import store as merchants
from functions.payments.providers.merchants.models import Merchant
from functions.payments.providers.protocol.models import KeyNotTaken, RefundOrder, Silent
from functions.payments.providers.protocol.notices import Notice
from functions.payments.reconcile.domain import Ask, ask_of, is_over, meaning, nobody_can_pay
from linli.due import due, see_to_each
from linli.errors import NotFound
from linli.tables import ConditionsFailed, change, find
from linli.vocabulary.payments import Provider

MOST_ASKED = 25  # per shard and run: each costs a provider's answer
MOST_READ = 200  # of a shard, so that rows which nobody is asked about leave room for the others
Claimed = TypeVar("Claimed", IntentRow, RefundRow)
Subject = TypeVar("Subject", str, RefundOrder)


def reconcile(now: datetime) -> str:
    """Ask providers about all orders and refunds that are due. Returns the outcome of the run."""
    run = _Run(now)
    outcomes = {
        see_to_each("silent_order", run.due(IntentRow), now, run.order),
        see_to_each("silent_refund", run.due(RefundRow), now, run.refund),
    }
    return next(each for each in ("some_failed", "done", "nothing_due") if each in outcomes)


class _Run:
    """One run. A merchant whose provider does not answer at all, or does not take its key, is not asked again
    in it: what is due of such a merchant waits for longer each time, as if it had been asked.
    """

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.asked: Counter[str] = Counter()
        self.silent: set[tuple[str, Provider]] = set()
        self.shut_out: set[tuple[str, Provider]] = set()

    def due(self, kind: type[Claimed]) -> Iterator[Claimed]:
        """What is due, of each shard until so many have really been asked about."""
        rows = due(kind, self.now, MOST_READ)
        return (row for row in rows if self.asked[str(row.due_shard)] < MOST_ASKED)

    def order(self, found: IntentRow) -> str:
        """Ask about an order, and settle what the answer is."""
        row = retries.claim(found, self.now)
        if row is None:
            return "settled_before"
        intent, ask = row.intent, ask_of(row.intent, self.now)
        if ask is None:
            return _let_sleep(row)
        retries.put_off(row, _next(row, self.now, intent.expires_at))
        notice = self._answer(row, ask)
        if notice is None:
            return "not_asked"
        effect = books.settle(Told(intent.community, notice), self.now)
        if is_over(notice) and effect.changes_nothing and not effect.mismatch:
            _let_sleep(row)
        return effect.outcome

    def refund(self, found: RefundRow) -> str:
        """Ask about a refund, send it again if it never got there, and settle what the answer is.

        One of another merchant account than today's is stuck; a stuck one is never sent again: a person has
        it in hand.
        """
        row = retries.claim(found, self.now)
        if row is None:
            return "settled_before"
        refund, community = row.refund, row.community
        retries.put_off(row, _next(row, self.now, self.now))
        intent = find(IntentRow, IntentRow.key(community, refund.intent)).intent
        try:
            merchant = merchants.of_account(intent.account)
        except NotFound:
            return books.strand(community, refund, self.now).outcome
        wanted = RefundOrder(refund.refund, refund.intent, refund.amount_fen, intent.amount_fen)
        notice = self._asked(row, merchant, providers.query_refund, wanted)
        if notice and notice.said == "unknown" and refund.state == "requested":
            notice = self._asked(row, merchant, providers.refund, wanted)
        return books.settle(Told(community, notice), self.now).outcome if notice else "not_asked"

    def _answer(self, row: IntentRow, ask: Ask) -> Notice | None:
        """What the provider says, None where it has just been silent. Whom nobody of ours can ask, since the
        merchant account or its key is no more, nobody can pay once the order is over.
        """
        intent, question = row.intent, providers.query if ask == "query" else providers.close
        try:
            notice = self._asked(row, merchants.of_account(intent.account), question, intent.intent)
        except (NotFound, KeyNotTaken):
            if ask != "close":
                raise
            return nobody_can_pay(intent)
        return meaning(ask, notice) if notice else None

    def _asked(
        self,
        row: Claimed,
        merchant: Merchant,
        question: Callable[[Merchant, Subject], Notice],
        subject: Subject,
    ) -> Notice | None:
        whose = merchant.community, merchant.provider
        if whose in self.shut_out:
            raise KeyNotTaken("key_not_taken", {"provider": merchant.provider})
        if whose in self.silent:
            return None
        self.asked[str(row.due_shard)] += 1
        try:
            return question(merchant, subject)
        except KeyNotTaken:
            self.shut_out.add(whose)
            raise
        except Silent:
            self.silent.add(whose)
            raise


def _next(row: Claimed, now: datetime, expires_at: datetime) -> datetime:
    """When a row is looked at again: after a pause, or when its order expires, whichever is sooner."""
    due_at = now + pause_after(int(row.tries))
    return min(due_at, expires_at) if now < expires_at else due_at


def _let_sleep(row: IntentRow) -> str:
    with suppress(ConditionsFailed):
        change(row, IntentRow.no_longer_due(), IntentRow.due_at == row.due_at)
    return "asleep"
