"""A hundred callbacks at once, two thousand through a store that keeps failing, a thousand forgeries."""

import random
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from chalice.app import Chalice

from functions.payments.bill import store as bills
from functions.payments.books.rows import CallbackRow
from functions.payments.callbacks.store import receive, take_effect
from functions.payments.payment_intent import store as intents
from functions.payments.payment_intent.models import IntentWanted
from functions.payments.providers import client as outgoing
from functions.payments.sweep import store as sweeping
from linli.errors import Unavailable
from linli.idempotency import Creation
from linli.tables import Row
from linli.vocabulary.directory import MembershipChanged
from linli.vocabulary.payments import Provider
from linli.vocabulary.utilities import BillIssued
from tests.integration import gateway
from tests.integration.conftest import app_of
from tests.integration.gateway import NOW
from tests.integration.payment_world import COMMUNITY, Books, Providers, check, in_place_of_providers, later
from tests.integration.quick_table import QuickTable, failed, in_place_of_dynamodb
from tests.unit.payments import shop

PAYMENTS, FORGERIES, AT_ONCE = 100, 1_000, 100
TIMES, FAULTY = 20, 0.3
AMOUNT = 3580


@pytest.fixture
def table(cloud: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[QuickTable]:  # noqa: ARG001  its effect is wanted
    monkeypatch.setenv("LINLI_SERVICE", "payments")
    with in_place_of_dynamodb() as quick:
        yield quick


@pytest.fixture
def truth(table: QuickTable) -> Iterator[Providers]:
    """Both providers, for one home."""
    from functions.payments.household import store  # noqa: PLC0415

    assert table.items == {}
    store.remember_home(
        MembershipChanged(community=COMMUNITY, person="payer-1", roles=["resident"], home="b1/101", version=1)
    )
    providers = Providers()
    with in_place_of_providers(providers):
        yield providers


@pytest.fixture
def callbacks() -> Chalice:
    return app_of("payments-callback")


def order(number: int, provider: Provider) -> str:
    """A bill, and an open order for it."""
    fact = BillIssued(
        community=COMMUNITY,
        bill=f"bill-{number}",
        home="b1/101",
        period="2025-12",
        amount_fen=AMOUNT,
        issued_at=NOW,
        due_at=NOW,
    )
    bills.take_in(fact, fact.issued_at)
    wanted = IntentWanted(bill=fact.bill, provider=provider, open_id="o-1")
    creation = Creation(f"intent-{number}", NOW, "attempt")
    return intents.open_intent(COMMUNITY, "payer-1", wanted, creation).intent


def answered(callbacks: Chalice, event: dict[str, Any]) -> bool:
    """Whether a callback is answered so that the provider does not come again."""
    raw = callbacks(event, None)
    return raw["statusCode"] == 204 or (raw["statusCode"], raw["body"]) == (200, "success")


def event_of(callbacks: Chalice, provider: Provider, delivery: Any) -> dict[str, Any]:
    return gateway.event(
        callbacks,
        "POST",
        f"/callbacks/{provider}/{COMMUNITY}",
        person="nobody",
        grants={},
        body=delivery.body.decode(),
        headers=dict(delivery.headers),
        now=delivery.now,
    )


@pytest.mark.parametrize("provider", ["alipay", "wechat"])
def test_a_hundred_at_once_settle_once(table: QuickTable, truth: Providers, provider: Provider) -> None:
    # Given one payment, and a store whose calls are each atomic and in no order
    intent = order(1, provider)
    truth.pay(intent)
    lock, interval = threading.Lock(), sys.getswitchinterval()

    def atomic(_operation: str, call: Callable[[], Any]) -> Any:
        with lock:
            return call()

    table.fault = atomic
    # When a hundred threads deliver it, half in the same words, half each in its own
    _, same = truth.delivery(0, NOW)
    plain = {**shop.TRANSACTION, "out_trade_no": intent}
    plain |= {"transaction_id": "4200000" + "0" + intent, "amount": {"total": AMOUNT, "currency": "CNY"}}
    deliveries = [same] * (AT_ONCE // 2)
    for number in range(AT_ONCE // 2):
        deliveries.append(
            shop.called(plain, notice=f"EV-{number}")
            if provider == "wechat"
            else shop.notified(out_trade_no=intent, trade_no="20260105" + intent, notify_id=f"n-{number}")
        )
    barrier = threading.Barrier(AT_ONCE)

    def send(number: int) -> bool:
        barrier.wait()
        stored = receive(COMMUNITY, provider, deliveries[number])
        try:
            take_effect(stored, NOW)
        except Unavailable:  # the provider comes again
            return False
        return True

    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            assert any(pool.map(send, range(AT_ONCE)))
    finally:
        sys.setswitchinterval(interval)
    sweeping.sweep(later(NOW, 2))
    # Then it has been settled once, and everything else is a duplicate
    books = Books.of(table)
    check(books, truth)
    assert Counter(entry.cause for entry in books.entries) == {"bill": 1, "payment": 1}
    rows = [row for item in table.items.values() if isinstance(row := Row.from_raw_data(item), CallbackRow)]
    assert Counter(row.outcome for row in rows) == {"settled": 1, "duplicate": AT_ONCE // 2}
    assert sum(int(row.deliveries) for row in rows) == AT_ONCE


def test_two_thousand_deliveries_through_a_failing_store(
    table: QuickTable, truth: Providers, callbacks: Chalice
) -> None:
    deliver_through_a_failing_store(table, truth, callbacks, PAYMENTS)


def deliver_through_a_failing_store(
    table: QuickTable, truth: Providers, callbacks: Chalice, payments: int
) -> None:
    """Payments, each delivered twenty times, shuffled, are each settled once."""
    chance = random.Random(20260105)  # noqa: S311  a test that can be repeated
    for number in range(payments):
        truth.pay(order(number, "alipay" if number % 2 else "wechat"))
    events = [event_of(callbacks, *truth.delivery(number, NOW)) for number in range(payments)]
    rounds = [number for number in range(payments) for _ in range(TIMES)]
    chance.shuffle(rounds)
    faults: Counter[str] = Counter()

    def happens(operation: str, call: Callable[[], Any]) -> Any:
        kind = chance.choice(("error", "throttled", "slow", "lost")) if chance.random() < FAULTY else "none"
        faults[kind] += 1
        if kind == "error":
            raise failed(operation, "InternalServerError")
        if kind == "throttled":
            raise failed(operation, "ProvisionedThroughputExceededException")
        answer = call()
        if kind in {"slow", "lost"}:  # too slow to wait for is lost, as far as the caller can tell
            raise failed(operation, "InternalServerError" if kind == "lost" else "RequestTimeout")
        return answer

    # When they all come in, and three calls in ten of the store fail
    table.fault = happens
    waiting = [number for number in rounds if not answered(callbacks, events[number])]
    # and whoever was told to come again does so
    retries = 0
    while waiting:
        retries += len(waiting)
        waiting = [number for number in waiting if not answered(callbacks, events[number])]
    # Then each is settled, once
    books = Books.of(table)
    check(books, truth)
    assert Counter(entry.cause for entry in books.entries) == {"bill": payments, "payment": payments}
    assert {due.state for due in books.dues.values()} == {"paid"}
    assert Counter(each.type for each in books.facts) == {"linli.payments.payment_settled.v1": payments}
    share = 1 - faults["none"] / faults.total()
    assert share == pytest.approx(FAULTY, abs=0.02)
    assert retries > 0


def test_a_thousand_forgeries_book_nothing_and_ask_nobody(
    table: QuickTable, truth: Providers, callbacks: Chalice, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given orders that forgers know of
    names = [order(number, "alipay" if number % 2 else "wechat") for number in range(10)]
    before = {key: item for key, item in table.items.items() if "#callback#" not in key[0]}
    sent: list[Any] = []
    monkeypatch.setattr(outgoing, "_sent", sent.append)
    for name in names:
        truth.pay(name)
    genuine = [truth.delivery(number, NOW) for number in range(len(names))]
    table.calls.clear()
    # When they send callbacks that differ from genuine ones in one byte
    chance = random.Random(20260105)  # noqa: S311  a test that can be repeated
    for number in range(FORGERIES):
        provider, delivery = genuine[number % len(names)]
        event = event_of(callbacks, provider, delivery)
        body = event["body"]
        at = chance.randrange(len(body))
        event["body"] = f"{body[:at]}{chr((ord(body[at]) + 1 + number % 20) % 93 + 33)}{body[at + 1 :]}"
        if event["body"] != body:
            assert not answered(callbacks, event)
    # Then each has cost one write of the callbacks, and nothing else has changed
    assert set(table.calls) == {"UpdateItem"}
    assert len(table.calls) <= FORGERIES
    after = {key: item for key, item in table.items.items() if "#refused#" not in key[0]}
    assert after == before
    assert sent == []
