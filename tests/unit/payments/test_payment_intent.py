"""Orders: when an open one serves again, and what a new one is."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from functions.payments.books.orders import Ordered
from functions.payments.dues.models import MOST_BILLS, Due
from functions.payments.payment_intent.domain import (
    MOST_ORDERS,
    WITHIN,
    Place,
    can_be_paid,
    counted,
    opened,
    refuse_if_paid,
    serves,
    subject_of,
)
from functions.payments.payment_intent.models import IntentWanted
from functions.payments.providers.wechat.messages import LONGEST_DESCRIPTION
from linli.errors import Conflict
from linli.words import LANGUAGES, Language
from tests.unit.payments.an_order import CLOSED, OPEN, PAID
from tests.unit.payments.shop import NOW

WANTED = IntentWanted(bill="bill-1", provider="wechat", open_id="o-1")
DUE = Due(
    bill="bill-1",
    home="b1/101",
    period="2025-12",
    amount_fen=3580,
    issued_at=NOW,
    due_at=NOW,
    state="open",
)
PLACE = Place("intent-1", "willow", "payer-1", "seller", "app", NOW)


def test_an_open_order_at_the_same_provider_serves_while_there_is_time() -> None:
    ours = replace(PLACE, seller=OPEN.seller, app=OPEN.app)
    assert serves(OPEN, WANTED, ours)
    assert serves(OPEN, WANTED, replace(ours, now=OPEN.expires_at - timedelta(minutes=1)))
    assert not serves(OPEN, WANTED, replace(ours, now=OPEN.expires_at - timedelta(seconds=59)))
    assert not serves(OPEN, IntentWanted(bill="bill-1", provider="alipay"), ours)
    assert not serves(CLOSED, WANTED, ours)
    assert not serves(PAID, WANTED, ours)


@pytest.mark.parametrize("changed", [{"seller": "another"}, {"app": "another"}])
def test_an_order_of_an_account_that_was_changed_since_does_not_serve(changed: dict[str, str]) -> None:
    ours = replace(PLACE, seller=OPEN.seller, app=OPEN.app)
    assert not serves(OPEN, WANTED, replace(ours, **changed))


def test_wechat_pay_needs_to_know_its_payer() -> None:
    with pytest.raises(ValidationError, match="open_id"):
        IntentWanted(bill="bill-1", provider="wechat")


@given(minutes=st.integers(5, 120))
def test_an_order_is_over_the_bill_and_for_so_many_minutes(minutes: int) -> None:
    intent = opened(DUE, WANTED, PLACE, minutes)
    assert (intent.amount_fen, intent.home, intent.state) == (DUE.amount_fen, "b1/101", "open")
    assert intent.expires_at - intent.created_at == timedelta(minutes=minutes)
    assert (intent.seller, intent.app) == ("seller", "app")


def test_a_paid_bill_is_not_ordered() -> None:
    refuse_if_paid(DUE)
    with pytest.raises(Conflict) as refused:
        refuse_if_paid(DUE.model_copy(update={"state": "paid", "receipt": "r-1"}))
    assert refused.value.extensions == {"receipt": "r-1"}


def test_an_order_can_be_paid_while_it_and_its_bill_are_open() -> None:
    paid_bill = DUE.model_copy(update={"state": "paid"})
    assert can_be_paid(OPEN, DUE, NOW)
    assert not can_be_paid(OPEN, DUE, OPEN.expires_at)
    assert not can_be_paid(OPEN, paid_bill, NOW)
    assert not can_be_paid(CLOSED, DUE, NOW)
    assert not can_be_paid(PAID, paid_bill, NOW)


@given(st.lists(st.integers(0, 1200), max_size=40))
def test_in_no_hour_are_there_more_orders_than_ten(waits_s: list[int]) -> None:
    ordered, now, made = Ordered(), NOW, list[datetime]()
    for wait_s in waits_s:
        now += timedelta(seconds=wait_s)
        within = [at for at in made if now - at < WITHIN]
        with suppress(Conflict):
            ordered = counted(ordered, now)
            made.append(now)
        assert (made[-1] is now) == (len(within) < MOST_ORDERS)
    assert len(ordered.at) <= MOST_ORDERS


@pytest.mark.parametrize(
    ("periods", "language", "read"),
    [
        (["2025-12"], "zh-CN", "物业账单 2025-12"),
        (["2025-12", "2025-11", "2025-12"], "zh-CN", "物业账单 2025-11、2025-12"),
        (["2025-12", "2025-11"], "en", "Bills of 2025-11, 2025-12"),
    ],
)
def test_at_the_cashier_stand_months_and_no_id(periods: list[str], language: Language, read: str) -> None:
    dues = [DUE.model_copy(update={"period": period}) for period in periods]
    assert subject_of(dues, language) == read


def test_a_credit_of_another_month_is_not_named_at_the_cashier() -> None:
    credit = DUE.model_copy(update={"period": "2025-10", "amount_fen": -100})
    assert subject_of([credit, DUE], "en") == "Bills of 2025-12"


def test_a_subject_of_as_many_bills_as_can_be_paid_is_short_enough_for_providers() -> None:
    dues = [DUE.model_copy(update={"period": f"2025-{month:02}"}) for month in range(1, MOST_BILLS + 1)]
    assert all(len(subject_of(dues, language)) <= LONGEST_DESCRIPTION for language in LANGUAGES)
