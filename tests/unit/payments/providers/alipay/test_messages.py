"""Alipay: what its notifications and answers say, and what we send."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from functions.payments.providers.alipay import messages as alipay
from functions.payments.providers.protocol.models import (
    Malformed,
    NotThereYet,
    Order,
    RefundOrder,
    Refused,
    Unreadable,
)
from linli.errors import Conflict, Forbidden, Unavailable
from tests.unit.payments import shop
from tests.unit.payments.alipay_texts import asked, check, form, refusal, sent, tampered
from tests.unit.payments.shop import AT, INTENT, NOTIFICATION, NOW, REFUND, alipay_answers, notified

ORDER = Order(INTENT, 3580, "水费 2025-12", NOW + timedelta(minutes=15))
WANTED = RefundOrder(REFUND, INTENT, 1000, 3580)


# A notification ------------------------------------------------------------------------------------------
def test_a_notification_of_alipay_is_verified_and_read() -> None:
    alipay.verify(notified(), shop.alipay())
    notice = alipay.parse(notified(), shop.alipay())
    assert notice.said == "paid"
    assert (notice.order, notice.trade) == (INTENT, NOTIFICATION["trade_no"])
    assert (notice.amount_fen, notice.currency) == (3580, "CNY")
    assert (notice.seller, notice.app) == (NOTIFICATION["seller_id"], NOTIFICATION["app_id"])
    assert notice.notice == NOTIFICATION["notify_id"]
    assert notice.at == datetime(2026, 1, 5, 7, 59, 58, tzinfo=UTC)
    assert (notice.refund, notice.refund_fen, notice.refunded_fen) == (None, None, None)


@pytest.mark.parametrize("charset", ["GBK", "gbk", "gb2312", "gb18030", "UTF-8"])
def test_another_charset_is_signed_and_read_in_it(charset: str) -> None:
    delivery = notified(charset, subject="水费", trade_no="支1")
    alipay.verify(delivery, shop.alipay())
    assert alipay.parse(delivery, shop.alipay()).trade == "支1"


def test_a_charset_that_does_not_fit_is_refused() -> None:
    with pytest.raises(Refused):
        check(tampered(charset="GBK"))
    with pytest.raises(Malformed):
        alipay.parse(notified("utf-16-le"), shop.alipay())


@pytest.mark.parametrize(
    ("said", "changed"),
    [
        ("paid", {"trade_status": "TRADE_FINISHED"}),
        ("refunded", {"refund_fee": "10.00"}),
        ("waiting", {"trade_status": "WAIT_BUYER_PAY", "gmt_payment": None}),
        ("closed", {"trade_status": "TRADE_CLOSED", "gmt_close": "2026-01-05 16:15:00", "gmt_payment": None}),
        ("refunded", {"refund_fee": "10.00", "out_biz_no": REFUND, "gmt_refund": "2026-01-05 16:15:00.320"}),
        ("refunded", {"refund_fee": "35.80", "out_biz_no": REFUND, "trade_status": "TRADE_CLOSED"}),
        ("refunded", {"refund_fee": "35.80", "trade_status": "TRADE_CLOSED"}),
    ],
)
def test_what_a_state_means(said: str, changed: dict[str, str | None]) -> None:
    notice = alipay.parse(notified(**changed), shop.alipay())
    assert notice.said == said
    assert notice.refund == changed.get("out_biz_no")
    assert (notice.refunded_fen is not None) == (said == "refunded")


def test_another_currency_is_told() -> None:
    assert alipay.parse(notified(trans_currency="USD"), shop.alipay()).currency == "USD"


@pytest.mark.parametrize(
    "changed",
    [
        {"notify_id": None}, {"app_id": None}, {"trade_no": None}, {"out_trade_no": None},
        {"seller_id": None}, {"total_amount": None}, {"trade_status": None},
        {"total_amount": "35.801"}, {"total_amount": "-1"}, {"total_amount": "3.58e1"}, {"refund_fee": "x"},
        {"trade_status": "TRADE_PENDING"}, {"gmt_payment": "yesterday"}, {"out_trade_no": "x" * 65},
    ],
)  # fmt: skip
def test_a_notification_that_lacks_something_cannot_be_read(changed: dict[str, str | None]) -> None:
    alipay.verify(notified(**changed), shop.alipay())
    with pytest.raises(Unreadable):
        alipay.parse(notified(**changed), shop.alipay())


def test_alipay_is_told_success_or_fail() -> None:
    assert (alipay.reply().status, alipay.reply().body) == (200, "success")
    assert (alipay.reply(Forbidden()).status, alipay.reply(Forbidden()).body) == (200, "fail")


# What we send --------------------------------------------------------------------------------------------


CONTENT = {
    "out_trade_no": INTENT,
    "total_amount": "35.80",
    "subject": "水费 2025-12",
    "time_expire": "2026-01-05 16:15:00",
}


def test_a_mobile_app_gets_a_signed_order() -> None:
    assert alipay.prepay(ORDER, shop.alipay(), AT) is None
    parameters = alipay.parameters(ORDER, "", shop.alipay(), AT)
    fields = form(parameters["orderStr"].encode())
    assert sent(fields) == {**CONTENT, "product_code": "QUICK_MSECURITY_PAY"}
    assert (fields["method"], fields["notify_url"]) == ("alipay.trade.app.pay", shop.alipay().notify_url)


def test_a_mini_program_gets_an_order_that_alipay_knows() -> None:
    question = alipay.prepay(replace(ORDER, payer="074a1CcTG1LelxKe4xQC0zgNdId0nxi95b5"), shop.alipay(), AT)
    assert question is not None
    assert asked(question.outgoing, "alipay.trade.create") == {
        **CONTENT,
        "product_code": "JSAPI_PAY",
        "op_app_id": shop.alipay().app,
        "buyer_open_id": "074a1CcTG1LelxKe4xQC0zgNdId0nxi95b5",
    }
    assert form(question.outgoing.body)["notify_url"] == shop.alipay().notify_url
    made = alipay_answers("alipay.trade.create", out_trade_no=INTENT, trade_no="2026010522001")
    handle = question.read(made, shop.alipay())
    assert alipay.parameters(ORDER, handle, shop.alipay(), AT) == {"tradeNO": "2026010522001"}
    refused = alipay_answers("alipay.trade.create", **refusal("ACQ.BUYER_NOT_EXIST"))
    with pytest.raises(Conflict, match=r"ACQ\.BUYER_NOT_EXIST"):
        question.read(refused, shop.alipay())
    other = alipay_answers("alipay.trade.create", out_trade_no="another", trade_no="1")
    with pytest.raises(Unreadable):
        question.read(other, shop.alipay())


def test_an_order_is_asked_for() -> None:
    question = alipay.query(INTENT, shop.alipay(), AT)
    assert asked(question.outgoing, "alipay.trade.query") == {"out_trade_no": INTENT}
    told = {
        "out_trade_no": INTENT,
        "trade_no": "1",
        "total_amount": "35.80",
        "send_pay_date": "2026-01-05 15:59:58",
    }
    for state, said in (("TRADE_SUCCESS", "paid"), ("WAIT_BUYER_PAY", "waiting"), ("TRADE_CLOSED", "closed")):
        notice = question.read(
            alipay_answers("alipay.trade.query", trade_status=state, **told), shop.alipay()
        )
        assert (notice.said, notice.order, notice.amount_fen, notice.trade) == (said, INTENT, 3580, "1")


def test_an_order_that_nobody_opened_is_unknown() -> None:
    answer = alipay_answers("alipay.trade.query", **refusal("ACQ.TRADE_NOT_EXIST"))
    assert alipay.query(INTENT, shop.alipay(), AT).read(answer, shop.alipay()).said == "unknown"
    answer = alipay_answers("alipay.trade.close", **refusal("ACQ.TRADE_NOT_EXIST"))
    assert alipay.close(INTENT, shop.alipay(), AT).read(answer, shop.alipay()).said == "unknown"


def test_an_order_is_closed_unless_it_cannot_be() -> None:
    question = alipay.close(INTENT, shop.alipay(), AT)
    assert asked(question.outgoing, "alipay.trade.close") == {"out_trade_no": INTENT}
    closed = alipay_answers("alipay.trade.close", out_trade_no=INTENT, trade_no="1")
    assert question.read(closed, shop.alipay()).said == "closed"
    paid = alipay_answers("alipay.trade.close", **refusal("ACQ.REASON_TRADE_STATUS_INVALID"))
    assert question.read(paid, shop.alipay()).said == "waiting"


def test_a_refund_is_done_when_money_moved_and_only_then() -> None:
    question = alipay.refund(WANTED, shop.alipay(), AT)
    assert asked(question.outgoing, "alipay.trade.refund") == {
        "out_trade_no": INTENT, "out_request_no": REFUND, "refund_amount": "10.00",
    }  # fmt: skip
    told = {"out_trade_no": INTENT, "trade_no": "1", "refund_fee": "25.00"}
    for change, said in (
        ({"fund_change": "Y"}, "refunded"),
        ({"fund_change": "N"}, "waiting"),
        ({}, "waiting"),
    ):
        notice = question.read(alipay_answers("alipay.trade.refund", **told, **change), shop.alipay())
        assert (notice.said, notice.refund, notice.refund_fen) == (said, REFUND, 1000)
    refused = alipay_answers("alipay.trade.refund", **refusal("ACQ.SELLER_BALANCE_NOT_ENOUGH"))
    assert question.read(refused, shop.alipay()).said == "refund_failed"


def test_a_refund_is_asked_for() -> None:
    question = alipay.query_refund(WANTED, shop.alipay(), AT)
    content = asked(question.outgoing, "alipay.trade.fastpay.refund.query")
    assert (content["out_trade_no"], content["out_request_no"]) == (INTENT, REFUND)
    told = {
        "out_trade_no": INTENT,
        "out_request_no": REFUND,
        "refund_amount": "10.00",
        "total_amount": "35.80",
    }
    for more, said in (
        (told | {"refund_status": "REFUND_SUCCESS", "gmt_refund_pay": "2026-01-05 16:00:00"}, "refunded"),
        (told | {"refund_status": "REFUND_PROCESSING"}, "waiting"),
        (told, "unknown"),  # documented: not received, or failed
        ({}, "unknown"),
        (refusal("ACQ.TRADE_NOT_EXIST"), "unknown"),
    ):
        answer = alipay_answers("alipay.trade.fastpay.refund.query", **more)
        notice = question.read(answer, shop.alipay())
        assert (notice.said, notice.amount_fen) == (said, None if said == "unknown" else 3580)
    done = told | {"refund_status": "REFUND_SUCCESS"}
    for wrong in ({"out_request_no": "other"}, {"refund_amount": "9.00"}, {"out_trade_no": "other"}):
        answer = alipay_answers("alipay.trade.fastpay.refund.query", **done | wrong)
        with pytest.raises(Unreadable):
            question.read(answer, shop.alipay())


def test_a_day_on_which_nothing_happened_has_no_statement() -> None:
    method = "alipay.data.dataservice.bill.downloadurl.query"
    question = alipay.statement(date(2026, 1, 5), shop.alipay(), AT)
    assert question.read(alipay_answers(method, **refusal("NO_BILL_DATA")), shop.alipay()) is None
    for late in ("isp.bill_not_exist", "BILL_NOT_EXIST"):
        with pytest.raises(NotThereYet):
            question.read(alipay_answers(method, **refusal(late)), shop.alipay())
    with pytest.raises(Unavailable):
        question.read(alipay_answers(method, **refusal("isv.no-permission")), shop.alipay())


@pytest.mark.parametrize(
    ("told", "asked_for"),
    [
        ("http://bills.test/1?token=t", "https://bills.test/1?token=t"),
        ("https://bills.test/1?token=t", "https://bills.test/1?token=t"),
        ("http://127.0.0.1:8090/alipay/bills?day=1", "http://127.0.0.1:8090/alipay/bills?day=1"),
        ("http://127.0.0.1.bills.test/1", "https://127.0.0.1.bills.test/1"),
        ("ftp://bills.test/1", None),
        ("/1", None),
    ],
)
def test_a_statement_is_never_fetched_in_the_clear(told: str, asked_for: str | None) -> None:
    method = "alipay.data.dataservice.bill.downloadurl.query"
    question = alipay.statement(date(2026, 1, 5), shop.alipay(), AT)
    answer = alipay_answers(method, bill_download_url=told)
    if asked_for is None:
        with pytest.raises(Unreadable):
            question.read(answer, shop.alipay())
        return
    where = question.read(answer, shop.alipay())
    assert where is not None
    assert where.outgoing.url == asked_for
