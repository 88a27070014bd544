"""Refunds: asked for, sent, told of, in any order; never more than came."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import Mock
from uuid import uuid4

import pytest
from pynamodb.exceptions import GetError

from functions.payments.providers import client as outgoing
from functions.payments.providers.merchants.models import Merchant
from functions.payments.providers.protocol.models import Answer, Outgoing, RefundOrder
from functions.payments.providers.protocol.notices import Notice
from functions.payments.refund import store
from linli.errors import Unavailable
from linli.events import Fact
from linli.vocabulary.payments import Provider, RefundRequested
from linli.vocabulary.utilities import BillIssued
from tests.integration.gateway import NOW
from tests.integration.messages import batch, told
from tests.integration.paying import (  # noqa: F401  the fixture
    AMOUNT,
    INTENTS,
    SAME_HOME,
    Till,
    answer_of,
    both,
    furnished_till,
    paid,
    refunded,
)
from tests.integration.people import WILLOW_MANAGER, WILLOW_RESIDENT
from tests.unit.payments import shop


@pytest.fixture
def giving_back(till: Till, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What the providers say to refunds, by what they are asked: `refund`, `query_refund`."""
    says = {"refund": "refunded", "query_refund": "unknown"}

    def answer(name: str) -> Callable[[Merchant, RefundOrder], Notice]:
        def asked(merchant: Merchant, wanted: RefundOrder) -> Notice:
            till.asked.append(f"{name} {wanted.amount_fen}")
            if says[name] == "silent":
                raise Unavailable("silent")
            fen = wanted.amount_fen if says[name] == "refunded" else None
            told = {"refund": wanted.id, "refund_fen": fen, "trade": None}
            return answer_of(merchant.provider, wanted.order, says[name], **told)

        return asked

    for name in says:
        monkeypatch.setattr(outgoing, name, answer(name))
    return says


def ask_back(till: Till, intent: str, fen: int | None = None, **headers: str) -> Any:
    body = {} if fen is None else {"amount_fen": fen}
    path, sent = f"{INTENTS}/{intent}/refunds", {"Idempotency-Key": str(uuid4())} | headers
    return till.http(till.app, "POST", path, body=body, headers=sent, **WILLOW_MANAGER)


def told_of(till: Till, intent: str, refund: str, fen: int) -> list[str]:
    fact = RefundRequested(community="willow", refund=refund, intent=intent, amount_fen=fen)
    return till.tell("refund", fact)


@both
def test_partial_and_full_refunds_are_booked_once(
    till: Till, giving_back: dict[str, str], provider: Provider
) -> None:
    assert giving_back
    till.owe()
    intent = till.order(provider)
    till.deliver(paid(provider, intent))
    first = ask_back(till, intent, 1000)
    assert (first.status, first.body["state"]) == (201, "requested")
    assert told_of(till, intent, first.body["refund"], 1000) == ["refunded"]
    assert told_of(till, intent, first.body["refund"], 1000) == ["duplicate"]
    rest = ask_back(till, intent)
    assert rest.body["amount_fen"] == AMOUNT - 1000
    assert told_of(till, intent, rest.body["refund"], AMOUNT - 1000) == ["refunded"]
    assert ask_back(till, intent).status == 409
    assert (till.intent(intent).refunded_fen, till.due().refunded_fen, till.due().state) == (
        AMOUNT,
        AMOUNT,
        "paid",
    )
    assert Counter(entry.cause for entry in till.entries()) == {"bill": 1, "payment": 1, "refund": 2}
    assert sum(line.fen for entry in till.entries() for line in entry.lines if line.account == provider) == 0
    # the provider's own notice of what we know is a duplicate
    assert till.deliver(refunded(provider, intent, first.body["refund"], 1000)).accepted
    assert till.facts().count("payment_refunded") == 2
    listed = till.http(till.app, "GET", f"{INTENTS}/{intent}/refunds", **WILLOW_RESIDENT).body["items"]
    assert [each["state"] for each in listed] == ["done", "done"]


def test_no_more_goes_back_than_came(till: Till) -> None:
    till.owe()
    intent = till.order()
    assert ask_back(till, intent).status == 409, "it has not been paid"
    till.deliver(paid("alipay", intent))
    assert ask_back(till, intent, AMOUNT + 1).status == 409
    assert ask_back(till, intent, AMOUNT).status == 201
    refused = ask_back(till, intent, 1)
    assert (refused.status, refused.body["refundable_fen"]) == (409, 0)
    assert ask_back(till, "no-such-intent").status == 404


def test_refunds_at_the_same_moment_never_exceed_the_payment(
    till: Till, meanwhile: Callable[..., None]
) -> None:
    till.owe()
    intent = till.order()
    till.deliver(paid("alipay", intent))
    meanwhile("TransactWriteItems", lambda: ask_back(till, intent, AMOUNT - 1))
    assert ask_back(till, intent, 2).status == 409
    assert ask_back(till, intent, 1).status == 201


def test_a_refund_is_asked_for_once_by_its_key_and_when_the_reply_is_lost(
    till: Till,
    lose_reply: Callable[[str], None],
) -> None:
    till.owe()
    intent = till.order()
    till.deliver(paid("alipay", intent))
    key = {"Idempotency-Key": "once"}
    lose_reply("TransactWriteItems")
    made = [ask_back(till, intent, 10, **key).body["refund"] for _ in range(2)]
    lose_reply("TransactWriteItems")
    ask_back(till, intent, 20)
    assert made[0] == made[1]
    assert sorted(each.amount_fen for each in till.refunds(intent)) == [10, 20]


@pytest.mark.parametrize("operation", ["BatchGetItem", "TransactWriteItems"])
def test_of_two_refunds_of_all_by_one_key_at_once_neither_is_refused(
    till: Till, meanwhile: Callable[[str, Callable[[], object]], None], operation: str
) -> None:
    till.owe()
    intent = till.order()
    till.deliver(paid("alipay", intent))
    key, twins = {"Idempotency-Key": "once"}, []
    meanwhile(operation, lambda: twins.append(ask_back(till, intent, **key)))
    own = ask_back(till, intent, **key)
    assert (own.status, own.body) == (201, twins[0].body)
    assert ask_back(till, intent).status == 409, "by another key it is another refund"
    assert len(till.refunds(intent)) == 1


def test_money_goes_back_only_by_a_key(till: Till) -> None:
    till.owe()
    intent = till.order()
    till.deliver(paid("alipay", intent))
    path = f"{INTENTS}/{intent}/refunds"
    refused = till.http(till.app, "POST", path, body={}, **WILLOW_MANAGER)
    assert (refused.status, refused.problem) == (400, "invalid-request")
    assert refused.body["detail"].startswith("Idempotency-Key: required, since ")
    assert till.refunds(intent) == []


def test_a_refund_is_answered_from_what_was_written(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a store of which no refund can be read
    till.owe()
    intent = till.order()
    till.deliver(paid("alipay", intent))
    key = {"Idempotency-Key": "once"}
    with monkeypatch.context() as broken:
        broken.setattr(store, "find", Mock(side_effect=GetError("throttled")))
        # When one is asked for, and asked for again
        first, again = (ask_back(till, intent, 1000, **key) for _ in range(2))
    # Then the first is answered, the second is to try again, and one refund is there in the end
    assert (first.status, first.body["amount_fen"], again.status) == (201, 1000, 503)
    assert ask_back(till, intent, 1000, **key).body == first.body
    assert [each.refund for each in till.refunds(intent)] == [first.body["refund"]]


def test_a_refund_that_fails_is_free_again_and_listed(till: Till, giving_back: dict[str, str]) -> None:
    giving_back["refund"] = "refund_failed"
    till.owe()
    intent = till.order()
    till.deliver(paid("alipay", intent))
    refund = ask_back(till, intent).body["refund"]
    assert told_of(till, intent, refund, AMOUNT) == ["refund_failed"]
    failed = till.http(till.app, "GET", "/communities/willow/refunds", **WILLOW_MANAGER).body["items"]
    assert [each["refund"] for each in failed] == [refund]
    assert ask_back(till, intent).status == 201
    assert Counter(entry.cause for entry in till.entries()) == {"bill": 1, "payment": 1}


def test_a_refund_that_takes_its_time_is_asked_for_again(till: Till, giving_back: dict[str, str]) -> None:
    giving_back["refund"] = "waiting"
    till.owe()
    intent = till.order("wechat")
    till.deliver(paid("wechat", intent))
    refund = ask_back(till, intent, 500).body["refund"]
    assert told_of(till, intent, refund, 500) == ["sent"]
    assert till.tick("reconcile", 1) == "nothing_due"
    giving_back["query_refund"] = "waiting"
    assert till.tick("reconcile", 3) == "done"
    assert till.refunds(intent)[0].state == "requested"
    giving_back["query_refund"] = "refunded"
    assert till.tick("reconcile", 10) == "done"
    assert (till.refunds(intent)[0].state, till.intent(intent).refunded_fen) == ("done", 500)
    assert till.tick("reconcile", 200) == "nothing_due"


def test_a_refund_that_never_got_there_is_sent_again(till: Till, giving_back: dict[str, str]) -> None:
    till.owe()
    intent = till.order()
    till.deliver(paid("alipay", intent))
    ask_back(till, intent, 500)  # and the queue never delivers
    giving_back["refund"] = "silent"
    assert till.tick("reconcile", 3) == "some_failed"
    giving_back["refund"] = "refunded"
    assert till.tick("reconcile", 10) == "done"
    assert till.refunds(intent)[0].state == "done"


def test_a_silent_provider_leaves_the_refund_in_the_queue(till: Till, giving_back: dict[str, str]) -> None:
    giving_back["refund"] = "silent"
    till.owe()
    intent = till.order()
    till.deliver(paid("alipay", intent))
    refund = ask_back(till, intent).body["refund"]
    fact = RefundRequested(community="willow", refund=refund, intent=intent, amount_fen=AMOUNT)
    assert till.invoke(till.app, "refund", batch(told(fact, "1")))["batchItemFailures"]


@both
def test_a_refund_before_its_payment_notice_books_both(till: Till, provider: Provider) -> None:
    # Given an order that was paid and partly given back at the provider, and none of it reached us
    till.owe()
    intent = till.order(provider)
    # When the refund is told of first
    assert till.deliver(refunded(provider, intent, "console-1", 1000)).accepted
    # Then the payment is booked with it
    assert (till.due().paid_by, till.intent(intent).refunded_fen) == (intent, 1000)
    assert Counter(entry.cause for entry in till.entries()) == {"bill": 1, "payment": 1, "refund": 1}
    # and the notice of the payment, after the refund, changes nothing
    late = {"trade_no": shop.NOTIFICATION["trade_no"]} if provider == "alipay" else {}
    assert till.deliver(paid(provider, intent, **late)).accepted
    assert till.deliver(refunded(provider, intent, "console-1", 1000)).accepted
    assert till.facts() == ["payment_refunded", "payment_settled"]


def test_more_back_than_came_is_a_mismatch(till: Till) -> None:
    till.owe()
    intent = till.order("wechat")
    till.deliver(paid("wechat", intent))
    assert till.deliver(refunded("wechat", intent, "console-1", 3000)).accepted
    assert not till.deliver(refunded("wechat", intent, "console-2", 581)).accepted
    assert till.intent(intent).refunded_fen == 3000


def test_surplus_goes_back_without_anybody_asking(till: Till, giving_back: dict[str, str]) -> None:
    assert giving_back
    till.owe()
    first, second = till.order("alipay"), till.order("wechat", payer=SAME_HOME)
    till.deliver(paid("wechat", second))
    till.deliver(paid("alipay", first))
    (refund,) = till.refunds(first)
    assert told_of(till, first, refund.refund, AMOUNT) == ["refunded"]
    assert sum(line.fen for entry in till.entries() for line in entry.lines if line.account == "surplus") == 0
    assert till.due().refunded_fen == 0, "the bill stays paid in full"


def test_a_refund_that_alipay_knows_and_did_not_carry_out_is_not_booked(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Documented: without a `refund_status` it was not received, or has failed."""
    till.owe()
    intent = till.order()
    till.deliver(paid("alipay", intent))
    refund = ask_back(till, intent, 1000).body["refund"]

    def answer(out: Outgoing) -> Answer:
        if b"alipay.trade.fastpay.refund.query" not in out.body:
            refusal = {"code": "40004", "sub_code": "ACQ.SELLER_BALANCE_NOT_ENOUGH"}
            return shop.alipay_answers("alipay.trade.refund", **refusal)
        known = {"out_trade_no": intent, "out_request_no": refund, "refund_amount": "10.00"}
        return shop.alipay_answers("alipay.trade.fastpay.refund.query", **known, total_amount="35.80")

    monkeypatch.setattr(outgoing, "_sent", answer)
    monkeypatch.setattr(outgoing, "signing_key", lambda _: shop.key("ours"))
    assert told_of(till, intent, refund, 1000) == ["refund_failed"]
    assert (till.intent(intent).refunded_fen, till.intent(intent).refundable_fen) == (0, AMOUNT)
    assert "payment_refunded" not in till.facts()


def test_a_total_without_the_number_of_its_refund_is_booked(till: Till) -> None:
    till.owe()
    intent = till.order()
    till.deliver(paid("alipay", intent))
    total = {"out_trade_no": intent, "total_amount": "35.80", "gmt_refund": "2026-01-05 16:01:00"}
    for fee in ("10.00", "10.00", "16.00"):
        assert till.deliver(shop.notified(**total, refund_fee=fee, notify_id=f"r-{fee}")).accepted
    assert [each.amount_fen for each in till.refunds(intent)].count(1000) == 1
    assert (till.intent(intent).refunded_fen, till.due().refunded_fen) == (1600, 1600)


def test_what_comes_late_changes_no_month_that_is_closed(till: Till, giving_back: dict[str, str]) -> None:
    """A bill and a refund of last year come out of a dead-letter queue."""
    assert giving_back
    till.owe()
    intent = till.order()
    till.deliver(paid("alipay", intent))
    refund = ask_back(till, intent, 1000).body["refund"]
    issued = BillIssued(
        community="willow", bill="bill-late", home="b1/101", period="2025-12", amount_fen=1, issued_at=NOW,
        due_at=NOW,
    )  # fmt: skip
    asked = RefundRequested(community="willow", refund=refund, intent=intent, amount_fen=1000)
    late: dict[str, Fact] = {"bill": issued, "refund": asked}
    for function, fact in late.items():
        message = told(fact, "late", NOW - timedelta(days=6))
        till.invoke(till.app, function, batch(message, sent=NOW + timedelta(hours=1)))
    at = {entry.at for entry in till.entries() if entry.refund or entry.bill == "bill-late"}
    assert at == {NOW + timedelta(hours=1)}
