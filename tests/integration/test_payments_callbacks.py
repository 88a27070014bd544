"""What a callback does, and does not: every case of the table in functions/payments/README.md."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pynamodb.connection import Connection

from functions.payments import gateway as outgoing
from functions.payments import inbox
from functions.payments import till as settling_till
from functions.payments.exchange import Merchant, Refused, UnknownSerial, Unreadable
from functions.payments.exchange import Refund as Wanted
from functions.payments.notices import Notice
from functions.payments.tables import CallbackRow, EntryRow
from linli.aws import client
from linli.errors import Unavailable
from linli.events import Provider, RefundRequested
from linli.tables import Row
from linli_cli import templates
from tests.integration.conftest import ROOT, STAGE, Http
from tests.integration.gateway import NOW
from tests.integration.paying import (  # noqa: F401  the fixture
    AMOUNT,
    INTENTS,
    MERCHANTS,
    Till,
    both,
    furnished_till,
    paid,
    refunded,
)
from tests.integration.people import ACME, WILLOW_MANAGER, WILLOW_RESIDENT, member
from tests.integration.quick_table import failed
from tests.unit.payments import shop

SAME_HOME = member("willow-resident-2", "willow", "resident")
REPLAY = "/communities/willow/inbox/{}/replay"


def untouched(till: Till, intent: str) -> bool:
    """Whether nothing has happened to an order and its bill."""
    booked = [entry for entry in till.entries() if entry.cause != "bill"]
    return (till.intent(intent).state, till.due().state, booked, till.facts()) == ("open", "open", [], [])


def notice(provider: Provider, intent: str, said: str, **more: Any) -> Notice:
    """What a provider answers when it is asked."""
    merchant = MERCHANTS[provider]
    told = {"provider": merchant.provider, "notice": f"asked-{intent}", "said": said, "order": intent}
    return Notice.model_validate(told | {"trade": shop.NOTIFICATION["trade_no"]} | more)


# What does not fit has no effect


WRONG: dict[Provider, dict[str, dict[str, Any]]] = {
    "alipay": {
        "amount": {"total_amount": "35.79"},
        "currency": {"trans_currency": "USD"},
        "seller": {"seller_id": "2088000000000009"},
        "app": {"app_id": "2021000000000009"},
    },
    "wechat": {
        "amount": {"amount": {"total": AMOUNT - 1, "currency": "CNY"}},
        "currency": {"amount": {"total": AMOUNT, "currency": "USD"}},
        "seller": {"mchid": "1900000999"},
        "app": {"appid": "wx9999999999999999"},
    },
}


@pytest.mark.parametrize("mismatch", ["amount", "currency", "seller", "app"])
@both
def test_a_signed_callback_that_does_not_fit_changes_nothing(
    till: Till, provider: Provider, mismatch: str
) -> None:
    till.owe()
    intent = till.order(provider)
    answer = till.deliver(paid(provider, intent, **WRONG[provider][mismatch]))
    assert (answer.status, "fail" in answer.body.lower()) == (
        (200, True) if provider == "alipay" else (409, True)
    )
    assert untouched(till, intent)
    (row,) = till.inbox("mismatched")
    assert (row.verdict, row.outcome, row.mismatch) == ("accepted", "mismatched", mismatch)
    # and it still counts when it comes again
    assert not till.deliver(paid(provider, intent, **WRONG[provider][mismatch])).accepted
    (row,) = till.inbox("mismatched")
    assert (row.deliveries, row.mismatch) == (2, mismatch)
    # while the right one settles
    assert till.deliver(paid(provider, intent)).accepted
    assert till.due().paid_by == intent


@both
def test_an_unknown_order_changes_nothing(till: Till, provider: Provider) -> None:
    till.owe()
    intent = till.order(provider)
    for order in ("01kdxh2b3c4d5e6f7g8h9jkmnq", "NO-ID-OF-OURS"):
        assert not till.deliver(paid(provider, order)).accepted
    assert untouched(till, intent)
    assert {row.mismatch for row in till.inbox("mismatched")} == {"unknown_order"}


def test_an_order_of_the_other_provider_changes_nothing(till: Till) -> None:
    till.owe()
    intent = till.order("wechat")
    assert not till.deliver(paid("alipay", intent)).accepted
    assert untouched(till, intent)
    assert [row.mismatch for row in till.inbox("mismatched")] == ["provider"]


@both
def test_an_order_of_another_community_is_an_unknown_one(till: Till, provider: Provider) -> None:
    # Given cedar has the same merchant, and willow an order
    till.owe()
    intent = till.order(provider)
    cedar = MERCHANTS[provider].model_copy(update={"community": "cedar"})
    name = f"linli/{STAGE}/merchants/cedar/{provider}"
    client("secretsmanager").create_secret(Name=name, SecretString=cedar.model_dump_json())
    # When the payment comes in under cedar's address
    assert not till.deliver(paid(provider, intent), community="cedar").accepted
    # Then it is nothing to either
    assert untouched(till, intent)
    assert till.inbox("mismatched") == []
    shelf = CallbackRow.in_state("cedar", "mismatched")
    assert [row.mismatch for row in CallbackRow.by_shelf.query(shelf)] == ["unknown_order"]


def test_another_trade_of_a_paid_order_changes_nothing(till: Till) -> None:
    till.owe()
    intent = till.order()
    till.deliver(paid("alipay", intent))
    assert not till.deliver(paid("alipay", intent, trade_no="another", notify_id="other")).accepted
    assert [row.mismatch for row in till.inbox("mismatched")] == ["trade"]
    assert till.facts() == ["payment_settled"]


@both
def test_who_is_no_merchant_has_no_callbacks(till: Till, provider: Provider) -> None:
    for community in ("maple", "No-Id", "nowhere"):
        assert not till.deliver(paid(provider, "some-order"), community=community).accepted
    assert not list(CallbackRow.query(CallbackRow.refused("maple", "2026-01-05")))


def test_there_is_no_such_provider(till: Till) -> None:
    till.owe()
    assert till.deliver(paid("alipay", till.order()), provider="unionpay").status == 404  # type: ignore[arg-type]


# What is not signed is stored, and does nothing


@pytest.mark.parametrize(
    ("verdict", "delivery"),
    [
        ("forged", shop.called(signer="somebody")),
        ("stale", shop.called(skew=timedelta(seconds=-301))),
        ("stale", shop.called(skew=timedelta(seconds=301))),
        ("unknown-serial", shop.called(serial="00" * 16)),
        ("malformed", shop.called(serial="not hex")),
        (
            "unreadable",
            shop.called(resource={"algorithm": "AEAD_AES_256_GCM", "ciphertext": "AAAA", "nonce": "n"}),
        ),
    ],
)
def test_a_refused_callback_is_stored_with_the_reason(till: Till, verdict: str, delivery: Any) -> None:
    till.owe()
    intent = till.order("wechat")
    for times in (1, 2):
        answer = till.deliver(delivery)
        assert (answer.status in {400, 403}, json.loads(answer.body)["message"]) == (True, verdict)
        (row,) = till.refused()
        assert (row.verdict, row.deliveries) == (verdict, times)
    assert row.ttl == int((NOW + timedelta(days=30)).timestamp())
    assert untouched(till, intent)


def test_a_large_forgery_leaves_two_kilobytes(till: Till) -> None:
    delivery = shop.notified(subject="x" * 100_000)
    till.deliver(replace(delivery, body=delivery.body + b"1"))
    (row,) = till.refused()
    assert len(row.body) == 2048


@both
def test_a_megabyte_is_refused_before_anything_else(till: Till, provider: Provider) -> None:
    delivery = replace(shop.called() if provider == "wechat" else shop.notified(), body=b"a" * 2**20)
    answer = till.deliver(delivery)
    assert answer.status == (413 if provider == "wechat" else 200)
    assert not answer.accepted
    assert till.refused() == []


def test_a_probe_is_told_apart_from_a_forgery(till: Till, capsys: pytest.CaptureFixture[str]) -> None:
    delivery = shop.called()
    headers = {**delivery.headers, "Wechatpay-Signature": "WECHATPAY/SIGNTEST/abcd"}
    assert till.deliver(replace(delivery, headers=headers)).status == 403
    metrics = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    assert [line["outcome"] for line in metrics if line["action"] == "payment_callback"] == ["probe"]


def test_a_rotated_key_settles_after_one_look(till: Till) -> None:
    # Given the provider signs with a key that we do not have yet
    till.owe()
    intent = till.order("wechat")
    serial = "AB" * 16
    amount = {"total": AMOUNT, "currency": "CNY"}
    delivery = shop.called(
        {**shop.TRANSACTION, "out_trade_no": intent, "amount": amount}, signer="rotated", serial=serial
    )
    assert not till.deliver(delivery).accepted
    # When operations have added it, and a minute has passed
    merchant = MERCHANTS["wechat"]
    keys = {**merchant.provider_keys, serial: shop.signing.public_part(shop.key("rotated"))}
    changed = merchant.model_copy(update={"provider_keys": keys})
    name = f"linli/{STAGE}/merchants/willow/wechat"
    client("secretsmanager").put_secret_value(SecretId=name, SecretString=changed.model_dump_json())
    now = NOW + timedelta(seconds=61)
    # Then the provider's retry settles
    assert till.deliver(replace(delivery, now=now)).accepted
    assert till.due().paid_by == intent


# Once, whatever comes how often and in what order


@both
def test_a_duplicate_changes_nothing_and_is_counted(till: Till, provider: Provider) -> None:
    till.owe()
    intent = till.order(provider)
    assert all(till.deliver(paid(provider, intent)).accepted for _ in range(3))
    (row,) = till.inbox("settled")
    assert (row.deliveries, row.outcome) == (3, "settled")
    assert till.facts() == ["payment_settled"]
    assert len(till.entries()) == 2


def test_two_providers_for_one_bill_settle_it_once_and_give_one_back(till: Till) -> None:
    # Given one bill, ordered at both providers by two who live there
    till.owe()
    first, second = till.order("alipay"), till.order("wechat", payer=SAME_HOME)
    # When both are paid
    assert till.deliver(paid("wechat", second)).accepted
    assert till.deliver(paid("alipay", first)).accepted
    # Then the first to come settled the bill, and the other goes back
    assert till.due().paid_by == second
    assert (till.intent(first).state, till.intent(first).surplus, till.intent(first).receipt) == (
        "paid",
        True,
        None,
    )
    (refund,) = till.refunds(first)
    assert (refund.amount_fen, refund.why, refund.state) == (AMOUNT, "surplus", "requested")
    assert till.facts() == ["payment_settled", "refund_requested"]
    assert Counter(entry.cause for entry in till.entries()) == {"bill": 1, "payment": 1, "surplus": 1}


def test_two_providers_at_the_same_moment_settle_once(till: Till, meanwhile: Callable[..., None]) -> None:
    till.owe()
    first, second = till.order("alipay"), till.order("wechat", payer=SAME_HOME)
    meanwhile("TransactWriteItems", lambda: till.deliver(paid("wechat", second)))
    assert till.deliver(paid("alipay", first)).accepted
    assert (till.due().paid_by, till.intent(first).surplus) == (second, True)


def test_a_payer_who_changed_providers_pays_once(till: Till) -> None:
    till.owe()
    former, latter = till.order("alipay"), till.order("wechat")
    # the former was closed here, and its payment was under way
    assert till.deliver(paid("alipay", former)).accepted
    assert (till.intent(former).state, till.due().paid_by) == ("paid", former)
    assert till.deliver(paid("wechat", latter)).accepted
    assert till.intent(latter).surplus


@both
def test_a_closed_order_that_is_paid_after_all_counts(till: Till, provider: Provider) -> None:
    till.owe()
    intent = till.order(provider)
    closed = (
        {"trade_status": "TRADE_CLOSED", "notify_id": "c"}
        if provider == "alipay"
        else {"trade_state": "CLOSED"}
    )
    assert till.deliver(paid(provider, intent, **closed)).accepted
    assert till.intent(intent).state == "closed"
    late = {"notify_id": "late"} if provider == "alipay" else {}
    assert till.deliver(paid(provider, intent, **late)).accepted
    assert till.due().paid_by == intent


def test_paid_beats_closed(till: Till) -> None:
    till.owe()
    intent = till.order()
    till.deliver(paid("alipay", intent))
    assert till.deliver(paid("alipay", intent, trade_status="TRADE_CLOSED", notify_id="c")).accepted
    assert till.intent(intent).state == "paid"
    assert sorted(row.outcome for row in till.inbox("settled")) == ["settled", "stale"]


def test_waiting_and_finished_are_what_they_say(till: Till) -> None:
    till.owe()
    intent = till.order()
    assert till.deliver(paid("alipay", intent, trade_status="WAIT_BUYER_PAY", notify_id="w")).accepted
    assert till.intent(intent).state == "open"
    assert till.deliver(paid("alipay", intent, trade_status="TRADE_FINISHED", notify_id="f")).accepted
    assert till.due().paid_by == intent


# Refunds


@pytest.fixture
def giving_back(till: Till, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What the providers say to refunds, by what they are asked: `refund`, `query_refund`."""
    says = {"refund": "refunded", "query_refund": "unknown"}

    def answer(name: str) -> Callable[[Merchant, Wanted], Notice]:
        def asked(merchant: Merchant, wanted: Wanted) -> Notice:
            till.asked.append(f"{name} {wanted.amount_fen}")
            if says[name] == "silent":
                raise Unavailable("silent")
            fen = wanted.amount_fen if says[name] == "refunded" else None
            told = {"refund": wanted.id, "refund_fen": fen, "trade": None}
            return notice(merchant.provider, wanted.order, says[name], **told)

        return asked

    for name in says:
        monkeypatch.setattr(outgoing, name, answer(name))
    return says


def ask_back(till: Till, intent: str, fen: int | None = None, **headers: str) -> Any:
    body = {} if fen is None else {"amount_fen": fen}
    path = f"{INTENTS}/{intent}/refunds"
    return till.http(till.app, "POST", path, body=body, headers=headers, **WILLOW_MANAGER)


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
    from tests.integration.messages import batch, told  # noqa: PLC0415

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


# The store fails, and heals


@both
def test_a_store_that_is_down_loses_nothing(
    till: Till, provider: Provider, lose_reply: Callable[[str], None]
) -> None:
    till.owe()
    intent = till.order(provider)
    lose_reply("UpdateItem")
    lose_reply("TransactWriteItems")
    assert till.deliver(paid(provider, intent)).accepted
    assert till.deliver(paid(provider, intent)).accepted
    assert Counter(entry.cause for entry in till.entries()) == {"bill": 1, "payment": 1}
    (row,) = till.inbox("settled")
    assert row.outcome == "settled"


@pytest.mark.parametrize("operation", ["UpdateItem", "BatchGetItem", "TransactWriteItems"])
@both
def test_down_then_healed_is_paid_once_after_the_providers_retry(
    till: Till,
    provider: Provider,
    operation: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    till.owe()
    intent = till.order(provider)
    # Given the store is down for one kind of call
    connection = Row._get_connection().connection
    works = connection.client._make_api_call

    def down(name: str, kwargs: Any) -> Any:
        if name == operation:
            raise failed(name, "InternalServerError")
        return works(name, kwargs)

    with monkeypatch.context() as broken:
        broken.setattr(
            type(connection.client), "_make_api_call", lambda _self, name, kwargs: down(name, kwargs)
        )
        # When the callback comes in
        answer = till.deliver(paid(provider, intent))
    # Then the provider is told to come again
    assert not answer.accepted
    assert answer.status == (503 if provider == "wechat" else 200)
    assert untouched(till, intent)
    # and its retry settles
    assert till.deliver(paid(provider, intent)).accepted
    assert till.due().paid_by == intent
    assert till.facts() == ["payment_settled"]


def test_what_is_stored_and_not_settled_is_swept(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    till.owe()
    intent = till.order()

    def down(*_: Any) -> Any:
        raise Unavailable("down")

    with monkeypatch.context() as broken:
        broken.setattr(settling_till, "take", down)
        assert not till.deliver(paid("alipay", intent)).accepted
        (row,) = till.inbox("waiting")
        assert row.outcome is None
        assert till.tick("sweep", 0.5) == "nothing_due"
        assert till.tick("sweep", 1.5) == "some_failed"
    assert till.tick("sweep", 2) == "nothing_due", "it waits longer each time"
    assert till.tick("sweep", 4) == "done"
    assert till.due().paid_by == intent
    assert till.tick("sweep", 90) == "nothing_due"
    assert [row.outcome for row in till.inbox("settled")] == ["settled"]


# The inbox


def test_operations_see_the_inbox_and_replay_it(till: Till, http: Http) -> None:
    # Given a payment for a bill that we had not been told the right amount of
    till.owe(amount_fen=AMOUNT)
    intent = till.order()
    till.deliver(paid("alipay", intent, total_amount="1.00"))
    till.deliver(paid("alipay", "01kdxh2b3c4d5e6f7g8h9jkmnq", notify_id="other"))
    till.deliver(shop.called(signer="somebody"))
    inbox_path = "/communities/willow/inbox"
    mismatched = http(till.app, "GET", inbox_path, query={"state": "mismatched"}, **ACME).body["items"]
    assert {each["mismatch"] for each in mismatched} == {"amount", "unknown_order"}
    refused = http(till.app, "GET", inbox_path, query={"refused_on": "2026-01-05"}, **ACME).body["items"]
    assert [each["verdict"] for each in refused] == ["forged"]
    for each in mismatched:
        assert "buyer" not in json.dumps(each)
        # replayed, it still does not fit
        assert http(till.app, "POST", REPLAY.format(each["callback"]), **ACME).problem == "mismatched"
    assert untouched(till, intent)
    # a settled one is left as it is
    till.deliver(paid("alipay", intent))
    (settled,) = http(till.app, "GET", inbox_path, query={"state": "settled"}, **ACME).body["items"]
    again = http(till.app, "POST", REPLAY.format(settled["callback"]), **ACME)
    assert (again.status, again.body["outcome"]) == (200, "settled")
    shown = http(till.app, "GET", f"{inbox_path}/{settled['callback']}", **ACME).body
    assert shown["notice"]["order"] == intent
    assert till.facts() == ["payment_settled"]
    assert http(till.app, "GET", f"{inbox_path}/nothing", **ACME).status == 404
    assert http(till.app, "GET", inbox_path, **WILLOW_MANAGER).status == 403


def test_a_replay_settles_what_fits_by_now(till: Till, http: Http) -> None:
    # Given a callback that overtook its order's row (as after a restore)
    till.owe()
    intent = till.order()
    key = {"pk": {"S": f"willow#intent#{intent}"}, "sk": {"S": "intent"}}
    dynamodb = client("dynamodb")
    row = dynamodb.get_item(TableName=f"linli-{STAGE}-payments", Key=key)["Item"]
    dynamodb.delete_item(TableName=f"linli-{STAGE}-payments", Key=key)
    assert not till.deliver(paid("alipay", intent)).accepted
    dynamodb.put_item(TableName=f"linli-{STAGE}-payments", Item=row)
    (stored,) = till.inbox("mismatched")
    # When it is replayed
    name = stored.pk.rpartition("#")[2]
    replayed = http(till.app, "POST", REPLAY.format(name), **ACME)
    # Then it has its effect
    assert (replayed.status, replayed.body["outcome"]) == (200, "settled")
    assert "mismatch" not in replayed.body
    assert till.due().paid_by == intent


# Silent orders


@pytest.fixture
def asking(till: Till, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the providers say to questions about orders: `query`, `close`."""
    says: dict[str, Any] = {"query": "waiting", "close": "closed"}

    def answer(name: str) -> Callable[[Merchant, str], Notice]:
        def asked(merchant: Merchant, order: str) -> Notice:
            till.asked.append(f"{name} {order}")
            if says[name] == "silent":
                raise Unavailable("silent")
            amount_fen = says.get("amount_fen", AMOUNT) if says[name] == "paid" else None
            return notice(merchant.provider, order, says[name], amount_fen=amount_fen)

        return asked

    for name in ("query", "close"):
        monkeypatch.setattr(outgoing, name, answer(name))
    return says


def test_a_silent_order_is_asked_for_less_and_less_often_and_closed(
    till: Till, asking: dict[str, Any]
) -> None:
    assert asking
    till.owe()
    intent = till.order()
    till.asked.clear()
    for minute in range(1, 40):
        till.tick("reconcile", minute)
    assert till.asked == [f"query {intent}"] * 3 + [f"close {intent}"]
    assert till.intent(intent).state == "closed"
    assert till.due().state == "open"
    assert till.order(now=NOW + timedelta(minutes=41)) != intent


def test_a_silent_order_that_was_paid_is_settled(till: Till, asking: dict[str, Any]) -> None:
    till.owe()
    intent = till.order("wechat")
    asking["query"] = "paid"
    assert till.tick("reconcile", 1) == "nothing_due"
    assert till.tick("reconcile", 2) == "done"
    assert till.due().paid_by == intent
    assert till.deliver(paid("wechat", intent, transaction_id=shop.NOTIFICATION["trade_no"])).accepted
    assert till.facts() == ["payment_settled"]
    assert till.tick("reconcile", 30) == "nothing_due"


def test_a_payer_faster_than_the_closing_has_paid(till: Till, asking: dict[str, Any]) -> None:
    till.owe()
    intent = till.order()
    asking["close"] = "paid"
    till.tick("reconcile", 16)
    assert till.due().paid_by == intent


def test_a_replaced_order_is_closed_at_its_provider_too(till: Till, asking: dict[str, Any]) -> None:
    assert asking
    till.owe()
    former, _ = till.order("alipay"), till.order("wechat")
    till.asked.clear()
    assert till.tick("reconcile", 1) == "done"
    assert till.asked == [f"close {former}"]
    assert till.tick("reconcile", 1.5) == "nothing_due"


def test_an_order_that_the_provider_never_heard_of_is_closed_when_it_expires(
    till: Till, asking: dict[str, Any]
) -> None:
    asking |= {"query": "unknown", "close": "unknown"}
    till.owe()
    intent = till.order()
    till.tick("reconcile", 2)
    assert till.intent(intent).state == "open"
    till.tick("reconcile", 16)
    assert till.intent(intent).state == "closed"


def test_a_provider_that_stays_silent_is_asked_later_and_once_a_run(
    till: Till, asking: dict[str, Any]
) -> None:
    asking |= {"query": "silent", "close": "silent"}
    till.owe("bill-1")
    till.owe("bill-2")
    till.order("alipay", "bill-1")
    till.order("alipay", "bill-2")
    till.asked.clear()
    assert till.tick("reconcile", 3) == "some_failed"
    assert len(till.asked) == 1
    asking |= {"query": "paid", "close": "paid"}
    till.tick("reconcile", 9)
    assert [till.due(bill).state for bill in ("bill-1", "bill-2")] == ["paid", "paid"]


def test_an_answer_that_does_not_fit_changes_nothing(till: Till, asking: dict[str, Any]) -> None:
    asking |= {"query": "paid", "amount_fen": AMOUNT - 1}
    till.owe()
    intent = till.order()
    assert till.tick("reconcile", 2) == "done"
    assert untouched(till, intent)


# What it costs


@both
def test_a_callback_takes_three_round_trips_and_asks_nobody(
    till: Till, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    till.owe()
    intent = till.order(provider)
    calls: list[str] = []
    made = Connection._make_api_call

    def counted(connection: Connection, operation: str, kwargs: Any) -> Any:
        calls.append(operation)
        return made(connection, operation, kwargs)

    monkeypatch.setattr(Connection, "_make_api_call", counted)
    monkeypatch.setattr(outgoing, "_sent", lambda _: pytest.fail("it asked the provider"))
    settling = ["UpdateItem", "BatchGetItem", "TransactWriteItems"]
    for delivery, expected in (
        (paid(provider, intent), settling),
        (paid(provider, intent), ["UpdateItem", "UpdateItem"]),
        (paid(provider, "unknown-order"), settling),
        (shop.called(signer="somebody"), ["UpdateItem"]),
    ):
        calls.clear()
        till.deliver(delivery)
        assert calls == expected


# What is counted and logged


def test_each_outcome_is_counted(till: Till, capsys: pytest.CaptureFixture[str]) -> None:
    till.owe()
    intent, other = till.order("alipay"), till.order("wechat", payer=SAME_HOME)
    capsys.readouterr()
    for delivery in (
        paid("alipay", intent),
        paid("alipay", intent),
        paid("alipay", intent, notify_id="in other words"),
        paid("wechat", other),
        paid("alipay", "unknown-order"),
        shop.called(signer="somebody"),
    ):
        till.deliver(delivery)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    outcomes = [line["outcome"] for line in lines if line["action"] == "payment_callback"]
    assert outcomes == ["settled", "duplicate", "duplicate", "surplus", "mismatched", "forged"]


@both
def test_logs_hold_no_key_and_no_buyer(
    till: Till, provider: Provider, capsys: pytest.CaptureFixture[str]
) -> None:
    till.owe()
    intent = till.order(provider)
    till.deliver(paid(provider, intent))
    till.deliver(paid(provider, intent, **WRONG[provider]["amount"]))
    till.deliver(replace(paid(provider, intent), body=b"nonsense"))
    logged = capsys.readouterr().out
    secrets = [shop.NOTIFICATION["buyer_id"], "159****5620", "oUpF8", shop.API_V3_KEY, "PRIVATE KEY", "o-1"]
    assert [each for each in secrets if each in logged] == []


def test_entries_of_a_month_are_paged(till: Till, http: Http) -> None:
    for number in range(3):
        till.owe(f"bill-{number}")
    path, query = "/communities/willow/ledger_entries", {"month": "2026-01", "limit": "2"}
    first = http(till.app, "GET", path, query=query, **WILLOW_MANAGER).body
    rest = http(till.app, "GET", path, query={**query, "cursor": first["next_cursor"]}, **WILLOW_MANAGER).body
    assert sorted(each["bill"] for each in first["items"] + rest["items"]) == ["bill-0", "bill-1", "bill-2"]
    assert EntryRow.partition("willow", "2026-01") == "willow#ledger#2026-01"


def test_a_few_of_these_raise_an_alarm_and_a_probe_does_not() -> None:
    template = templates.load(ROOT / "infra" / "payments_callback" / "resources.yaml")
    watched = {
        dimension["Value"]
        for _, alarm in templates.of_type(template, "AWS::CloudWatch::Alarm")
        for dimension in alarm["Properties"]["Dimensions"]
        if dimension["Name"] == "outcome"
    }
    assert watched == {Refused.slug, UnknownSerial.slug, Unreadable.slug, inbox.Mismatched.slug}
