"""Deliver, duplicate, reorder, crash, lose the reply, refund, tick: 2,000 steps, and the books always hold.

The process is killed, or a call of the store fails or loses its reply, at any call of any step.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError
from chalice.app import Chalice
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from pynamodb.exceptions import PynamoDBException

from functions.payments.bill import store as bills
from functions.payments.books.rows import CallbackRow
from functions.payments.callbacks.store import callback_id
from functions.payments.payment_intent import store as intents
from functions.payments.payment_intent.models import IntentWanted
from functions.payments.providers.registry import PROVIDERS as MODULES
from functions.payments.reconcile import store as reconciling
from functions.payments.refund import store as refunds
from functions.payments.refund.models import RefundWanted
from functions.payments.sweep import store as sweeping
from linli.errors import LinliError
from linli.idempotency import Creation
from linli.vocabulary.directory import MembershipChanged
from linli.vocabulary.payments import Provider, RefundRequested
from linli.vocabulary.utilities import BillIssued
from tests.integration import gateway
from tests.integration.conftest import app_of
from tests.integration.gateway import NOW
from tests.integration.paying import MERCHANTS
from tests.integration.payment_world import COMMUNITY, Books, Providers, check, in_place_of_providers, later
from tests.integration.quick_table import Killed, QuickTable, failed, in_place_of_dynamodb

BILLS = ("bill-1", "bill-2", "bill-3")
PAYERS = ("payer-1", "payer-2")
PROVIDERS: tuple[Provider, ...] = ("alipay", "wechat")
FAULTS = ("none", "none", "error", "lost", "killed before", "killed after")
EXPECTED = (Killed, LinliError, PynamoDBException, ClientError)
EXAMPLES, STEPS = 60, 50
faults = st.tuples(st.sampled_from(FAULTS), st.integers(0, 6))


class Payments(RuleBasedStateMachine):
    """Some bills, payers and providers; every step may fail at any call of the store."""

    callbacks: Chalice
    done = 0

    def __init__(self) -> None:
        super().__init__()
        self.now: datetime = NOW
        self.truth = Providers()
        self.before: dict[str, int] = {}
        self.places = [in_place_of_dynamodb(), in_place_of_providers(self.truth)]
        self.table: QuickTable = self.places[0].__enter__()  # type: ignore[assignment]
        self.places[1].__enter__()
        self.elsewhere: set[str] = set()
        self.ids = (f"id-{number:04}" for number in range(10_000))

    @initialize()
    def furnish(self) -> None:
        from functions.payments.household import store  # noqa: PLC0415

        for payer in PAYERS:
            store.remember_home(
                MembershipChanged(
                    community=COMMUNITY, person=payer, roles=["resident"], home="b1/101", version=1
                )
            )
        for bill in BILLS:
            bills.take_in(
                BillIssued(
                    community=COMMUNITY,
                    bill=bill,
                    home="b1/101",
                    period="2025-12",
                    amount_fen=1000,
                    issued_at=NOW,
                    due_at=NOW,
                ),
                NOW,
            )

    def creation(self) -> Creation:
        """An id in the order of their making: chance is Hypothesis's alone."""
        return Creation(next(self.ids), self.now, "attempt")

    @contextmanager
    def step(self, fault: tuple[str, int]) -> Iterator[None]:
        """Something happens, and at one of its calls a fault."""
        Payments.done += 1
        kind, at = fault
        calls = iter(range(1000))

        def happens(operation: str, call: Callable[[], Any]) -> Any:
            if next(calls) != at:
                return call()
            if kind == "error":
                raise failed(operation, "InternalServerError")
            if kind == "killed before":
                raise Killed
            answer = call()
            if kind == "lost":
                raise failed(operation, "InternalServerError")
            if kind == "killed after":
                raise Killed
            return answer

        self.table.fault = happens
        try:
            with suppress(*EXPECTED):
                yield
        finally:
            self.table.fault = lambda _operation, call: call()

    @rule(
        bill=st.sampled_from(BILLS),
        payer=st.sampled_from(PAYERS),
        provider=st.sampled_from(PROVIDERS),
        fault=faults,
    )
    def order(self, bill: str, payer: str, provider: Provider, fault: tuple[str, int]) -> None:
        wanted = IntentWanted(bill=bill, provider=provider, open_id="o-1")
        with self.step(fault):
            intents.open_intent(COMMUNITY, payer, wanted, self.creation())

    @precondition(lambda self: self.truth.orders)
    @rule(data=st.data())
    def pay(self, data: st.DataObject) -> None:
        Payments.done += 1
        self.truth.pay(data.draw(st.sampled_from(sorted(self.truth.orders))))

    @precondition(lambda self: self.truth.notices)
    @rule(data=st.data(), times=st.integers(1, 3), fault=faults)
    def deliver(self, data: st.DataObject, times: int, fault: tuple[str, int]) -> None:
        """Any of the notices, the first or the last, for the first or the fifth time."""
        number = data.draw(st.integers(0, len(self.truth.notices) - 1))
        for _ in range(times):
            with self.step(fault):
                self.callback(number)

    def callback(self, number: int) -> dict[str, Any]:
        provider, delivery = self.truth.delivery(number, self.now)
        event = gateway.event(
            self.callbacks,
            "POST",
            f"/callbacks/{provider}/{COMMUNITY}",
            person="nobody",
            grants={},
            body=delivery.body.decode(),
            headers=dict(delivery.headers),
            now=self.now,
        )
        return dict(self.callbacks(event, None))

    @precondition(lambda self: self.truth.orders)
    @rule(data=st.data(), fen=st.sampled_from([None, 1, 400, 1000]), fault=faults)
    def ask_back(self, data: st.DataObject, fen: int | None, fault: tuple[str, int]) -> None:
        intent = data.draw(st.sampled_from(sorted(self.truth.orders)))
        with self.step(fault):
            refunds.request(COMMUNITY, intent, RefundWanted(amount_fen=fen), "manager-1", self.creation())

    @rule(data=st.data(), fault=faults)
    def send_refund(self, data: st.DataObject, fault: tuple[str, int]) -> None:
        """The bus tells of one of the refunds that were requested, once more."""
        told = [
            RefundRequested.model_validate(each.data)
            for each in Books.of(self.table).facts
            if each.type == RefundRequested.TYPE
        ]
        if told:
            with self.step(fault):
                refunds.send(data.draw(st.sampled_from(told)), self.now)

    @precondition(lambda self: self.truth.orders)
    @rule(data=st.data(), fen=st.sampled_from([1, 300, 1000]))
    def give_back_elsewhere(self, data: st.DataObject, fen: int) -> None:
        """Somebody gives money back at the provider's console, while refunds of ours may be under way."""
        Payments.done += 1
        name = data.draw(st.sampled_from(sorted(self.truth.orders)))
        order = self.truth.orders[name]
        if self.truth.give_back(name, f"console-{len(order.refunds)}-{name}", fen):
            self.elsewhere.add(name)

    @rule(minutes=st.sampled_from([1, 5, 20]), silent=st.booleans(), fault=faults)
    def tick(self, minutes: int, silent: bool, fault: tuple[str, int]) -> None:
        self.now = later(self.now, minutes)
        self.truth.silent = silent
        for run in (sweeping.sweep, reconciling.reconcile):
            with self.step(fault):
                run(self.now)
        self.truth.silent = False

    @invariant()
    def the_books_hold(self) -> None:
        books = Books.of(self.table)
        check(books, self.truth)
        states = books.states()
        assert all(states[name] >= rank for name, rank in self.before.items()), "nothing goes backwards"
        self.before = states

    def teardown(self) -> None:
        try:
            self.table.fault = lambda _operation, call: call()
            self.all_is_well_in_the_end()
        finally:
            for place in reversed(self.places):
                place.__exit__(None, None, None)

    def is_stored(self, number: int) -> bool:
        provider, delivery = self.truth.delivery(number, self.now)
        notice = MODULES[provider].parse(delivery, MERCHANTS[provider])
        return CallbackRow.key(COMMUNITY, callback_id(notice)) in self.table.items

    def all_is_well_in_the_end(self) -> None:
        """Nothing fails any more: time alone brings the books to what the providers know."""
        for _ in range(4):
            for number in range(len(self.truth.notices)):
                if not self.is_stored(number):  # what is stored is settled without coming again
                    self.callback(number)
            for _ in range(2):
                self.now = later(self.now, 70)
                sweeping.sweep(self.now)
                reconciling.reconcile(self.now)
        assert not [item for item in self.table.items.values() if "due_shard" in item], "nothing waits"
        books = Books.of(self.table)
        check(books, self.truth)
        for name, order in self.truth.orders.items():
            assert (books.intents[name].state == "paid") == (order.state == "paid"), "no payment is lost"
            assert books.intents[name].refunded_fen == sum(order.refunds.values()), (
                "the books hold what the provider does"
            )
        assert not [each for each in books.refunds.values() if each.state == "requested"]
        for intent in books.intents.values():
            if intent.surplus and intent.intent not in self.elsewhere:
                assert intent.refunded_fen == intent.amount_fen, "what was paid twice went back"


@pytest.fixture
def machine(cloud: None, monkeypatch: pytest.MonkeyPatch) -> type[Payments]:  # noqa: ARG001  its effect is wanted
    monkeypatch.setenv("LINLI_SERVICE", "payments")
    Payments.callbacks = app_of("payments-callback")
    Payments.done = 0
    return Payments


def test_two_thousand_steps(machine: type[Payments]) -> None:
    assert steps(machine, EXAMPLES) >= 2_000


def steps(machine: type[Payments], examples: int) -> int:
    """How many steps were done, with all that holds at each and after the last one of an example."""
    from hypothesis.stateful import run_state_machine_as_test  # noqa: PLC0415

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    return machine.done
