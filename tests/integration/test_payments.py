"""Payments through the real handlers: bills, orders, callbacks, receipts."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from functions.payments.payment_intent.domain import MOST_ORDERS
from linli.communities import CommunityRow
from linli.tables import find
from linli.vocabulary.directory import MembershipChanged
from linli.vocabulary.payments import Provider
from linli.vocabulary.utilities import BillIssued
from tests.integration.conftest import Http, Invoke, Service, dead_letters, load_event
from tests.integration.gateway import NOW
from tests.integration.messages import batch, told
from tests.integration.neighbourhood import SAMPLE_BILL, SAMPLE_INTENT, furnish_payments
from tests.integration.paying import AMOUNT, DUES, INTENTS, Till, both, furnished_till, paid  # noqa: F401  the fixture
from tests.integration.people import ACME, WILLOW_MANAGER, WILLOW_RESIDENT, member

NEIGHBOUR = member("willow-resident-9", "willow", "resident")
SAME_HOME = member("willow-resident-2", "willow", "resident")


@both
def test_from_a_bill_to_a_receipt(till: Till, http: Http, provider: Provider) -> None:
    # Given a bill, and an order for it
    assert till.owe() == "owed"
    intent = till.order(provider)
    assert till.asked == [f"order {provider} {intent} {AMOUNT}"]
    # When the provider says that it was paid
    assert till.deliver(paid(provider, intent)).accepted
    # Then everything that depends on it has changed at once
    shown = http(till.app, "GET", f"{INTENTS}/{intent}", **WILLOW_RESIDENT).body
    assert (shown["state"], shown["receipt"]) == ("paid", f"r-20260105-{intent}")
    due = http(till.app, "GET", f"{DUES}/bill-1", **WILLOW_RESIDENT).body
    assert (due["state"], due["paid_by"], due["receipt"]) == ("paid", intent, shown["receipt"])
    receipt = http(
        till.app, "GET", f"/communities/willow/receipts/{shown['receipt']}", **WILLOW_RESIDENT
    ).body
    assert (receipt["amount_fen"], receipt["provider"], receipt["home"]) == (AMOUNT, provider, "b1/101")
    balances = http(
        till.app, "GET", "/communities/willow/ledger_balances", query={"month": "2026-01"}, **WILLOW_MANAGER
    ).body
    assert balances["accounts"] == {"dues": 0, "charges": -AMOUNT, provider: AMOUNT}
    assert (balances["entries"], balances["total_fen"]) == (2, 0)
    assert till.facts() == ["payment_settled"]
    (callback,) = till.inbox("settled")
    assert (callback.verdict, callback.outcome, callback.deliveries) == ("accepted", "settled", 1)


@pytest.mark.parametrize(
    ("language", "read"),
    [(None, "物业账单 2025-12"), ("en", "Bills of 2025-12")],
)
def test_the_cashier_reads_words_of_the_communitys_language_whoever_asks(
    till: Till, http: Http, language: str | None, read: str
) -> None:
    row = find(CommunityRow, CommunityRow.key("willow"))
    row.language = language
    row.save()
    till.owe()
    body = {"bill": "bill-1", "provider": "alipay"}
    for asked in ("en", "zh-CN"):
        headers = {"Accept-Language": asked}
        assert http(till.app, "POST", INTENTS, body=body, headers=headers, **WILLOW_RESIDENT).status == 201

    assert till.subjects == [read, read]


def test_a_bill_is_taken_in_once_and_never_changed(till: Till) -> None:
    assert [till.owe(), till.owe()] == ["owed", "duplicate"]
    assert till.owe(amount_fen=AMOUNT + 1) == "conflict"
    (letter,) = dead_letters(till.app, "bill")
    assert letter["MessageAttributes"]["ErrorCode"]["StringValue"] == "conflict"
    assert len(till.entries()) == 1


def test_a_bill_over_nothing_is_paid_as_it_is(till: Till, http: Http) -> None:
    assert till.owe(amount_fen=0) == "nothing_to_pay"
    assert till.entries() == []
    body = {"bill": "bill-1", "provider": "alipay"}
    assert http(till.app, "POST", INTENTS, body=body, **WILLOW_RESIDENT).problem == "conflict"


def test_dues_are_those_of_ones_own_home(till: Till, http: Http) -> None:
    till.owe("bill-1")
    till.owe("bill-2", home="b1/102")
    own = http(till.app, "GET", DUES, **WILLOW_RESIDENT).body
    assert [due["bill"] for due in own["items"]] == ["bill-1"]
    assert http(till.app, "GET", f"{DUES}/bill-2", **WILLOW_RESIDENT).status == 404
    assert http(till.app, "GET", DUES, **NEIGHBOUR).body["items"] == []
    for who in (WILLOW_RESIDENT, NEIGHBOUR):
        refused = http(till.app, "GET", DUES, query={"home": "b1/102"}, **who)
        assert refused.status == 404, "another home's dues are refused, and not one's own in their place"
    named = http(till.app, "GET", DUES, query={"home": "b1/101"}, **WILLOW_RESIDENT).body
    assert named == own
    everything = http(till.app, "GET", DUES, **WILLOW_MANAGER).body
    assert [due["bill"] for due in everything["items"]] == ["bill-1", "bill-2"]
    there = http(till.app, "GET", DUES, query={"home": "b1/102"}, **WILLOW_MANAGER).body
    assert [due["bill"] for due in there["items"]] == ["bill-2"]


def test_a_payer_has_one_open_order_for_a_bill(till: Till) -> None:
    till.owe()
    first = till.order("alipay")
    assert till.order("alipay") == first
    # another provider: the former order is closed
    second = till.order("wechat")
    assert second != first
    assert [till.intent(each).state for each in (first, second)] == ["closed", "open"]
    # somebody else of the home has an order of their own
    assert till.order("wechat", payer=SAME_HOME) not in {first, second}


def test_an_order_that_is_about_to_expire_serves_no_longer(till: Till) -> None:
    till.owe()
    first = till.order()
    assert till.order(now=NOW + timedelta(minutes=13)) == first
    assert till.order(now=NOW + timedelta(minutes=14, seconds=30)) != first


def test_the_same_idempotency_key_is_the_same_order(till: Till, http: Http) -> None:
    till.owe()
    body, headers = {"bill": "bill-1", "provider": "alipay"}, {"Idempotency-Key": "key-1"}
    made = [
        http(till.app, "POST", INTENTS, body=body, headers=headers, **WILLOW_RESIDENT).body for _ in range(2)
    ]
    assert made[0]["intent"] == made[1]["intent"]
    till.deliver(paid("alipay", made[0]["intent"]))
    again = http(till.app, "POST", INTENTS, body=body, headers=headers, **WILLOW_RESIDENT)
    assert (again.status, again.body["state"]) == (201, "paid")
    other = {**body, "provider": "wechat", "open_id": "o-1"}
    assert http(till.app, "POST", INTENTS, body=other, headers=headers, **WILLOW_RESIDENT).status == 422


def test_a_key_gives_nothing_to_pay_with_for_a_bill_that_is_paid_or_an_order_that_is_over(
    till: Till, http: Http
) -> None:
    # Given an order, made by a key
    till.owe()
    asked = {"body": {"bill": "bill-1", "provider": "alipay"}, "headers": {"Idempotency-Key": "key-1"}}
    first = http(till.app, "POST", INTENTS, **asked, **WILLOW_RESIDENT)
    assert "parameters" in first.body
    # When it is over, Then the key gives the order, and nothing to pay it with
    late = http(till.app, "POST", INTENTS, **asked, **WILLOW_RESIDENT, now=NOW + timedelta(minutes=15))
    assert (late.status, late.body["intent"]) == (201, first.body["intent"])
    assert "parameters" not in late.body
    # And so it does once somebody else has paid the bill
    till.deliver(paid("wechat", till.order("wechat", payer=SAME_HOME)))
    again = http(till.app, "POST", INTENTS, **asked, **WILLOW_RESIDENT)
    assert (again.body["state"], "parameters" in again.body) == ("open", False)


def test_a_payer_orders_a_bill_ten_times_an_hour_at_most(till: Till, http: Http) -> None:
    # Given a payer who cannot decide on a provider
    till.owe("bill-1")
    till.owe("bill-2")
    for number in range(MOST_ORDERS):
        till.order(("alipay", "wechat")[number % 2], now=NOW + timedelta(minutes=number))
    # When they change their mind once more
    asked = {"body": {"bill": "bill-1", "provider": "alipay"}, "now": NOW + timedelta(minutes=10)}
    refused = http(till.app, "POST", INTENTS, **asked, **WILLOW_RESIDENT)
    # Then they are told when they may, and can still pay what they have ordered
    assert (refused.status, refused.problem) == (409, "conflict")
    assert refused.body["again_at"] == "2026-01-05T09:00:00.000Z"
    till.order("wechat", now=NOW + timedelta(minutes=10))
    # And nobody else, and no other bill, has to wait
    till.order("alipay", "bill-2", now=NOW + timedelta(minutes=10))
    till.order("alipay", payer=SAME_HOME, now=NOW + timedelta(minutes=10))
    till.order("alipay", now=NOW + timedelta(hours=1))


def test_a_lost_reply_makes_no_second_order(till: Till, lose_reply: Callable[[str], None]) -> None:
    till.owe()
    lose_reply("TransactWriteItems")
    first = till.order()
    assert till.order() == first


def test_another_homes_bill_cannot_be_paid_nor_seen(till: Till, http: Http) -> None:
    till.owe(home="b1/102")
    body = {"bill": "bill-1", "provider": "alipay"}
    refused = http(till.app, "POST", INTENTS, body=body, **WILLOW_RESIDENT)
    assert (refused.status, refused.problem) == (404, "not-found")
    assert http(till.app, "POST", INTENTS, body=body, **NEIGHBOUR).status == 404


def test_payments_are_seen_by_their_payer_and_by_who_runs_the_community(till: Till, http: Http) -> None:
    till.owe()
    intent = till.order()
    till.deliver(paid("alipay", intent))
    receipt = f"/communities/willow/receipts/r-20260105-{intent}"
    assert http(till.app, "GET", f"{INTENTS}/{intent}", **SAME_HOME).status == 404
    assert http(till.app, "GET", receipt, **SAME_HOME).status == 200
    assert http(till.app, "GET", receipt, **NEIGHBOUR).status == 404
    assert http(till.app, "GET", receipt.replace("20260105", "20260106"), **WILLOW_MANAGER).status == 404
    assert http(till.app, "GET", f"{INTENTS}/{intent}", **WILLOW_MANAGER).status == 200
    own = http(till.app, "GET", INTENTS, **WILLOW_RESIDENT).body["items"]
    of_payer = http(till.app, "GET", INTENTS, query={"payer": "willow-resident-1"}, **ACME).body["items"]
    assert [each["intent"] for each in own] == [each["intent"] for each in of_payer] == [intent]
    assert (
        http(till.app, "GET", INTENTS, query={"payer": "willow-resident-1"}, **NEIGHBOUR).body["items"] == []
    )


def test_a_community_that_does_not_use_a_provider_says_so(till: Till, http: Http) -> None:
    home = {"community": "cedar", "person": "cedar-resident-1", "roles": ["resident"], "home": "b1/101"}
    till.tell("household", MembershipChanged(**home, version=1))
    fact = BillIssued(
        community="cedar",
        bill="bill-1",
        home="b1/101",
        period="2025-12",
        amount_fen=1,
        issued_at=NOW,
        due_at=NOW,
    )
    assert till.invoke(till.app, "bill", batch(told(fact, "1")))["outcomes"] == ["owed"]
    body = {"bill": "bill-1", "provider": "alipay"}
    asker = member("cedar-resident-1", "cedar", "resident")
    refused = http(till.app, "POST", "/communities/cedar/payment_intents", body=body, **asker)
    assert (refused.status, refused.problem) == (409, "conflict")


def test_the_normal_sample_is_a_real_one(service: Service, http: Http, invoke: Invoke) -> None:
    app, callbacks = service("payments"), service("payments-callback")
    furnish_payments(app, http, invoke)
    for name in ("normal_alipay", "edge_alipay_gbk_finished"):
        answer = invoke(callbacks, "api", load_event(f"payments/payment_callback/{name}.json"))
        assert (answer["statusCode"], answer["body"]) == (200, "success")
    due = http(app, "GET", f"{DUES}/{SAMPLE_BILL}", **WILLOW_RESIDENT).body
    assert (due["state"], due["paid_by"]) == ("paid", SAMPLE_INTENT)
