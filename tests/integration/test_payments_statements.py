"""The daily round of statements: what a provider's file and our books do not agree on."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from functions.payments.providers import client as outgoing
from functions.payments.providers.merchants.models import Merchant
from functions.payments.providers.protocol.models import Answer, Outgoing, RefundOrder
from functions.payments.providers.protocol.notices import Notice
from linli import secrets
from linli.aws import client
from linli.errors import Unavailable
from linli.vocabulary.payments import Provider
from tests.integration.conftest import STAGE, Http, dead_letters
from tests.integration.gateway import NOW
from tests.integration.messages import batch
from tests.integration.paying import (  # noqa: F401  the fixture
    AMOUNT,
    Till,
    answer_of,
    furnished_till,
    paid,
    refunded,
)
from tests.integration.people import WILLOW_MANAGER
from tests.unit.payments import shop
from tests.unit.payments.shop import NOTIFICATION

DAY = date(2026, 1, 5)
QUEUE = f"linli-{STAGE}-payments-statement"
LIST = "/communities/willow/discrepancies"


@pytest.fixture
def statement(monkeypatch: pytest.MonkeyPatch) -> list[Notice]:
    """The lines of every statement; `silent` lets the provider not answer."""
    lines: list[Notice] = []

    def fetched(merchant: Merchant, day: date) -> tuple[Notice, ...]:
        assert day == DAY
        return tuple(line for line in lines if line.provider == merchant.provider)

    monkeypatch.setattr(outgoing, "statement", fetched)
    return lines


def line(order: str, said: str = "paid", **more: Any) -> Notice:
    told = {"provider": "alipay", "notice": f"line-{order}", "said": said, "order": order, "at": NOW}
    return Notice.model_validate(told | {"amount_fen": AMOUNT} | more)


def step(till: Till, days_late: int = 0, **body: Any) -> list[str]:
    """What the function says to one of its own tasks."""
    answer = till.invoke(till.app, "statement", batch(body, sent=NOW + timedelta(days=days_late)))
    assert not answer["batchItemFailures"]
    return list(answer["outcomes"])


def compare(till: Till, day: date = DAY, provider: Provider = "alipay", days_late: int = 0) -> list[str]:
    return step(till, days_late, community="willow", provider=provider, day=day.isoformat())


def asked_for(till: Till, at: str) -> list[str]:
    """The days and providers that a round leaves steps for."""
    url = client("sqs").get_queue_url(QueueName=QUEUE)["QueueUrl"]
    assert step(till, scheduled_at=at) == ["started"]
    found: list[str] = []
    while got := client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in got:
            client("sqs").delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            told = json.loads(message["Body"])
            assert told["community"] == "willow"
            found.append(f"{told['day']} {told['provider']}")
    return found


def of_days(monkeypatch: pytest.MonkeyPatch, lines: dict[date, tuple[Notice, ...]]) -> None:
    """The statements of several days."""
    monkeypatch.setattr(outgoing, "statement", lambda _merchant, day: lines[day])


def test_the_round_asks_each_community_and_provider_for_the_days_that_are_missing(
    till: Till, statement: list[Notice]
) -> None:
    wanted = asked_for(till, "2026-01-06T04:00:00Z")
    assert wanted[:2] == ["2026-01-05 alipay", "2026-01-05 wechat"], "yesterday first"
    assert len(wanted) == len(set(wanted)) == 2 * 14
    # When yesterday of Alipay agrees, and that of WeChat Pay does not
    till.owe()
    intent = till.order("wechat")
    statement.append(line(intent, provider="wechat"))
    assert (compare(till), compare(till, provider="wechat")) == (["agrees"], ["differs"])
    # Then the next round asks for what is missing, and for what differed
    wanted = asked_for(till, "2026-01-07T04:00:00Z")
    assert "2026-01-05 alipay" not in wanted
    assert wanted[:3] == ["2026-01-06 alipay", "2026-01-06 wechat", "2026-01-05 wechat"]
    assert "2025-12-23 alipay" not in wanted, "for two weeks"


def test_the_round_asks_no_provider_whose_merchant_the_community_is_not(till: Till) -> None:
    client("secretsmanager").delete_secret(
        SecretId=f"linli/{STAGE}/merchants/willow/wechat", ForceDeleteWithoutRecovery=True
    )
    secrets.forget()
    assert {each.split()[1] for each in asked_for(till, "2026-01-06T04:00:00Z")} == {"alipay"}


@pytest.mark.parametrize(
    ("sub_code", "outcome"), [("NO_BILL_DATA", "agrees"), ("isp.bill_not_exist", "not_there_yet")]
)
def test_a_day_without_a_file_is_no_failure_and_a_late_one_is_asked_for_again(
    till: Till, monkeypatch: pytest.MonkeyPatch, sub_code: str, outcome: str
) -> None:
    method = "alipay.data.dataservice.bill.downloadurl.query"
    monkeypatch.setattr(outgoing, "signing_key", lambda _: shop.key("ours"))
    answer = shop.alipay_answers(method, code="40004", sub_code=sub_code)
    monkeypatch.setattr(outgoing, "_sent", lambda _: answer)
    assert compare(till) == [outcome]
    missing = "2026-01-05 alipay" in asked_for(till, "2026-01-07T04:00:00Z")
    assert missing == (outcome == "not_there_yet")


def test_a_day_that_agrees(till: Till, http: Http, statement: list[Notice]) -> None:
    till.owe()
    intent = till.order()
    till.deliver(paid("alipay", intent))
    statement.append(line(intent))
    assert compare(till) == ["agrees"]
    assert http(till.app, "GET", LIST, **WILLOW_MANAGER).body["items"] == []


def test_what_differs_is_listed_once_however_often_it_is_compared(
    till: Till, http: Http, statement: list[Notice]
) -> None:
    till.owe("bill-1")
    till.owe("bill-2")
    ours, theirs = till.order(bill="bill-1"), till.order(bill="bill-2")
    till.deliver(paid("alipay", ours))
    statement += [line(theirs), line("SOMEBODY-ELSES")]
    assert [compare(till), compare(till)] == [["differs"], ["differs"]]
    listed = http(till.app, "GET", LIST, **WILLOW_MANAGER).body["items"]
    assert {(each["order"], each["what"]) for each in listed} == {
        (ours, "not_in_the_statement"),
        (theirs, "not_in_our_books"),
    }  # and no line of an order that is not ours: communities may share an account
    assert len(listed) == 2
    # When it is cleared up, it is not listed any more
    statement[:] = [line(ours)]
    assert compare(till) == ["agrees"]
    assert http(till.app, "GET", LIST, **WILLOW_MANAGER).body["items"] == []


def test_a_payment_that_only_the_statement_knew_is_asked_for_and_settled(
    till: Till, statement: list[Notice], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given an order that was closed here, and paid there, and nobody told us
    till.owe()
    intent = till.order()
    till.deliver(paid("alipay", intent, trade_status="TRADE_CLOSED", notify_id="c"))
    statement.append(line(intent))
    assert compare(till) == ["differs"]
    # When the provider is asked at the next run
    answer = line(intent, trade=NOTIFICATION["trade_no"])
    monkeypatch.setattr(outgoing, "close", lambda _merchant, _order: answer)
    assert till.tick("reconcile", 24 * 60) == "done"
    # Then it is settled
    assert till.due().paid_by == intent


def test_who_is_no_merchant_has_no_statement(till: Till) -> None:
    assert step(till, community="cedar", provider="wechat", day="2026-01-05") == ["not_set_up"]


def test_a_silent_provider_leaves_the_step_in_the_queue(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(*_: Any) -> Any:
        raise Unavailable("silent")

    monkeypatch.setattr(outgoing, "statement", silent)
    body = {"community": "willow", "provider": "alipay", "day": "2026-01-05"}
    assert till.invoke(till.app, "statement", batch(body))["batchItemFailures"]
    assert dead_letters(till.app, "statement") == []


def test_a_store_that_loses_a_reply_lists_nothing_twice(
    till: Till, statement: list[Notice], lose_reply: Callable[[str], None], http: Http
) -> None:
    till.owe()
    statement.append(line(till.order()))
    lose_reply("PutItem")
    assert compare(till) == ["differs"]
    assert len(http(till.app, "GET", LIST, **WILLOW_MANAGER).body["items"]) == 1


def test_what_is_cleared_up_days_later_leaves_the_list(
    till: Till, http: Http, statement: list[Notice]
) -> None:
    till.owe()
    intent = till.order()
    statement.append(line(intent))
    assert compare(till) == ["differs"]
    told = paid("alipay", intent)
    assert till.deliver(type(told)(told.headers, told.body, NOW + timedelta(days=3))).accepted
    assert compare(till, days_late=4) == ["agrees"]
    assert http(till.app, "GET", LIST, **WILLOW_MANAGER).body["items"] == []


def test_an_order_of_which_a_part_went_back_on_another_day_is_paid(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a payment whose callback was lost, and a part of it given back at the console the day after
    till.owe()
    intent = till.order("wechat")
    answer = answer_of("wechat", intent, "paid_and_back", amount_fen=AMOUNT, at=NOW)
    monkeypatch.setattr(outgoing, "query", lambda *_: answer)
    # When the provider is asked
    assert till.tick("reconcile", 3) == "done"
    # Then the bill is paid, and the statement of that day tells what went back
    assert (till.due().state, till.intent(intent).refunded_fen) == ("paid", 0)
    back = {"provider": "wechat", "refund": "CONSOLE1", "refund_fen": 100, "at": NOW + timedelta(days=1)}
    of_days(
        monkeypatch,
        {
            DAY: (line(intent, provider="wechat"),),
            DAY + timedelta(days=1): (line(intent, "refunded", **back, amount_fen=None),),
        },
    )
    assert compare(till, provider="wechat") == ["agrees"]
    assert compare(till, DAY + timedelta(days=1), "wechat") == ["agrees"]
    assert (till.due().refunded_fen, till.tick("reconcile", 60 * 72)) == (100, "nothing_due")


def test_a_payment_that_a_refund_proved_differs_on_no_day(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    till.owe()
    intent = till.order("wechat")
    assert till.deliver(refunded("wechat", intent, "console-1", 100)).accepted
    back = {"provider": "wechat", "refund": "console-1", "refund_fen": 100, "amount_fen": None}
    of_days(
        monkeypatch,
        {
            DAY - timedelta(days=1): (line(intent, provider="wechat", at=NOW - timedelta(days=1)),),
            DAY: (line(intent, "refunded", **back),),
        },
    )
    assert compare(till, DAY - timedelta(days=1), "wechat") == ["agrees"]
    assert compare(till, DAY, "wechat") == ["agrees"]


@pytest.fixture
def vouched(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """What Alipay answers for: the refunds that it carried out, by number."""
    carried_out: dict[str, int] = {}

    def query_refund(merchant: Merchant, wanted: RefundOrder) -> Notice:
        fen = carried_out.get(wanted.id)
        if fen is None:
            return answer_of(merchant.provider, wanted.order, "unknown", refund=wanted.id)
        if fen != wanted.amount_fen:
            raise Unavailable("another refund")
        told = {"refund": wanted.id, "refund_fen": fen, "amount_fen": AMOUNT}
        return answer_of(merchant.provider, wanted.order, "refunded", **told)

    monkeypatch.setattr(outgoing, "query_refund", query_refund)
    return carried_out


def test_refunds_of_a_total_are_told_apart_by_the_statement(
    till: Till, statement: list[Notice], vouched: dict[str, int]
) -> None:
    # Given a refund at the console that was told as a total, and another, of less, whose notice was lost
    till.owe()
    intent = till.order()
    till.deliver(paid("alipay", intent))
    assert till.deliver(refunded("alipay", intent, "x-1", 1000)).accepted
    statement += [
        line(intent),
        line(intent, "refunded", refund="x-1", refund_fen=1000, amount_fen=None),
        line(intent, "refunded", refund="y-1", refund_fen=600, amount_fen=None),
    ]
    vouched |= {"x-1": 1000, "y-1": 600}
    # Then both are booked, however often they are compared
    assert [compare(till), compare(till)] == [["agrees"], ["agrees"]]
    assert (till.intent(intent).refunded_fen, till.intent(intent).unnamed_fen) == (1600, 0)
    assert sorted(each.amount_fen for each in till.refunds(intent)) == [600, 1000]


def test_a_refund_told_as_a_total_is_told_apart_on_its_own_day(
    till: Till, monkeypatch: pytest.MonkeyPatch, vouched: dict[str, int]
) -> None:
    till.owe()
    intent = till.order()
    till.deliver(paid("alipay", intent))
    assert till.deliver(refunded("alipay", intent, "x-1", 1000)).accepted
    back = {"amount_fen": None, "refund": "x-1", "refund_fen": 1000}
    more = back | {"refund": "y-1", "refund_fen": 600, "at": NOW + timedelta(days=1)}
    tomorrow = DAY + timedelta(days=1)
    lines = {
        DAY: (line(intent), line(intent, "refunded", **back)),
        tomorrow: (line(intent, "refunded", **more),),
    }
    of_days(monkeypatch, lines)
    vouched |= {"x-1": 1000, "y-1": 600}
    assert (compare(till), compare(till, tomorrow)) == (["agrees"], ["agrees"])
    assert till.intent(intent).refunded_fen == 1600


def test_nothing_is_booked_from_a_file_that_nobody_signed(
    till: Till, http: Http, statement: list[Notice], vouched: dict[str, int]
) -> None:
    till.owe()
    intent = till.order()
    till.deliver(paid("alipay", intent))
    vouched["altered"] = 1
    statement += [
        line(intent),
        line(intent, "refunded", refund="forged", refund_fen=1000, amount_fen=None),
        line(intent, "refunded", refund="altered", refund_fen=1000, amount_fen=None),
        line(intent, "refunded", refund=None, refund_fen=1000, amount_fen=None),
    ]
    assert compare(till) == ["differs"]
    assert till.intent(intent).refunded_fen == 0
    assert len(http(till.app, "GET", LIST, **WILLOW_MANAGER).body["items"]) == 3


def test_a_payment_all_of_which_went_back_is_booked_from_what_alipay_answers_for(
    till: Till, statement: list[Notice], vouched: dict[str, int]
) -> None:
    """Alipay calls it closed when it is asked about the order."""
    till.owe()
    intent = till.order()
    vouched[intent] = AMOUNT  # who gives no number gives the order's
    statement += [line(intent), line(intent, "refunded", refund=None, refund_fen=AMOUNT, amount_fen=None)]
    assert compare(till) == ["agrees"]
    assert (till.due().paid_by, till.due().refunded_fen) == (intent, AMOUNT)


def test_what_a_statement_tells_late_changes_no_month_that_is_closed(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    till.owe()
    intent = till.order("wechat")
    till.deliver(paid("wechat", intent))
    last_year = date(2025, 12, 31)
    back = {"provider": "wechat", "refund": "console-1", "refund_fen": 100, "amount_fen": None}
    of_days(monkeypatch, {last_year: (line(intent, "refunded", **back, at=NOW - timedelta(days=5)),)})
    assert compare(till, last_year, "wechat", days_late=1) == ["agrees"]
    (entry,) = [each for each in till.entries() if each.refund]
    assert (entry.at, entry.moved_at) == (NOW + timedelta(days=1), NOW - timedelta(days=5))


def test_a_file_is_fetched_and_each_of_its_refunds_asked_for(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All the way: the address, the file, and a refund in it that Alipay does not know."""
    till.owe()
    intent = till.order()
    till.deliver(paid("alipay", intent))
    sent: list[Outgoing] = []

    def answer(out: Outgoing) -> Answer:
        sent.append(out)
        if out.method == "GET":
            return archive(intent)
        if b"fastpay.refund.query" in out.body:
            return shop.alipay_answers("alipay.trade.fastpay.refund.query")
        where = "http://dwbillcenter.alipay.com/downloadBillFile.resource?token=t"
        return shop.alipay_answers("alipay.data.dataservice.bill.downloadurl.query", bill_download_url=where)

    monkeypatch.setattr(outgoing, "signing_key", lambda _: shop.key("ours"))
    monkeypatch.setattr(outgoing, "_sent", answer)
    assert compare(till) == ["differs"]
    assert till.intent(intent).refunded_fen == 0
    assert [out.url.partition(":")[0] for out in sent] == ["https"] * 3


def archive(order: str) -> Answer:
    heading = "支付宝交易号,商户订单号,业务类型,完成时间,订单金额（元）,退款批次号/请求号"
    trade = NOTIFICATION["trade_no"]
    lines = (
        f"{trade},{order},交易,2026-01-05 15:59:58,35.80,",
        f"{trade},{order},退款,2026-01-05 16:10:00,-35.80,forged-1",
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as files:
        files.writestr("details.csv", "\n".join((heading, *lines)).encode("gb18030"))
    return Answer(200, {}, packed.getvalue(), NOW)


def test_a_merchant_that_cannot_be_read_holds_up_no_other(till: Till) -> None:
    name = f"linli/{STAGE}/merchants/willow/wechat"
    client("secretsmanager").put_secret_value(SecretId=name, SecretString='{"app": "half of it"}')
    secrets.forget()
    wanted = asked_for(till, "2026-01-06T04:00:00Z")
    assert {"2026-01-05 alipay", "2026-01-05 wechat"} <= set(wanted)


CSV = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,对方账户,订单金额（元）,退款批次号/请求号,备注\r\n"
    'T0\t,OTHER-0001\t,交易,"停车\x85费,2026-01-05 09:00:00,2026-01-05 09:00:00,*,1e3,,\n'
    "T1\t,{order}\t,交易,水费,2026-01-05 15:59:50,2026-01-05 15:59:58,*,35.80,,\r\n"
)
ENDS = "#交易合计：{count}笔，商家实收共35.80元\r\n"


@pytest.mark.parametrize(
    ("whole", "count", "outcome"),
    [(True, 2, "agrees"), (True, 3, "failed"), (True, None, "failed"), (False, 2, "failed")],
)
def test_a_day_that_was_not_read_to_its_end_never_agrees(
    till: Till, monkeypatch: pytest.MonkeyPatch, whole: bool, count: int | None, outcome: str
) -> None:
    # Given a payment, and a file in which another business's line comes first, and cannot be read
    till.owe()
    intent = till.order()
    till.deliver(paid("alipay", intent))
    text = "#支付宝业务明细查询\r\n" + CSV.format(order=intent)
    text += "" if count is None else ENDS.format(count=count)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as files:
        files.writestr("details.csv", text.encode("gb18030"))
    body = packed.getvalue() if whole else packed.getvalue()[:-40]
    method = "alipay.data.dataservice.bill.downloadurl.query"
    url = shop.alipay_answers(method, bill_download_url="https://bills.test/1")

    def sent(outgoing: Outgoing) -> Answer:
        return Answer(200, {}, body, NOW) if outgoing.method == "GET" else url

    monkeypatch.setattr(outgoing, "signing_key", lambda _: shop.key("ours"))
    monkeypatch.setattr(outgoing, "_sent", sent)
    # When it is compared
    step_of_day = {"community": "willow", "provider": "alipay", "day": DAY.isoformat()}
    answer = till.invoke(till.app, "statement", batch(step_of_day, sent=NOW))
    assert answer["outcomes"] == [outcome]
    # Then a day that agrees is not asked for again, and any other is
    missing = "2026-01-05 alipay" in asked_for(till, "2026-01-07T04:00:00Z")
    assert missing == (outcome != "agrees")
