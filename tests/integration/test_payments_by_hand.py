"""Paying late, several bills at once, by hand, less what a bill asked for too much; and whose it is."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from functions.payments.books.ledger import balances
from linli.vocabulary.directory import MembershipChanged
from linli.vocabulary.utilities import BillIssued
from tests.integration.conftest import Http
from tests.integration.gateway import NOW
from tests.integration.paying import (  # noqa: F401  the fixture
    AMOUNT,
    DUES,
    INTENTS,
    SAME_HOME,
    Till,
    furnished_till,
    paid,
    refunded,
)
from tests.integration.people import WILLOW_MANAGER, WILLOW_RESIDENT, member

HAND = "/communities/willow/hand_payments"
Meanwhile = Callable[[str, Callable[[], object]], None]
NEW_TENANT = member("willow-resident-7", "willow", "resident")
OTHER_MANAGER = member("willow-manager-2", "willow", "manager")


def bill(till: Till, name: str, fen: int = AMOUNT, days: int = 14, **more: Any) -> str:
    told = {"community": "willow", "bill": name, "home": "b1/101", "period": "2025-12", "amount_fen": fen}
    times = {"issued_at": NOW - timedelta(days=30), "due_at": NOW + timedelta(days=days)}
    (outcome,) = till.tell("bill", BillIssued.model_validate(told | times | more))
    return outcome


def even(till: Till) -> dict[str, int]:
    """The balances, which add up to nothing, and to what is open."""
    totals = {str(account): fen for account, fen in balances(till.entries()).items()}
    assert sum(totals.values()) == 0
    return totals


def by_hand(till: Till, http: Http, fen: int, *bills: str, key: str = "hand-1", **more: Any) -> Any:
    body = {"bills": list(bills), "means": "cash", "amount_fen": fen, "reference": "No. 0001"} | more
    who = more.pop("who", WILLOW_MANAGER)
    body.pop("who", None)
    return http(till.app, "POST", HAND, body=body, headers={"Idempotency-Key": key}, **who)


def order(till: Till, http: Http, *bills: str, who: Any = WILLOW_RESIDENT, provider: str = "alipay") -> Any:
    body = {"bills": list(bills), "provider": provider, "open_id": "o-1"}
    return http(till.app, "POST", INTENTS, body=body, **who)


def listed(till: Till, http: Http, who: Any, **query: str) -> list[str]:
    answer = http(till.app, "GET", DUES, query=query, **who)
    assert answer.status == 200, answer
    return [each["bill"] for each in answer.body["items"]]


def test_a_cursor_of_a_wider_list_is_none_of_a_narrower_one(till: Till, http: Http) -> None:
    for number in range(3):
        bill(till, f"bill-{number}", days=number)
    asked: dict[str, Any] = {"limit": "2", "state": "open"}
    first = http(till.app, "GET", DUES, query=asked, **WILLOW_MANAGER).body
    asked |= {"cursor": first["next_cursor"], "state": "overdue"}
    refused = http(till.app, "GET", DUES, query=asked, **WILLOW_MANAGER)
    assert (refused.status, refused.problem) == (400, "invalid-cursor")


def test_overdue_is_a_filter_in_the_order_of_due_at(till: Till, http: Http) -> None:
    for name, days in (("late", -5), ("later", -1), ("to-come", 3), ("latest", -300)):
        bill(till, name, days=days)
    bill(till, "late-paid", days=-9)
    assert by_hand(till, http, AMOUNT, "late-paid").status == 201
    bill(till, "a-credit", -1, days=-9, home="b1/103")
    assert listed(till, http, WILLOW_MANAGER, state="overdue") == ["latest", "late", "later"]
    assert listed(till, http, WILLOW_MANAGER, state="overdue", home="b1/102") == []
    assert set(listed(till, http, WILLOW_RESIDENT, state="overdue")) == {"latest", "late", "later"}
    assert listed(till, http, WILLOW_MANAGER, state="open") == ["latest", "late", "later", "to-come"]


def test_several_bills_are_one_payment(till: Till, http: Http) -> None:
    bill(till, "bill-1", 1000)
    bill(till, "bill-2", 2000)
    made = order(till, http, "bill-1", "bill-2")
    assert (made.status, made.body["amount_fen"]) == (201, 3000)
    again = order(till, http, "bill-2", "bill-1")
    assert again.body["intent"] == made.body["intent"], "the open order serves again"
    assert till.deliver(paid("alipay", made.body["intent"], 3000)).accepted
    states = [till.due(each).state for each in ("bill-1", "bill-2")]
    receipts = {till.due(each).receipt for each in ("bill-1", "bill-2")}
    assert (states, len(receipts)) == (["paid", "paid"], 1)
    assert till.facts() == ["payment_settled", "payment_settled"]
    assert even(till)["alipay"] == 3000
    # and a part of it that goes back is of the first bill, then of the second
    back = refunded("alipay", made.body["intent"], "console-1", 1500, 3000)
    assert till.deliver(back).accepted
    assert [till.due(each).refunded_fen for each in ("bill-1", "bill-2")] == [1000, 500]


def test_an_order_for_another_set_of_bills_closes_the_former(till: Till, http: Http) -> None:
    for each in ("bill-1", "bill-2", "bill-3"):
        bill(till, each, 1000)
    first = order(till, http, "bill-1", "bill-2").body["intent"]
    second = order(till, http, "bill-2", "bill-3").body["intent"]
    assert [till.intent(each).state for each in (first, second)] == ["closed", "open"]
    third = order(till, http, "bill-1").body["intent"]
    assert [till.intent(each).state for each in (second, third)] == ["open", "open"]


def test_of_several_bills_what_was_paid_meanwhile_goes_back(till: Till, http: Http) -> None:
    bill(till, "bill-1", 1000)
    bill(till, "bill-2", 2000)
    several = order(till, http, "bill-1", "bill-2").body["intent"]
    alone = order(till, http, "bill-2", who=SAME_HOME).body["intent"]
    assert till.deliver(paid("alipay", alone, 2000)).accepted
    assert till.deliver(paid("alipay", several, 3000)).accepted
    assert (till.due("bill-1").paid_by, till.due("bill-2").paid_by) == (several, alone)
    (back,) = till.refunds(several)
    assert (back.why, back.amount_fen, till.intent(several).reserved_fen) == ("surplus", 2000, 2000)
    assert even(till) == {"alipay": 5000, "charges": -3000, "dues": 0, "surplus": -2000}
    assert till.deliver(refunded("alipay", several, back.refund, 2000, 3000)).accepted
    assert even(till)["surplus"] == 0
    assert till.due("bill-1").refunded_fen == 0


def test_a_payment_by_hand_says_who_took_it_and_by_what_it_is_found(till: Till, http: Http) -> None:
    bill(till, "bill-1")
    bill(till, "bill-2", 500)
    made = by_hand(till, http, AMOUNT + 500, "bill-1", "bill-2", payer="willow-resident-1", note="counter")
    assert made.status == 201, made
    assert (made.body["taken_by"], made.body["reference"]) == ("willow-manager-1", "No. 0001")
    assert even(till) == {"cash": AMOUNT + 500, "charges": -AMOUNT - 500, "dues": 0}
    assert till.facts() == ["payment_settled", "payment_settled"]
    receipt = http(till.app, "GET", f"/communities/willow/receipts/{made.body['receipt']}", **SAME_HOME)
    assert (receipt.body["provider"], receipt.body["taken_by"]) == ("cash", "willow-manager-1")
    taken = http(till.app, "GET", HAND, **WILLOW_MANAGER).body["items"]
    assert [each["intent"] for each in taken] == [made.body["intent"]]
    assert http(till.app, "GET", HAND, **WILLOW_RESIDENT).status == 403


def test_a_payment_by_hand_is_of_the_amount_that_is_asked_for(till: Till, http: Http) -> None:
    bill(till, "bill-1")
    assert by_hand(till, http, AMOUNT, "bill-9").status == 404
    refused = by_hand(till, http, AMOUNT - 1, "bill-1")
    assert (refused.status, refused.body["wanted_fen"]) == (409, AMOUNT)
    assert by_hand(till, http, AMOUNT, "bill-1", who=WILLOW_RESIDENT).status == 403
    assert even(till) == {"charges": -AMOUNT, "dues": AMOUNT}
    assert till.due().state == "open"


def test_what_was_entered_by_hand_is_entered_once(till: Till, http: Http) -> None:
    bill(till, "bill-1")
    bill(till, "bill-2")
    transfer = {"means": "transfer", "reference": "20260105 0001abc"}
    first = by_hand(till, http, AMOUNT, "bill-1", **transfer)
    assert by_hand(till, http, AMOUNT, "bill-1", **transfer).body == first.body, "the same key"
    again = by_hand(till, http, AMOUNT, "bill-1", key="hand-2", who=OTHER_MANAGER)
    assert (again.status, again.body["receipt"]) == (409, first.body["receipt"])
    spelled = transfer | {"reference": "202601050001ABC"}
    other = by_hand(till, http, AMOUNT, "bill-2", key="hand-3", **spelled)
    assert (other.status, other.body["receipt"]) == (409, first.body["receipt"])
    assert [entry.cause for entry in till.entries()].count("payment") == 1


def test_a_lost_reply_enters_no_second_payment(
    till: Till, http: Http, lose_reply: Callable[[str], None]
) -> None:
    bill(till, "bill-1")
    lose_reply("TransactWriteItems")
    assert by_hand(till, http, AMOUNT, "bill-1").status == 201
    assert even(till) == {"cash": AMOUNT, "charges": -AMOUNT, "dues": 0}


def test_a_payment_by_hand_goes_back_by_hand(till: Till, http: Http) -> None:
    bill(till, "bill-1")
    intent = by_hand(till, http, AMOUNT, "bill-1").body["intent"]
    path = f"{INTENTS}/{intent}/refunds"
    asked = {"headers": {"Idempotency-Key": "back-1"}, **WILLOW_MANAGER}
    done = http(till.app, "POST", path, body={"amount_fen": 580}, **asked)
    assert (done.status, done.body["state"]) == (201, "done")
    assert even(till) == {"cash": AMOUNT - 580, "charges": -AMOUNT, "dues": 0, "refunds": 580}
    assert till.due().refunded_fen == 580


def test_a_payment_by_hand_and_a_callback_settle_a_bill_once(till: Till, http: Http) -> None:
    for number, hand_first in enumerate((True, False)):
        name = f"bill-{number}"
        bill(till, name)
        intent = till.order(bill=name)
        steps: list[Callable[[], Any]] = [
            partial(by_hand, till, http, AMOUNT, name, key=f"hand-{number}"),
            partial(till.deliver, paid("alipay", intent)),
        ]
        answers = [step() for step in (steps if hand_first else reversed(steps))]
        settled = [entry for entry in till.entries() if entry.cause == "payment" and entry.bill == name]
        assert len(settled) == 1
        if hand_first:  # the payer's money goes back by itself
            assert [refund.why for refund in till.refunds(intent)] == ["surplus"]
        else:
            assert answers[1].status == 409
        even(till)


def test_a_credit_lowers_what_is_paid_next(till: Till, http: Http) -> None:
    bill(till, "bill-1", 3000)
    assert bill(till, "credit-1", -1000) == "credited"
    assert bill(till, "credit-1", -1000) == "duplicate"
    assert even(till) == {"charges": -2000, "dues": 2000}
    assert set(listed(till, http, WILLOW_RESIDENT)) == {"bill-1", "credit-1"}
    made = order(till, http, "bill-1")
    assert made.body["amount_fen"] == 2000
    assert till.deliver(paid("alipay", made.body["intent"], 2000)).accepted
    assert even(till) == {"alipay": 2000, "charges": -2000, "dues": 0}
    used = till.due("credit-1")
    assert (till.due("bill-1").state, used.state, used.refunded_fen) == ("paid", "paid", 1000)
    assert order(till, http, "credit-1").status == 409


def test_a_credit_beyond_a_bill_is_carried_on(till: Till, http: Http) -> None:
    bill(till, "credit-1", -1000)
    assert bill(till, "bill-1", 300) == "offset", "paid by the credit, as soon as it is there"
    assert (till.due("bill-1").state, till.due("credit-1").refunded_fen) == ("paid", 300)
    bill(till, "bill-2", 5000)
    assert by_hand(till, http, 5000, "bill-2").body["wanted_fen"] == 4300
    assert by_hand(till, http, 4300, "bill-2").status == 201
    assert even(till) == {"cash": 4300, "charges": -4300, "dues": 0}
    assert till.due("credit-1").state == "paid"


def test_a_credit_that_covers_an_open_bill_pays_it(till: Till, http: Http) -> None:
    bill(till, "bill-1", 300)
    bill(till, "bill-2", 900)
    intent = order(till, http, "bill-1").body["intent"]
    assert bill(till, "credit-1", -1000) == "offset"
    assert [till.due(each).state for each in ("bill-1", "bill-2")] == ["paid", "open"]
    assert till.facts() == ["payment_settled"]
    # and who had an order open for it gets the money back
    assert till.deliver(paid("alipay", intent, 300)).accepted
    assert [refund.amount_fen for refund in till.refunds(intent)] == [300]
    assert order(till, http, "bill-2").body["amount_fen"] == 200
    even(till)


def test_a_credit_that_was_missed_pays_a_bill_when_it_is_ordered(
    till: Till, http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("functions.payments.bill.store.offset", lambda *_: 0)  # the list was a moment behind
    bill(till, "credit-1", -1000)
    bill(till, "bill-1", 300)
    refused = order(till, http, "bill-1")
    assert (refused.status, till.due("bill-1").state, till.due("credit-1").refunded_fen) == (409, "paid", 300)
    assert even(till) == {"charges": 700, "dues": -700}


def test_two_orders_use_a_credit_once(till: Till, http: Http) -> None:
    bill(till, "bill-1", 3000)
    bill(till, "bill-2", 3000)
    bill(till, "credit-1", -1000)
    one = order(till, http, "bill-1").body["intent"]
    other = order(till, http, "bill-2", who=SAME_HOME).body["intent"]
    assert till.deliver(paid("alipay", one, 2000)).accepted
    assert till.deliver(paid("alipay", other, 2000)).accepted
    assert [till.due(each).state for each in ("bill-1", "bill-2")] == ["paid", "open"]
    assert [refund.amount_fen for refund in till.refunds(other)] == [2000], "it was not enough"
    assert even(till)["dues"] == 3000


def test_a_new_tenant_sees_nothing_of_the_former_ones(till: Till, http: Http) -> None:
    bill(till, "former", payers=["willow-resident-1"])
    bill(till, "vacant", payers=[])
    bill(till, "unknown")
    moved = {"community": "willow", "roles": ["resident"], "version": 2}
    gone = moved | {"person": "willow-resident-1", "home": "b1/102"}
    come = moved | {"person": "willow-resident-7", "home": "b1/101"}
    for told in (gone, come):
        till.tell("household", MembershipChanged.model_validate(told))
    bill(till, "latest", payers=["willow-resident-7"])
    assert set(listed(till, http, NEW_TENANT)) == {"unknown", "latest"}
    assert listed(till, http, WILLOW_RESIDENT) == ["former"]
    for name, sees in (("former", WILLOW_RESIDENT), ("latest", NEW_TENANT)):
        for who in (WILLOW_RESIDENT, NEW_TENANT):
            status = http(till.app, "GET", f"{DUES}/{name}", **who).status
            assert status == (200 if who is sees else 404)
    assert order(till, http, "former", who=NEW_TENANT).status == 404
    intent = order(till, http, "former").body["intent"]
    assert till.deliver(paid("alipay", intent)).accepted
    receipt = f"/communities/willow/receipts/{till.due('former').receipt}"
    assert http(till.app, "GET", receipt, **WILLOW_RESIDENT).status == 200
    assert http(till.app, "GET", receipt, **NEW_TENANT).status == 404
    assert set(listed(till, http, WILLOW_MANAGER, home="b1/101")) == {"former", "vacant", "unknown", "latest"}


def test_a_payer_whom_we_have_not_heard_of_finds_the_bill(till: Till, http: Http) -> None:
    bill(till, "bill-1", payers=["willow-resident-9"])
    late = member("willow-resident-9", "willow", "resident")
    assert listed(till, http, late) == ["bill-1"]
    fact = {"community": "willow", "roles": ["resident"], "person": "willow-resident-9", "home": "b1/103"}
    till.tell("household", MembershipChanged.model_validate(fact | {"version": 1}))
    assert listed(till, http, late) == ["bill-1"]


def test_two_managers_refund_at_the_same_moment_what_is_left_once(
    till: Till, http: Http, meanwhile: Meanwhile
) -> None:
    bill(till, "bill-1")
    by_provider = till.order()
    assert till.deliver(paid("alipay", by_provider)).accepted
    bill(till, "bill-2")
    at_the_counter = by_hand(till, http, AMOUNT, "bill-2").body["intent"]

    answers: list[int] = []

    def asked(intent: str, key: str, who: Any) -> None:
        path, headers = f"{INTENTS}/{intent}/refunds", {"Idempotency-Key": f"{key}-{intent}"}
        answers.append(http(till.app, "POST", path, body={}, headers=headers, **who).status)

    for intent in (by_provider, at_the_counter):
        meanwhile("TransactWriteItems", partial(asked, intent, "b", OTHER_MANAGER))
        asked(intent, "a", WILLOW_MANAGER)
        assert answers == [201, 409], "who was quicker, and the other"
        answers.clear()
        assert [refund.amount_fen for refund in till.refunds(intent)] == [AMOUNT]
    even(till)


def test_a_hand_payment_and_a_callback_at_the_same_moment_settle_once(
    till: Till, http: Http, meanwhile: Meanwhile
) -> None:
    for name in ("bill-1", "bill-2"):
        bill(till, name)
    first, second = till.order(bill="bill-1"), till.order(bill="bill-2")
    # When a callback comes between the reads of the one who enters it and the commit
    came: list[Any] = []
    meanwhile("TransactWriteItems", lambda: came.append(till.deliver(paid("alipay", first))))
    refused = by_hand(till, http, AMOUNT, "bill-1")
    assert (refused.status, came[0].accepted, till.due("bill-1").paid_by) == (409, True, first)
    # and when it is entered between those of the callback and its commit
    meanwhile("TransactWriteItems", lambda: came.append(by_hand(till, http, AMOUNT, "bill-2", key="hand-2")))
    assert till.deliver(paid("alipay", second)).accepted
    assert (came[1].status, till.due("bill-2").paid_by) == (201, came[1].body["intent"])
    assert [refund.why for refund in till.refunds(second)] == ["surplus"]
    assert even(till) == {
        "alipay": 2 * AMOUNT,
        "cash": AMOUNT,
        "charges": -2 * AMOUNT,
        "dues": 0,
        "surplus": -AMOUNT,
    }


def test_two_managers_enter_one_payment_at_the_same_moment_once(
    till: Till, http: Http, meanwhile: Meanwhile
) -> None:
    bill(till, "bill-1")
    came: list[Any] = []
    other = partial(by_hand, till, http, AMOUNT, "bill-1", key="hand-2", who=OTHER_MANAGER)
    meanwhile("TransactWriteItems", lambda: came.append(other()))
    assert by_hand(till, http, AMOUNT, "bill-1").status == 409
    assert (came[0].status, even(till)["cash"]) == (201, AMOUNT)
