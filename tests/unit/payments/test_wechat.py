"""WeChat Pay v3: who signed, what it says, what we send."""

import base64
import hashlib
import json
import re
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.payments.providers.merchants.models import Merchant
from functions.payments.providers.protocol.models import (
    Answer,
    Delivery,
    KeyNotTaken,
    Malformed,
    NotThereYet,
    Order,
    Outgoing,
    Probe,
    Refund,
    Refused,
    Stale,
    UnknownSerial,
    Unreadable,
)
from functions.payments.providers.wechat import messages as wechat
from functions.payments.providers.wechat import statement as wechat_statement
from linli.errors import Conflict, Forbidden, Unavailable
from localstack.sandbox import signing
from tests.unit.payments import shop
from tests.unit.payments.shop import (
    AT,
    INTENT,
    NEXT_SERIAL,
    NOW,
    PUBLIC_KEY_ID,
    REFUND,
    REFUNDED,
    SERIAL,
    TRANSACTION,
    called,
    key,
    wechat_answers,
)

ORDER = Order(INTENT, 3580, "水费 2025-12", NOW + timedelta(minutes=15), payer="oUpF8uMuAJO_M2pxb1Q9zNjWeS6o")
WANTED = Refund(REFUND, INTENT, 1000, 3580)


def with_headers(**changed: str | None) -> Delivery:
    headers = {name.lower(): value for name, value in called().headers.items()}
    changed = {f"wechatpay-{name}": value for name, value in changed.items()}
    return replace(
        called(), headers={name: value for name, value in {**headers, **changed}.items() if value is not None}
    )


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


@pytest.mark.parametrize("change", [str.upper, str.lower, str.title])
def test_header_names_come_in_any_case(change: Any) -> None:
    headers = {change(name): value for name, value in called().headers.items()}
    wechat.verify(replace(called(), headers=headers), shop.wechat())


@pytest.mark.parametrize("seconds", [-300, -1, 0, 1, 300])
def test_five_minutes_of_skew_are_allowed(seconds: int) -> None:
    wechat.verify(called(skew=timedelta(seconds=seconds)), shop.wechat())


@pytest.mark.parametrize("seconds", [-301, 301, 10**7, -(10**7)])
def test_more_is_stale_whoever_signed(seconds: int) -> None:
    for signer in ("wechat", "a forger"):
        with pytest.raises(Stale):
            wechat.verify(called(skew=timedelta(seconds=seconds), signer=signer), shop.wechat())


@pytest.mark.parametrize("name", ["timestamp", "nonce", "signature", "serial"])
def test_a_header_that_is_missing(name: str) -> None:
    for value in (None, ""):
        with pytest.raises(Malformed):
            wechat.verify(with_headers(**{name: value}), shop.wechat())


@pytest.mark.parametrize("timestamp", ["-1", "1.5", "1e9", " 1", "now", "9" * 13, "１７６７６０００００"])
def test_a_timestamp_that_is_none(timestamp: str) -> None:
    with pytest.raises(Malformed):
        wechat.verify(with_headers(timestamp=timestamp), shop.wechat())


@settings(deadline=None)
@given(st.data())
def test_no_header_and_no_byte_can_be_changed(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["timestamp", "nonce", "signature", "body"]))
    if name == "body":
        body = called().body
        at = data.draw(st.integers(0, len(body) - 1))
        other = (
            body[:at]
            + bytes([data.draw(st.integers(0, 255).filter(lambda byte: byte != body[at]))])
            + body[at + 1 :]
        )
        delivery = replace(called(), body=other)
    else:
        value = called().headers[f"Wechatpay-{name.title()}"]
        delivery = with_headers(**{name: data.draw(st.text(max_size=400).filter(lambda text: text != value))})
    with pytest.raises(Refused):
        wechat.verify(delivery, shop.wechat())


@pytest.mark.parametrize("field", json.loads(called().body))
def test_no_field_can_be_changed(field: str) -> None:
    body = json.dumps({**json.loads(called().body), field: "another"}, ensure_ascii=False).encode()
    with pytest.raises(Refused, match="does not fit"):
        wechat.verify(replace(called(), body=body), shop.wechat())


@pytest.mark.parametrize(
    "options", [{"separators": (",", ":")}, {"indent": 1}, {"sort_keys": True}, {"ensure_ascii": True}]
)
def test_json_that_was_written_anew_does_not_fit(options: dict[str, Any]) -> None:
    body = json.dumps(json.loads(called().body), **{"ensure_ascii": False, **options}).encode()
    assert body != called().body
    with pytest.raises(Refused, match="does not fit"):
        wechat.verify(replace(called(), body=body), shop.wechat())


@pytest.mark.parametrize("signature", ["%%%", "abc", "=", "a" * 5000, "WECHATPAY"])
def test_what_is_not_base64_is_no_signature(signature: str) -> None:
    with pytest.raises(Malformed, match="is not base64"):
        wechat.verify(with_headers(signature=signature), shop.wechat())


def test_a_probe_is_refused_and_told_apart() -> None:
    with pytest.raises(Probe):
        wechat.verify(with_headers(signature="WECHATPAY/SIGNTEST/LtkYq6gWN+pNQ=="), shop.wechat())


def test_a_serial_that_is_not_known_asks_for_fresh_keys() -> None:
    for serial in (NEXT_SERIAL, "PUB_KEY_ID_0000"):
        with pytest.raises(UnknownSerial) as refused:
            wechat.verify(called(serial=serial), shop.wechat())
        assert refused.value.keys_may_be_old


@pytest.mark.parametrize(
    "serial", ["XYZ", "5157F09E-FDC0", "PUB_KEY_ID_", "PUB_KEY_ID_1/../2", " ", "../etc", "5" * 65, "１" * 40]
)
def test_a_serial_that_is_none_asks_for_nothing(serial: str) -> None:
    with pytest.raises(Malformed) as refused:
        wechat.verify(with_headers(serial=serial), shop.wechat())
    assert not refused.value.keys_may_be_old


def test_while_keys_change_both_are_good() -> None:
    wechat.verify(called(), shop.wechat())
    wechat.verify(called(serial=SERIAL.lower()), shop.wechat())
    wechat.verify(called(signer="wechat, next", serial=PUBLIC_KEY_ID), shop.wechat())
    with pytest.raises(Refused, match="does not fit") as refused:
        wechat.verify(called(serial=PUBLIC_KEY_ID), shop.wechat())
    assert not refused.value.keys_may_be_old


def test_a_megabyte_is_refused_in_no_time() -> None:
    started = time.process_time()
    for body in (b"a" * 2**20, b"[" * 2**20, b'{"a":' * 200_000):
        with pytest.raises(Refused):
            wechat.verify(replace(called(), body=body), shop.wechat())
    assert time.process_time() - started < 1, "more than linear"


# What cannot be read -------------------------------------------------------------------------------------


def sealed(**changed: Any) -> dict[str, Any]:
    resource = signing.wechat_resource(TRANSACTION, shop.API_V3_KEY, "fdasflkja484", "transaction")
    return {name: value for name, value in {**resource, **changed}.items() if value is not None}


def tag_broken() -> str:
    raw = base64.b64decode(sealed()["ciphertext"])
    return base64.b64encode(raw[:-1] + bytes([raw[-1] ^ 1])).decode()


@pytest.mark.parametrize(
    "resource",
    [
        sealed(ciphertext=tag_broken()),
        sealed(ciphertext=""),
        sealed(ciphertext="%"),
        sealed(ciphertext=None),
        sealed(nonce="fdasflkja485"),
        sealed(nonce=""),
        sealed(nonce=None),
        sealed(nonce=12),
        sealed(associated_data="refund"),
        sealed(associated_data=None),
        sealed(algorithm="AEAD_SM4_GCM"),
        sealed(algorithm=None),
        signing.wechat_resource(TRANSACTION, "f" * 32, "fdasflkja484", "transaction"),
    ],
)
def test_what_another_key_or_tag_sealed_cannot_be_read(resource: dict[str, Any]) -> None:
    wechat.verify(called(resource=resource), shop.wechat())
    with pytest.raises(Unreadable):
        wechat.parse(called(resource=resource), shop.wechat())


def test_associated_data_may_be_empty() -> None:
    resource = signing.wechat_resource(TRANSACTION, shop.API_V3_KEY, "fdasflkja484", "")
    for given_data in ({"associated_data": ""}, {}):
        plain = {name: value for name, value in resource.items() if name != "associated_data"} | given_data
        assert wechat.parse(called(resource=plain), shop.wechat()).said == "paid"


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


def sent(outgoing: Outgoing) -> Any:
    """The body of a request whose `Authorization` fits."""
    scheme, _, rest = outgoing.headers["Authorization"].partition(" ")
    found = dict(re.findall(r'(\w+)="([^"]*)"', rest))
    assert scheme == "WECHATPAY2-SHA256-RSA2048"
    assert (found["mchid"], found["serial_no"]) == (shop.wechat().seller, shop.wechat().serial)
    assert (found["timestamp"], found["nonce_str"]) == (str(int(NOW.timestamp())), AT.nonce)
    path = outgoing.url.removeprefix(shop.wechat().gateway_url)
    text = (
        f"{outgoing.method}\n{path}\n{found['timestamp']}\n{found['nonce_str']}\n".encode()
        + outgoing.body
        + b"\n"
    )
    assert signing.fits(found["signature"], text, signing.public_part(key("ours")))
    return json.loads(outgoing.body) if outgoing.body else None


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


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (lambda: wechat_answers(signer="a forger", **TRANSACTION), Refused),
        (lambda: replace(wechat_answers(**TRANSACTION), body=b"{}"), Refused),
        (lambda: replace(wechat_answers(**TRANSACTION), now=NOW + timedelta(seconds=301)), Stale),
        (lambda: replace(wechat_answers(**TRANSACTION), headers={}), Malformed),
        (lambda: replace(wechat_answers(), status=404), Unreadable),
        (lambda: wechat_answers(500, code="SYSTEM_ERROR"), Unavailable),
        (lambda: wechat_answers(429, code="FREQUENCY_LIMITED"), Unavailable),
        (lambda: wechat_answers(401, code="SIGN_ERROR"), KeyNotTaken),
        (lambda: Answer(502, {}, b"<html>", NOW), Unavailable),
        (lambda: wechat_answers(400, code="PARAM_ERROR"), Unavailable),
        (lambda: wechat_answers(**TRANSACTION | {"out_trade_no": "another"}), Unreadable),
        (lambda: wechat_answers(**TRANSACTION | {"trade_state": "?"}), Unreadable),
        (wechat_answers, Unreadable),
    ],
)
def test_an_answer_that_is_not_what_it_should_be(answer: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        wechat.query(INTENT, shop.wechat(), AT).read(answer(), shop.wechat())


# The statement -------------------------------------------------------------------------------------------

HEADING = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,"
    "代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,"
    "申请退款金额,费率备注"
)
WHERE = f"`wx8888888888888888,`1900000109,`0,`,`4200000001,`{INTENT},`oUpF8,`JSAPI"
LINES = (
    f"`2026-01-05 15:59:58,{WHERE},`SUCCESS,`OTHERS,`CNY,`35.80,`0.00,`0,`0,`0.00,`0.00,`,`,`水费, 加急,`,"
    "`0.21000,`0.60%,`35.80,`0.00,`\n"
    f"`2026-01-05 16:15:01,{WHERE},`REFUND,`OTHERS,`CNY,`0.00,`0.00,`5000000038,`{REFUND},`10.00,`0.00,"
    "`ORIGINAL,`SUCCESS,`水费,`,`-0.06000,`0.60%,`0.00,`10.00,`\n"
)
TOTALS = (
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额\n"
    "`2,`35.80,`10.00,`0.00,`0.15,`35.80,`10.00\n"
)


def read_statement(text: str, digest: str | None = None, status: int = 200) -> Any:
    question = wechat.statement(date(2026, 1, 5), shop.wechat(), AT)
    assert question.outgoing.url.endswith("/v3/bill/tradebill?bill_date=2026-01-05&bill_type=ALL")
    assert sent(question.outgoing) is None
    file = text.encode()
    promised = digest or hashlib.sha1(file, usedforsecurity=False).hexdigest()
    url = "https://provider.test/v3/billdownload/file?token=x"
    where = question.read(
        wechat_answers(hash_type="SHA1", hash_value=promised, download_url=url), shop.wechat()
    )
    assert where is not None
    assert where.outgoing.url == url
    assert sent(where.outgoing) is None
    return where.read(Answer(status, {}, file, NOW), shop.wechat())


def test_a_statement_is_fetched_and_read() -> None:
    paid, back = read_statement("\ufeff" + HEADING + "\r\n" + LINES + TOTALS)
    assert (paid.said, paid.order, paid.amount_fen, paid.seller) == ("paid", INTENT, 3580, "1900000109")
    assert (back.said, back.refund, back.refund_fen, back.amount_fen) == ("refunded", REFUND, 1000, None)
    assert paid.at == datetime(2026, 1, 5, 7, 59, 58, tzinfo=UTC)
    assert read_statement(HEADING + "\n" + TOTALS.replace("`2,", "`0,")) == ()


def test_a_day_on_which_nothing_happened_has_no_statement() -> None:
    question = wechat.statement(date(2026, 1, 5), shop.wechat(), AT)
    assert question.read(wechat_answers(400, code="NO_STATEMENT_EXIST"), shop.wechat()) is None
    with pytest.raises(NotThereYet):
        question.read(wechat_answers(400, code="STATEMENT_CREATING"), shop.wechat())
    with pytest.raises(Unavailable):
        question.read(wechat_answers(400, code="NO_AUTH"), shop.wechat())


def test_a_file_that_is_not_the_statement() -> None:
    with pytest.raises(Unreadable, match="not the file"):
        read_statement(HEADING + "\n" + LINES, digest="0" * 40)
    with pytest.raises(Unreadable):
        read_statement(LINES)
    with pytest.raises(Unreadable):
        read_statement(HEADING + "\n" + LINES.replace("`35.80", "`35.8O"))
    with pytest.raises(Unavailable):
        read_statement(HEADING, status=503)


# A service provider, and what may be missing ---------------------------------------------------------------

PARTNER = Merchant.model_validate(
    shop.wechat().model_dump(exclude={"seller", "app", "sp_seller", "sp_app"})
    | {"sp_mchid": "1900000100", "sp_appid": "wx1111111111111111", "sub_mchid": "1900000109"}
)
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
    back = Refund(REFUND, INTENT, 1000, 3580)
    assert json.loads(wechat.refund(back, PARTNER, AT).outgoing.body)["sub_mchid"] == "1900000109"
    assert wechat.query_refund(back, PARTNER, AT).outgoing.url.endswith(f"{REFUND}?sub_mchid=1900000109")
    day = wechat.statement(date(2026, 1, 5), PARTNER, AT).outgoing
    assert day.url.endswith("?bill_date=2026-01-05&bill_type=ALL&sub_mchid=1900000109")


def test_a_service_providers_statement_names_whose_money_it_is() -> None:
    file = (HEADING + "\n" + LINES + TOTALS).replace("`1900000109,`0,", "`1900000100,`1900000109,")
    sha1 = hashlib.sha1(file.encode(), usedforsecurity=False).hexdigest()
    lines = wechat_statement.lines(Answer(200, {}, file.encode(), NOW), PARTNER, sha1=sha1)
    assert {line.seller for line in lines} == {PARTNER.seller}


@pytest.mark.parametrize("missing", [None, "", "absent"])
def test_associated_data_may_be_missing_or_null(missing: str | None) -> None:
    resource = dict(signing.wechat_resource(TRANSACTION, shop.API_V3_KEY, "fdasflkja484", ""))
    told: dict[str, Any] = resource | {"associated_data": missing}
    if missing == "absent":
        del told["associated_data"]
    assert wechat.parse(called(resource=told), shop.wechat()).said == "paid"


def test_fields_that_may_be_missing_or_null_are_not_needed() -> None:
    plain: dict[str, Any] = {**TRANSACTION, "success_time": None, "amount": {"total": 3580, "currency": None}}
    assert wechat.parse(called(plain), shop.wechat()).currency == "CNY"
    told: dict[str, Any] = {**TRANSACTION, "trade_state": "NOTPAY", "amount": None, "transaction_id": None}
    answer = wechat_answers(**told)
    assert wechat.query(INTENT, shop.wechat(), AT).read(answer, shop.wechat()).said == "waiting"


def test_the_public_key_that_is_to_answer_is_named_where_there_is_one() -> None:
    for asked in (
        wechat.query(INTENT, shop.wechat(), AT),
        wechat.statement(date(2026, 1, 5), shop.wechat(), AT),
    ):
        assert asked.outgoing.headers["Wechatpay-Serial"] == PUBLIC_KEY_ID
    keys = {SERIAL: shop.wechat().provider_keys[SERIAL]}
    of_certificates = shop.wechat().model_copy(update={"provider_keys": keys})
    assert "Wechatpay-Serial" not in wechat.query(INTENT, of_certificates, AT).outgoing.headers


@pytest.mark.parametrize("spelled", [SERIAL.lower(), f"00{SERIAL}", f"0x{SERIAL}"])
def test_a_serial_in_another_spelling_names_the_same_key(spelled: str) -> None:
    octets = ":".join(SERIAL[at : at + 2] for at in range(0, len(SERIAL), 2))
    key_text = shop.wechat().provider_keys[SERIAL]
    for name in (spelled, octets, octets.lower()):
        known = shop.wechat().model_dump() | {"provider_keys": {name: key_text}}
        wechat.verify(called(), Merchant.model_validate(known))
    wechat.verify(called(serial=SERIAL.lower()), shop.wechat())
