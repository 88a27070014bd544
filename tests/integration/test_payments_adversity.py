"""What must not happen to money when rows, answers, keys and people are not as they should be."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import Mock

import pytest

from functions.payments.books.ledger import balances
from functions.payments.providers import client as outgoing
from functions.payments.providers.alipay import messages as alipay
from functions.payments.providers.merchants.models import Merchant
from functions.payments.providers.protocol.notices import Notice
from linli import secrets
from linli.aws import client
from linli.errors import Unavailable
from linli.vocabulary.payments import Provider, RefundRequested
from linli.vocabulary.utilities import BillIssued
from tests.integration.conftest import STAGE
from tests.integration.gateway import NOW
from tests.integration.messages import batch
from tests.integration.paying import (  # noqa: F401  the fixture
    AMOUNT,
    INTENTS,
    MERCHANTS,
    Till,
    answer_of,
    furnished_till,
    paid,
)
from tests.integration.people import ACME, WILLOW_MANAGER, WILLOW_RESIDENT
from tests.unit.payments import shop

TABLE = f"linli-{STAGE}-payments"


def spoilt(pk: str, sk: str, attribute: str) -> dict[str, Any]:
    """Make a row one that this version of the code cannot read; returns its key."""
    key = {"pk": {"S": pk}, "sk": {"S": sk}}
    client("dynamodb").update_item(
        TableName=TABLE,
        Key=key,
        UpdateExpression="SET #a = :v",
        ExpressionAttributeNames={"#a": attribute},
        ExpressionAttributeValues={":v": {"S": '{"a":1}'}},
    )
    return key


def test_a_row_that_cannot_be_read_is_put_off(till: Till) -> None:
    till.owe()
    key = spoilt(f"willow#intent#{till.order()}", "intent", "intent")
    assert till.tick("reconcile", 5) == "some_failed"
    due_at = client("dynamodb").get_item(TableName=TABLE, Key=key)["Item"]["due_at"]["S"]
    assert due_at == "2026-01-05T09:05:00.000Z"


def test_an_order_whose_answer_cannot_be_read_holds_up_no_other(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        till.owe(f"bill-{number}")
    intents = [till.order("alipay", f"bill-{number}") for number in range(6)]

    def query(merchant: Merchant, order: str) -> Notice:
        if order in intents[:2]:
            raise Unavailable("its answer is unreadable")
        return answer_of(merchant.provider, order, "paid", amount_fen=AMOUNT)

    monkeypatch.setattr(outgoing, "query", query)
    assert till.tick("reconcile", 3) == "some_failed"
    assert [till.intent(each).state for each in intents] == ["open"] * 2 + ["paid"] * 4


def test_two_runs_at_once_ask_once(till: Till, meanwhile: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    till.owe()
    till.order("alipay")
    monkeypatch.setattr(outgoing, "query", lambda _, order: answer_of("alipay", order, "waiting"))
    meanwhile("UpdateItem", lambda: till.tick("reconcile", 3))
    assert till.tick("reconcile", 3) == "done"


def test_an_expired_order_of_who_is_no_merchant_any_more_is_closed(till: Till) -> None:
    till.owe()
    intent = till.order("alipay")
    client("secretsmanager").delete_secret(
        SecretId=f"linli/{STAGE}/merchants/willow/alipay", ForceDeleteWithoutRecovery=True
    )
    secrets.forget()
    till.tick("reconcile", 60)
    assert till.intent(intent).state == "closed"


def test_what_cannot_be_read_is_kept_whole_and_replayed(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    till.owe()
    intent = till.order()
    delivery = paid("alipay", intent, trade_status="TRADE_NEW", subject="券" * 1000)
    assert not till.deliver(delivery).accepted
    (row,) = till.inbox("unreadable")
    name = row.pk.rpartition("#")[2]
    path = f"/communities/willow/inbox/{name}/replay"
    assert till.http(till.app, "POST", path, **ACME).problem == "unreadable"
    # When a version of the code that knows the state is deployed
    monkeypatch.setitem(alipay.STATES, "TRADE_NEW", "paid")
    replayed = till.http(till.app, "POST", path, **ACME)
    assert (replayed.body["verdict"], replayed.body["outcome"]) == ("accepted", "settled")
    assert till.due().paid_by == intent


def test_a_refund_that_is_stuck_is_on_the_list_of_what_needs_somebody(
    till: Till, logged: Callable[[], str]
) -> None:
    till.owe()
    intent = till.order("wechat")
    till.deliver(paid("wechat", intent))
    path, headers = f"{INTENTS}/{intent}/refunds", {"Idempotency-Key": "once"}
    asked = till.http(till.app, "POST", path, body={}, headers=headers, **WILLOW_MANAGER)
    amount = {"total": AMOUNT, "refund": AMOUNT, "payer_total": AMOUNT, "payer_refund": AMOUNT}
    told = {"out_trade_no": intent, "out_refund_no": asked.body["refund"], "amount": amount}
    plain = shop.REFUNDED | told | {"refund_status": "ABNORMAL"}
    assert till.deliver(shop.called(plain, event="REFUND.ABNORMAL", notice="EV-a")).accepted
    listed = till.http(till.app, "GET", "/communities/willow/refunds", **WILLOW_MANAGER).body["items"]
    assert [each["state"] for each in listed] == ["stuck"]
    assert '"message":"needs_somebody"' in logged()


@pytest.mark.parametrize("how", ["handed_back", "asked_anew"])
def test_a_stuck_refund_is_ended_by_a_manager_once_for_a_key(till: Till, how: str) -> None:
    till.owe()
    intent = till.order("wechat")
    till.deliver(paid("wechat", intent))
    path, headers = f"{INTENTS}/{intent}/refunds", {"Idempotency-Key": "once"}
    asked = till.http(till.app, "POST", path, body={}, headers=headers, **WILLOW_MANAGER).body["refund"]
    body = {"how": how, "reason": "微信退款异常", "evidence": "收据 17"}
    body |= {"means": "cash"} if how == "handed_back" else {}

    def end(person: dict[str, Any], key: str = "end") -> Any:
        sent = {"Idempotency-Key": key}
        return till.http(till.app, "POST", f"{path}/{asked}/end", body=body, headers=sent, **person)

    assert end(WILLOW_MANAGER).status == 409  # it is still on its way
    amount = {"total": AMOUNT, "refund": AMOUNT, "payer_total": AMOUNT, "payer_refund": AMOUNT}
    told = {"out_trade_no": intent, "out_refund_no": asked, "amount": amount, "refund_status": "ABNORMAL"}
    till.deliver(shop.called(shop.REFUNDED | told, event="REFUND.ABNORMAL", notice="EV-a"))
    assert end(WILLOW_RESIDENT).status == 403

    first, again, other = end(WILLOW_MANAGER), end(WILLOW_MANAGER), end(WILLOW_MANAGER, "another")

    state = "done" if how == "handed_back" else "failed"
    assert (first.status, first.body["state"], first.body["evidence"]) == (200, state, "收据 17")
    assert (again.body, other.status) == (first.body, 409)
    states = sorted(each.state for each in till.refunds(intent))
    assert states == (["done"] if how == "handed_back" else ["failed", "requested"])
    of_all = balances(till.entries())
    assert sum(of_all.values()) == 0
    assert of_all.get("cash", 0) == (-AMOUNT if how == "handed_back" else 0)
    assert of_all["wechat"] == AMOUNT  # it never went back there
    held = till.intent(intent)
    assert (held.reserved_fen, held.refunded_fen) == ((0, AMOUNT) if how == "handed_back" else (AMOUNT, 0))


def test_money_that_went_back_before_we_asked_leaves_the_books_right(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    till.owe()
    intent = till.order("wechat")
    monkeypatch.setattr(outgoing, "query", lambda _, order: answer_of("wechat", order, "paid_and_back"))
    till.tick("reconcile", 3)
    assert till.due().state == "open"
    pay = answer_of("wechat", intent, "paid", amount_fen=AMOUNT, at=NOW)
    back = answer_of("wechat", intent, "refunded", refund="CONSOLE1", refund_fen=AMOUNT, at=NOW)
    monkeypatch.setattr(outgoing, "statement", lambda *_: (pay, back))
    step = {"community": "willow", "provider": "wechat", "day": "2026-01-05"}
    assert till.invoke(till.app, "statement", batch(step))["outcomes"] == ["agrees"]
    assert sum(line.fen for entry in till.entries() for line in entry.lines if line.account == "wechat") == 0


def test_a_refund_at_the_console_while_ours_is_under_way_is_booked(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    till.owe()
    intent = till.order("alipay")
    till.deliver(paid("alipay", intent))
    path, body, headers = f"{INTENTS}/{intent}/refunds", {"amount_fen": 1000}, {"Idempotency-Key": "once"}
    ours = till.http(till.app, "POST", path, body=body, headers=headers, **WILLOW_MANAGER).body["refund"]

    def total(number: str, fee: str) -> Any:
        told = {"out_trade_no": intent, "total_amount": "35.80", "notify_id": f"r-{number}"}
        return shop.notified(**told, out_biz_no=number, refund_fee=fee, gmt_refund="2026-01-05 16:01:00")

    assert till.deliver(total("2026console", "5.00")).accepted

    def refund(_: Merchant, wanted: Any) -> Notice:
        return answer_of("alipay", wanted.order, "refunded", refund=wanted.id, refund_fen=wanted.amount_fen)

    monkeypatch.setattr(outgoing, "refund", refund)
    till.tell("refund", RefundRequested(community="willow", refund=ours, intent=intent, amount_fen=1000))
    assert till.deliver(total(ours, "15.00")).accepted
    assert till.intent(intent).refunded_fen == 1500


def test_an_order_of_the_former_account_is_not_used_again(till: Till) -> None:
    till.owe()
    first = till.order("wechat")
    changed = MERCHANTS["wechat"].model_copy(update={"seller": "1900000999"})
    client("secretsmanager").put_secret_value(
        SecretId=f"linli/{STAGE}/merchants/willow/wechat", SecretString=changed.model_dump_json()
    )
    secrets.forget()
    again = till.order("wechat", now=NOW + timedelta(minutes=5))
    assert again != first
    assert till.deliver(paid("wechat", again, mchid="1900000999")).accepted
    assert till.due().paid_by == again


def another_account(provider: Provider) -> None:
    """The community becomes another merchant; the former account's keys are kept, as the README says."""
    new = MERCHANTS[provider].model_copy(update={"seller": "2088999999999999", "app": "2021999999999999"})
    name = f"linli/{STAGE}/merchants/willow/{provider}"
    client("secretsmanager").put_secret_value(SecretId=name, SecretString=new.model_dump_json())
    secrets.forget()


def test_an_order_of_the_former_account_is_judged_by_no_other(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given an order, and another merchant account since
    till.owe()
    intent = till.order("alipay")
    another_account("alipay")
    for name in ("query", "close"):
        monkeypatch.setattr(outgoing, name, Mock(side_effect=AssertionError("it knows nothing of it")))
    # When it is asked about, and when it is over
    till.tick("reconcile", 3)
    assert till.intent(intent).state == "open"
    till.tick("reconcile", 16)
    # Then it is closed here, and what was paid at the former account counts
    assert till.intent(intent).state == "closed"
    assert till.deliver(paid("alipay", intent)).accepted
    assert [row.outcome for row in till.inbox("settled")] == ["settled_late"]
    assert till.due().paid_by == intent


@pytest.mark.parametrize("way", ["queue", "schedule"])
def test_a_refund_of_the_former_account_is_stuck(
    till: Till, monkeypatch: pytest.MonkeyPatch, logged: Callable[[], str], way: str
) -> None:
    # Given a refund under way, and another merchant account since
    till.owe()
    intent = till.order("alipay")
    till.deliver(paid("alipay", intent))
    path, headers = f"{INTENTS}/{intent}/refunds", {"Idempotency-Key": "once"}
    asked = till.http(till.app, "POST", path, body={}, headers=headers, **WILLOW_MANAGER).body["refund"]
    secret = f"linli/{STAGE}/merchants/willow/alipay"
    another_account("alipay")
    for name in ("refund", "query_refund"):
        monkeypatch.setattr(outgoing, name, Mock(side_effect=AssertionError("it knows nothing of it")))
    # When it is to be sent, or asked about
    if way == "queue":
        fact = RefundRequested(community="willow", refund=asked, intent=intent, amount_fen=AMOUNT)
        assert till.tell("refund", fact) == ["refund_stuck"]
    else:
        assert till.tick("reconcile", 3) == "done"
    # Then somebody has to see to it, and nothing is free to be asked back again
    assert [(each.refund, each.state) for each in till.refunds(intent)] == [(asked, "stuck")]
    assert till.intent(intent).refundable_fen == 0
    assert '"message":"needs_somebody"' in logged()
    # And not even the former account, when it is back, is asked for the money again
    former = MERCHANTS["alipay"].model_dump_json()
    client("secretsmanager").put_secret_value(SecretId=secret, SecretString=former)
    secrets.forget()
    answer = answer_of("alipay", intent, "unknown", refund=asked, trade=None)
    monkeypatch.setattr(outgoing, "query_refund", lambda *_: answer)
    assert till.tick("reconcile", 30) == "done"
    assert till.refunds(intent)[0].state == "stuck"


def test_a_bill_told_late_is_booked_when_it_comes(till: Till) -> None:
    old = NOW - timedelta(days=120)
    fact = BillIssued(
        community="willow",
        bill="old",
        home="b1/101",
        period="2025-08",
        amount_fen=1,
        issued_at=old,
        due_at=NOW,
    )
    till.tell("bill", fact)
    assert [entry.at for entry in till.entries()] == [NOW]


def test_wechat_pay_without_an_open_id_is_a_bad_request(till: Till) -> None:
    till.owe()
    body = {"bill": "bill-1", "provider": "wechat"}
    assert till.http(till.app, "POST", INTENTS, body=body, **WILLOW_RESIDENT).status == 400
