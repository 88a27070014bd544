"""Bills, credits, several at once, by hand and by provider: what is owed is what the books say."""

from collections import Counter
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from functions.payments.bill import store as bills
from functions.payments.books import store as books
from functions.payments.books.ledger import balances
from functions.payments.books.store import Told
from functions.payments.hand_payment import store as hand
from functions.payments.hand_payment.models import HandPayment
from functions.payments.household import store as household
from functions.payments.payment_intent import store as intents
from functions.payments.payment_intent.models import IntentWanted
from functions.payments.providers.protocol.notices import Notice
from functions.payments.refund import store as refunds
from functions.payments.refund.models import RefundWanted
from linli.errors import Conflict, LinliError
from linli.idempotency import Creation
from linli.vocabulary.directory import MembershipChanged
from linli.vocabulary.utilities import BillIssued
from tests.integration.gateway import NOW
from tests.integration.payment_world import COMMUNITY, Books, Providers, in_place_of_providers, trade_of
from tests.integration.quick_table import QuickTable, in_place_of_dynamodb

PAYERS = ("payer-1", "payer-2")
amounts = st.integers(1, 5000)


class Home(RuleBasedStateMachine):
    """One home with two payers; a provider that takes every order."""

    def __init__(self) -> None:
        super().__init__()
        self.truth = Providers()
        self.places = [in_place_of_dynamodb(), in_place_of_providers(self.truth)]
        self.table: QuickTable = self.places[0].__enter__()  # type: ignore[assignment]
        self.places[1].__enter__()
        self.ids = (f"id-{number:04}" for number in range(10_000))
        self.issued = 0

    @initialize()
    def furnish(self) -> None:
        for payer in PAYERS:
            told = {"community": COMMUNITY, "person": payer, "roles": ["resident"], "home": "b1/101"}
            household.remember_home(MembershipChanged.model_validate(told | {"version": 1}))

    def creation(self) -> Creation:
        return Creation(next(self.ids), NOW, "attempt")

    def books(self) -> Books:
        return Books.of(self.table)

    def some(self, data: Any, at_most: int = 3) -> tuple[str, ...]:
        """Some bills, of those that are open most often."""
        every = {name: due.state for name, due in self.books().dues.items() if due.amount_fen > 0}
        still = sorted(name for name, state in every.items() if state == "open")
        names = sorted(every) if data.draw(st.integers(0, 4)) == 0 else still
        if not names:
            return ()
        return tuple(data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=at_most, unique=True)))

    @initialize(credit_fen=amounts)
    def begin(self, credit_fen: int) -> None:
        for fen in (4000, 6000, -credit_fen):
            self.issue(abs(fen), fen < 0, None)

    @rule(
        fen=amounts, is_credit=st.booleans(), known=st.sampled_from([None, None, ["payer-1"], [*PAYERS], []])
    )
    def issue_one(self, fen: int, is_credit: bool, known: list[str] | None) -> None:
        if self.issued < 8:
            self.issue(fen, is_credit, known)

    def issue(self, fen: int, is_credit: bool, known: list[str] | None) -> None:
        self.issued += 1
        told = {
            "community": COMMUNITY,
            "bill": f"bill-{self.issued:03}",
            "home": "b1/101",
            "period": "2025-12",
        }
        told |= {"amount_fen": -fen if is_credit else fen, "issued_at": NOW, "due_at": NOW, "payers": known}
        fact = BillIssued.model_validate(told)
        first = bills.take_in(fact, NOW)
        again = bills.take_in(fact, NOW)
        assert (first == "duplicate", again) == (False, "duplicate")

    @rule(data=st.data(), payer=st.sampled_from(PAYERS))
    def order(self, data: Any, payer: str) -> None:
        if wanted := self.some(data):
            with suppress(LinliError):
                asked = IntentWanted(bills=wanted, provider="alipay", open_id="o-1")
                intents.open_intent(COMMUNITY, payer, asked, self.creation())

    @rule(data=st.data())
    def pay(self, data: Any) -> None:
        """The payer pays an order that is open there, and the provider tells of it twice."""
        waiting = sorted(name for name, order in self.truth.orders.items() if order.state == "waiting")
        if not waiting:
            return
        name = data.draw(st.sampled_from(waiting))
        self.truth.pay(name)
        told = {"provider": "alipay", "notice": f"n-{name}", "said": "paid", "order": name, "at": NOW}
        told |= {"trade": trade_of("alipay", name), "amount_fen": self.truth.orders[name].amount_fen}
        for _ in range(2):
            books.settle(Told(COMMUNITY, Notice.model_validate(told)), NOW)

    @rule(data=st.data())
    def take_by_hand(self, data: Any) -> None:
        if not (wanted := self.some(data)):
            return
        told = {"bills": wanted, "means": "cash", "amount_fen": 10**9, "reference": "No. 1"}
        try:
            hand.enter(COMMUNITY, "manager-1", HandPayment.model_validate(told), self.creation())
        except Conflict as refused:
            fen = refused.extensions.get("wanted_fen", 0)
            if fen:
                right = HandPayment.model_validate(told | {"amount_fen": fen})
                assert hand.enter(COMMUNITY, "manager-1", right, self.creation()).amount_fen == fen

    @rule(data=st.data(), fen=amounts)
    def refund(self, data: Any, fen: int) -> None:
        paid = sorted(name for name, intent in self.books().intents.items() if intent.state == "paid")
        if paid:
            name = data.draw(st.sampled_from(paid))
            with suppress(Conflict):
                refunds.request(COMMUNITY, name, RefundWanted(amount_fen=fen), "manager-1", self.creation())

    @invariant()
    def what_is_owed_is_what_the_books_say(self) -> None:
        books = self.books()
        totals = balances(books.entries)
        assert sum(totals.values()) == 0
        owed = sum(
            due.amount_fen for due in books.dues.values() if due.state == "open" and due.amount_fen > 0
        )
        carried = sum(due.left_fen for due in books.dues.values())
        assert totals.get("dues", 0) == owed - carried
        back = sum(refund.amount_fen for refund in books.refunds.values() if refund.why == "surplus")
        assert totals.get("surplus", 0) == -back, "what nobody asked for is on its way back"
        settled = Counter(
            fact.subject for fact in books.facts if fact.type.split(".")[2] == "payment_settled"
        )
        paid = [due for due in books.dues.values() if due.state == "paid" and due.amount_fen > 0]
        assert settled == Counter(f"{COMMUNITY}/{due.bill}" for due in paid), "each told of once"
        for due in books.dues.values():
            assert 0 <= due.refunded_fen <= abs(due.amount_fen)
        for intent in books.intents.values():
            waiting = sum(
                each.amount_fen
                for each in books.refunds.values()
                if each.intent == intent.intent and each.is_under_way
            )
            assert (waiting, intent.refundable_fen >= 0) == (intent.reserved_fen, True)

    def teardown(self) -> None:
        for place in reversed(self.places):
            place.__exit__(None, None, None)


def test_what_is_owed_is_what_the_books_say_in_any_order(
    cloud: None,  # noqa: ARG001  its effect is wanted
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LINLI_SERVICE", "payments")
    run_state_machine_as_test(
        Home,
        settings=settings(
            max_examples=80, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
