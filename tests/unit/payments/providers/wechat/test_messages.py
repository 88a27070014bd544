"""WeChat Pay v3: what its callbacks and answers say, and what we send."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from functions.payments.providers.protocol.models import (
    Answer,
    NotThereYet,
    Order,
    RefundOrder,
    Stale,
    Unreadable,
)
from functions.payments.providers.wechat import messages as wechat
from linli.errors import Conflict, Forbidden, Unavailable
from localstack.sandbox import signing
from tests.unit.payments import shop
from tests.unit.payments.shop import (
    AT,
    INTENT,
    NOW,
    REFUND,
    REFUNDED,
    SERIAL,
    TRANSACTION,
    called,
    key,
    wechat_answers,
)
from tests.unit.payments.wechat_texts import PARTNER, sent

ORDER = Order(INTENT, 3580, "水费 2025-12", NOW + timedelta(minutes=15), payer="oUpF8uMuAJO_M2pxb1Q9zNjWeS6o")
WANTED = RefundOrder(REFUND, INTENT, 1000, 3580)


# A callback ----------------------------------------------------------------------------------------------
def test_a_callback_of_wechat_is_verified_and_read() -> None:
    wechat.verify(called(), shop.wechat())
    notice = wechat.parse(called(), shop.wechat())
    assert notice.said == "paid"
    assert (notice.order, notice.trade) == (INTENT, TRANSACTION["transaction_id"])
    assert (notice.amount_fen, notice.currency) == (3580, "CNY")
    assert (notice.seller, notice.app) == (TRANSACTION["mchid"], TRANSACTION["appid"])
    assert notice.notice == "EV-2026010508000000001"
    assert notice.at == datetime(2026, 1, 5, 7, 59, 58, tzinfo=UTC)


def test_a_callback_of_a_refund() -> None:
    for event, said in ("SUCCESS", "refunded"), ("CLOSED", "refund_failed"), ("ABNORMAL", "refund_stuck"):
        delivery = called(REFUNDED | {"refund_status": event}, event=f"REFUND.{event}")
        wechat.verify(delivery, shop.wechat())
        notice = wechat.parse(delivery, shop.wechat())
        assert (notice.said, notice.order, notice.refund) == (said, INTENT, REFUND)
        assert (notice.refund_fen, notice.amount_fen) == (1000, 3580)
        assert (notice.seller, notice.app) == (REFUNDED["mchid"], None)


@pytest.mark.parametrize(
    "changed",
    [
        {"mchid": None},
        {"appid": None},
        {"out_trade_no": None},
        {"trade_state": None},
        {"trade_state": "ACCEPT"},
        {"out_trade_no": ""},
        {"amount": {"total": "3580"}},
        {"amount": {"total": 35.8}},
        {"amount": {"total": -1}},
        {"amount": {"total": True}},
        {"amount": []},
        {"success_time": "yesterday"},
        {"success_time": "2026-01-05T15:59:58"},
    ],
)
def test_a_callback_that_lacks_something_cannot_be_read(changed: dict[str, Any]) -> None:
    plain = {name: value for name, value in {**TRANSACTION, **changed}.items() if value is not None}
    with pytest.raises(Unreadable):
        wechat.parse(called(plain), shop.wechat())


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{}", b"\xff", b'{"resource":{},"id":"1"}'])
def test_a_body_that_is_no_callback_cannot_be_read(body: bytes) -> None:
    with pytest.raises(Unreadable):
        wechat.parse(replace(called(), body=body), shop.wechat())


def test_an_event_that_we_do_not_know_cannot_be_read() -> None:
    with pytest.raises(Unreadable):
        wechat.parse(called(event="COUPON.USE"), shop.wechat())


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("SUCCESS", "paid"),
        ("REFUND", "paid_and_back"),
        ("NOTPAY", "waiting"),
        ("USERPAYING", "waiting"),
        ("CLOSED", "closed"),
        ("PAYERROR", "waiting"),
        ("REVOKED", "closed"),
    ],
)
def test_what_a_state_means(state: str, said: str) -> None:
    assert wechat.parse(called(TRANSACTION | {"trade_state": state}), shop.wechat()).said == said


def test_another_currency_is_told() -> None:
    plain = TRANSACTION | {"amount": {"total": 3580, "currency": "USD"}}
    assert wechat.parse(called(plain), shop.wechat()).currency == "USD"


def test_wechat_is_told_204_or_why_not() -> None:
    assert (wechat.reply().status, wechat.reply().body) == (204, "")
    for error in (Forbidden(), Unavailable(), Stale()):
        reply = wechat.reply(error)
        assert reply.status == error.status >= 400
        assert json.loads(reply.body) == {"code": "FAIL", "message": error.slug}


# What we send --------------------------------------------------------------------------------------------


def test_the_cashier_gets_an_order_that_wechat_knows() -> None:
    question = wechat.prepay(ORDER, shop.wechat(), AT)
    assert question.outgoing.url == "https://provider.test/v3/pay/transactions/jsapi"
    assert sent(question.outgoing) == {
        "appid": shop.wechat().app,
        "mchid": shop.wechat().seller,
        "description": "水费 2025-12",
        "out_trade_no": INTENT,
        "time_expire": "2026-01-05T16:15:00+08:00",
        "notify_url": shop.wechat().notify_url,
        "amount": {"total": 3580, "currency": "CNY"},
        "payer": {"openid": ORDER.payer},
    }
    handle = question.read(wechat_answers(prepay_id="wx261153585405162d4d02642eabe7000000"), shop.wechat())
    parameters = wechat.parameters(ORDER, handle, shop.wechat(), AT)
    assert set(parameters) == {"timeStamp", "nonceStr", "package", "signType", "paySign"}
    assert (parameters["package"], parameters["signType"]) == (f"prepay_id={handle}", "RSA")
    text = "".join(
        f"{each}\n"
        for each in (
            shop.wechat().app,
            parameters["timeStamp"],
            parameters["nonceStr"],
            parameters["package"],
        )
    )
    assert signing.fits(parameters["paySign"], text.encode(), signing.public_part(key("ours")))


def test_an_order_that_wechat_does_not_take_is_a_conflict() -> None:
    question = wechat.prepay(ORDER, shop.wechat(), AT)
    with pytest.raises(Conflict, match="PARAM_ERROR"):
        question.read(wechat_answers(400, code="PARAM_ERROR", message="openid"), shop.wechat())


def test_an_order_is_asked_for() -> None:
    question = wechat.query(INTENT, shop.wechat(), AT)
    assert question.outgoing.url.endswith(
        f"/v3/pay/transactions/out-trade-no/{INTENT}?mchid={shop.wechat().seller}"
    )
    assert sent(question.outgoing) is None
    assert question.read(wechat_answers(**TRANSACTION), shop.wechat()).said == "paid"
    open_order = {name: TRANSACTION[name] for name in ("mchid", "appid", "out_trade_no")} | {
        "trade_state": "NOTPAY"
    }
    assert question.read(wechat_answers(**open_order), shop.wechat()).said == "waiting"
    for code in ("ORDER_NOT_EXIST", "ORDERNOTEXIST"):
        assert question.read(wechat_answers(404, code=code), shop.wechat()).said == "unknown"


def test_an_order_is_closed_unless_it_cannot_be() -> None:
    question = wechat.close(INTENT, shop.wechat(), AT)
    assert question.outgoing.url.endswith(f"/out-trade-no/{INTENT}/close")
    assert sent(question.outgoing) == {"mchid": shop.wechat().seller}
    assert question.read(wechat_answers(204), shop.wechat()).said == "closed"
    for code, said in ("ORDER_CLOSED", "closed"), ("ORDERPAID", "waiting"), ("ORDERNOTEXIST", "unknown"):
        assert question.read(wechat_answers(400, code=code), shop.wechat()).said == said


def test_a_refund_takes_its_time() -> None:
    question = wechat.refund(WANTED, shop.wechat(), AT)
    assert question.outgoing.url.endswith("/v3/refund/domestic/refunds")
    assert sent(question.outgoing) == {
        "out_trade_no": INTENT,
        "out_refund_no": REFUND,
        "notify_url": shop.wechat().notify_url,
        "amount": {"refund": 1000, "total": 3580, "currency": "CNY"},
    }
    again = wechat.query_refund(WANTED, shop.wechat(), AT)
    assert again.outgoing.url.endswith(f"/v3/refund/domestic/refunds/{REFUND}")
    node = {name: value for name, value in REFUNDED.items() if name not in ("mchid", "refund_status")}
    for status, said in (
        ("PROCESSING", "waiting"),
        ("SUCCESS", "refunded"),
        ("ABNORMAL", "refund_stuck"),
        ("CLOSED", "refund_failed"),
    ):
        for asked in (question, again):
            notice = asked.read(answered(node, status), shop.wechat())
            assert (notice.said, notice.refund, notice.refund_fen) == (said, REFUND, 1000)
    refused = wechat_answers(403, code="NOT_ENOUGH", message="余额不足")
    assert question.read(refused, shop.wechat()).said == "refund_failed"
    assert again.read(wechat_answers(404, code="RESOURCE_NOT_EXISTS"), shop.wechat()).said == "unknown"


def answered(node: dict[str, Any], status: str) -> Answer:
    body = json.dumps({**node, "status": status}).encode()
    headers = signing.wechat_headers(body, key("wechat"), SERIAL, int(NOW.timestamp()), AT.nonce)
    return Answer(200, headers, body, NOW)


def test_a_day_on_which_nothing_happened_has_no_statement() -> None:
    question = wechat.statement(date(2026, 1, 5), shop.wechat(), AT)
    assert question.read(wechat_answers(400, code="NO_STATEMENT_EXIST"), shop.wechat()) is None
    with pytest.raises(NotThereYet):
        question.read(wechat_answers(400, code="STATEMENT_CREATING"), shop.wechat())
    with pytest.raises(Unavailable):
        question.read(wechat_answers(400, code="NO_AUTH"), shop.wechat())


# A service provider, and what may be missing ---------------------------------------------------------------


SP_FORM = {name: value for name, value in TRANSACTION.items() if name not in ("mchid", "appid")} | {
    "sp_mchid": "1900000100", "sp_appid": "wx1111111111111111", "sub_mchid": "1900000109",
    "payer": {"sp_openid": "o1"},
}  # fmt: skip


def test_a_service_providers_callback_names_whose_money_it_is() -> None:
    notice = wechat.parse(called(SP_FORM), PARTNER)
    assert (notice.said, notice.seller, notice.app) == ("paid", PARTNER.seller, PARTNER.app)
    own_app = PARTNER.model_copy(update={"app": "wx2222222222222222"})
    assert wechat.parse(called(SP_FORM | {"sub_appid": own_app.app}), own_app).app == own_app.app
    refund = {name: value for name, value in REFUNDED.items() if name != "mchid"}
    refund |= {"sp_mchid": "1900000100", "sub_mchid": "1900000109"}
    assert wechat.parse(called(refund, event="REFUND.SUCCESS"), PARTNER).seller == PARTNER.seller
    for another in ({"sub_mchid": "1900000777"}, {"sp_mchid": "1900000777"}):
        assert wechat.parse(called(SP_FORM | another), PARTNER).seller != PARTNER.seller
    assert wechat.parse(called(SP_FORM), shop.wechat()).seller == shop.wechat().seller


def test_a_service_provider_signs_for_its_merchant() -> None:
    order = Order(INTENT, 3580, "水费", NOW + timedelta(minutes=15), payer="o1")
    prepay = wechat.prepay(order, PARTNER, AT).outgoing
    body = json.loads(prepay.body)
    assert urlsplit(prepay.url).path == "/v3/pay/partner/transactions/jsapi"
    parties = (body["sp_appid"], body["sp_mchid"], body["sub_mchid"], body["payer"])
    assert parties == ("wx1111111111111111", "1900000100", "1900000109", {"sp_openid": "o1"})
    assert not {"mchid", "appid", "sub_appid"} & body.keys()
    assert 'mchid="1900000100"' in prepay.headers["Authorization"]
    own = wechat.prepay(order, PARTNER.model_copy(update={"app": "wx2222222222222222"}), AT).outgoing
    assert json.loads(own.body)["payer"] == {"sub_openid": "o1"}
    whose = "sp_mchid=1900000100&sub_mchid=1900000109"
    assert wechat.query(INTENT, PARTNER, AT).outgoing.url.endswith(f"/out-trade-no/{INTENT}?{whose}")
    closing = wechat.close(INTENT, PARTNER, AT).outgoing
    assert json.loads(closing.body) == {"sp_mchid": "1900000100", "sub_mchid": "1900000109"}
    back = RefundOrder(REFUND, INTENT, 1000, 3580)
    assert json.loads(wechat.refund(back, PARTNER, AT).outgoing.body)["sub_mchid"] == "1900000109"
    assert wechat.query_refund(back, PARTNER, AT).outgoing.url.endswith(f"{REFUND}?sub_mchid=1900000109")
    day = wechat.statement(date(2026, 1, 5), PARTNER, AT).outgoing
    assert day.url.endswith("?bill_date=2026-01-05&bill_type=ALL&sub_mchid=1900000109")


def test_fields_that_may_be_missing_or_null_are_not_needed() -> None:
    plain: dict[str, Any] = {**TRANSACTION, "success_time": None, "amount": {"total": 3580, "currency": None}}
    assert wechat.parse(called(plain), shop.wechat()).currency == "CNY"
    told: dict[str, Any] = {**TRANSACTION, "trade_state": "NOTPAY", "amount": None, "transaction_id": None}
    answer = wechat_answers(**told)
    assert wechat.query(INTENT, shop.wechat(), AT).read(answer, shop.wechat()).said == "waiting"
