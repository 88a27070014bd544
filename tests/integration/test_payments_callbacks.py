"""What a callback does, and does not: the table in functions/payments/README.md, case by case."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pynamodb.connection import Connection

from functions.payments.books import store as books
from functions.payments.books.rows import CallbackRow
from functions.payments.callbacks import store as callbacks
from functions.payments.providers import client as outgoing
from functions.payments.providers.protocol.models import Refused, UnknownSerial, Unreadable
from linli.aws import client
from linli.connections import Answer, Asked
from linli.errors import Unavailable
from linli.vocabulary.payments import Provider
from linli_cli.deploy import templates
from tests.integration import wire
from tests.integration.conftest import ROOT, STAGE
from tests.integration.gateway import NOW
from tests.integration.patterns import documented
from tests.integration.paying import (  # noqa: F401  the fixture
    AMOUNT,
    MERCHANTS,
    SAME_HOME,
    Till,
    both,
    furnished_till,
    paid,
    untouched,
)
from tests.unit.payments import shop

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
    assert not list(CallbackRow.query(CallbackRow.refused.partition("maple", "2026-01-05")))


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
        is_signed = verdict == "unreadable"
        (row,) = till.inbox("unreadable") if is_signed else till.refused()
        assert (row.verdict, row.deliveries) == (verdict, times)
    row.refresh()
    assert row.ttl == int((NOW + timedelta(days=400 if is_signed else 30)).timestamp())
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


def outcomes(caplog: pytest.LogCaptureFixture) -> list[str]:
    """How the attempts ended that were logged since it was last cleared."""
    return [record.outcome for record in caplog.records if hasattr(record, "outcome")]


def test_a_probe_is_told_apart_from_a_forgery(till: Till, caplog: pytest.LogCaptureFixture) -> None:
    delivery = shop.called()
    headers = {**delivery.headers, "Wechatpay-Signature": "WECHATPAY/SIGNTEST/abcd"}
    caplog.clear()
    assert till.deliver(replace(delivery, headers=headers)).status == 403
    assert outcomes(caplog) == ["probe"]


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
    assert sorted(row.outcome for row in till.inbox("settled")) == ["overtaken", "settled"]


def test_waiting_and_finished_are_what_they_say(till: Till) -> None:
    till.owe()
    intent = till.order()
    assert till.deliver(paid("alipay", intent, trade_status="WAIT_BUYER_PAY", notify_id="w")).accepted
    assert till.intent(intent).state == "open"
    assert till.deliver(paid("alipay", intent, trade_status="TRADE_FINISHED", notify_id="f")).accepted
    assert till.due().paid_by == intent


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
) -> None:
    till.owe()
    intent = till.order(provider)

    # Given the store is down for one kind of call
    def down(_asked: Asked, _pass_on: wire.PassOn) -> Answer:
        return Answer(500, {}, b'{"__type": "InternalServerError"}')

    with wire.between(f"dynamodb.{operation}", down):
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
        broken.setattr(books, "settle", down)
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
    for pattern, delivery, expected in (
        ("a callback that settles", paid(provider, intent), settling),
        ("the same callback again", paid(provider, intent), ["UpdateItem", "UpdateItem"]),
        ("a callback that changes nothing", paid(provider, "unknown-order"), settling),
        ("a forgery", shop.called(signer="somebody"), ["UpdateItem"]),
    ):
        calls.clear()
        till.deliver(delivery)
        assert calls == expected
        assert len(calls) in documented("payments", pattern)


# What is counted and logged


def test_each_outcome_is_logged(till: Till, caplog: pytest.LogCaptureFixture) -> None:
    till.owe()
    intent, other = till.order("alipay"), till.order("wechat", payer=SAME_HOME)
    caplog.clear()
    for delivery in (
        paid("alipay", intent),
        paid("alipay", intent),
        paid("alipay", intent, notify_id="in other words"),
        paid("wechat", other),
        paid("alipay", "unknown-order"),
        shop.called(signer="somebody"),
    ):
        till.deliver(delivery)
    assert outcomes(caplog) == ["settled", "duplicate", "duplicate", "surplus", "mismatched", "forged"]


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


def test_a_few_of_these_raise_an_alarm_and_a_probe_does_not() -> None:
    template = templates.load(ROOT / "infra" / "payments_callback" / "resources.yaml")
    watched = {
        dimension["Value"]
        for _, alarm in templates.of_type(template, "AWS::CloudWatch::Alarm")
        for dimension in alarm["Properties"]["Dimensions"]
        if dimension["Name"] == "outcome"
    }
    assert watched == {Refused.slug, UnknownSerial.slug, Unreadable.slug, callbacks.Mismatched.slug}
