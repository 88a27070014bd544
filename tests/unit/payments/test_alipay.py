"""Alipay: who signed, what it says, what we send."""

import io
import json
import time
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.payments.providers.alipay import messages as alipay
from functions.payments.providers.protocol.models import (
    Answer,
    KeyNotTaken,
    Malformed,
    NoKeyFits,
    NotThereYet,
    Order,
    Refund,
    Refused,
    UnknownSerial,
    Unreadable,
)
from linli.errors import Conflict, Forbidden, Unavailable
from localstack.sandbox import signing
from tests.unit.payments import shop
from tests.unit.payments.shop import AT, INTENT, NOTIFICATION, NOW, REFUND, alipay_answers, key, notified

ORDER = Order(INTENT, 3580, "水费 2025-12", NOW + timedelta(minutes=15))
WANTED = Refund(REFUND, INTENT, 1000, 3580)


def form(body: bytes) -> dict[str, str]:
    return dict(parse_qsl(body.decode(), keep_blank_values=True))


def tampered(**changed: str) -> bytes:
    return urlencode(form(notified().body) | changed).encode()


def check(body: bytes) -> None:
    alipay.verify(replace(notified(), body=body), shop.alipay())


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


@pytest.mark.parametrize("name", [*NOTIFICATION, "charset", "sign"])
def test_no_field_can_be_changed_left_out_or_renamed(name: str) -> None:
    fields = form(notified().body)
    value = fields.pop(name)
    others = [
        fields | {name: value[:-1] + ("1" if value[-1:] != "1" else "2")},
        fields | {name.upper(): value},
    ]
    for other in [*others, *([fields] if value else [])]:
        with pytest.raises(Refused):
            check(urlencode(other).encode())


@settings(deadline=None)
@given(name=st.text(min_size=1, max_size=9), value=st.text(min_size=1, max_size=9))
def test_no_field_can_be_added(name: str, value: str) -> None:
    with pytest.raises(Refused):
        check(notified().body + b"&" + urlencode({name: value}, errors="replace").encode())


@settings(deadline=None)
@given(st.data())
def test_no_byte_can_be_changed(data: st.DataObject) -> None:
    body = notified().body
    at = data.draw(st.integers(0, len(body) - 1))
    other = body[:at] + bytes([data.draw(st.integers(0, 255))]) + body[at + 1 :]
    if form_or_none(other) != form(body):
        with pytest.raises(Refused):
            check(other)


def form_or_none(body: bytes) -> dict[str, str] | None:
    try:
        return form(body)
    except UnicodeDecodeError:
        return None


def test_an_empty_field_may_be_signed_or_not() -> None:
    fields = {name: value for name, value in (NOTIFICATION | {"charset": "utf-8"}).items() if value}
    signature = signing.sign(signing.alipay_text(fields).encode(), key("alipay"))
    check(urlencode({**fields, "passback_params": "", "sign": signature, "sign_type": "RSA2"}).encode())


def test_the_order_of_the_fields_does_not_matter() -> None:
    check(urlencode(dict(reversed(form(notified().body).items()))).encode())


@pytest.mark.parametrize("name", ["total_amount", "sign", "notify_id"])
def test_a_field_that_comes_twice_is_refused(name: str) -> None:
    body = notified().body
    for twice in (body + f"&{name}=0.01".encode(), f"{name}=0.01&".encode() + body, body + b"&" + body):
        with pytest.raises(Malformed, match="twice"):
            check(twice)


@pytest.mark.parametrize("sign_type", ["RSA", "rsa2", "MD5", ""])
def test_only_rsa2_will_do(sign_type: str) -> None:
    with pytest.raises(Malformed, match="only RSA2"):
        check(tampered(sign_type=sign_type))


def test_a_weaker_signature_called_rsa2_does_not_fit() -> None:
    from base64 import b64encode  # noqa: PLC0415

    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415  only here
    from cryptography.hazmat.primitives.asymmetric import padding, rsa  # noqa: PLC0415

    private = serialization.load_pem_private_key(key("alipay").encode(), None)
    assert isinstance(private, rsa.RSAPrivateKey)
    text = signing.alipay_text(form(notified().body), "sign", "sign_type").encode()
    weak = private.sign(text, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303  that is the point
    with pytest.raises(NoKeyFits):
        check(tampered(sign=b64encode(weak).decode()))


@pytest.mark.parametrize("sign", ["", "%%%", "abc", "=", " ", "a" * 5000, "é"])
def test_what_is_not_base64_is_no_signature(sign: str) -> None:
    with pytest.raises(Malformed, match="sign: is not base64"):
        check(tampered(sign=sign))


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe", b"{}", b"&" * 1000, b"a=1&" * 101, b"\x00", "钱=1".encode()]
)
def test_what_is_no_form_is_refused(body: bytes) -> None:
    with pytest.raises(Malformed):
        check(body)


def test_a_megabyte_is_refused_in_no_time() -> None:
    started = time.process_time()
    for body in (
        b"a" * 2**20,
        b"a=" + b"%41" * 349_525,
        b"a=1&" * 262_144,
        notified().body + b"&x=" + b"y" * 2**20,
    ):
        with pytest.raises(Refused):
            check(body)
    assert time.process_time() - started < 2, "more than linear"


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


def test_another_key_does_not_fit_and_a_further_one_may() -> None:
    other = shop.alipay().model_copy(update={"provider_keys": {"1": signing.public_part(key("wechat"))}})
    with pytest.raises(NoKeyFits) as refused:
        alipay.verify(notified(), other)
    assert refused.value.keys_may_be_old
    both = other.model_copy(update={"provider_keys": other.provider_keys | shop.alipay().provider_keys})
    alipay.verify(notified(), both)


def test_a_certificate_that_is_named_is_the_one_that_counts() -> None:
    delivery = notified(alipay_cert_sn="2")
    with pytest.raises(UnknownSerial):
        alipay.verify(delivery, shop.alipay())
    named = {"1": signing.public_part(key("wechat")), "2": signing.public_part(key("alipay"))}
    alipay.verify(delivery, shop.alipay().model_copy(update={"provider_keys": named}))


def test_an_old_notification_is_as_good_as_a_new_one() -> None:
    alipay.verify(replace(notified(), now=NOW + timedelta(hours=25)), shop.alipay())


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


def sent(fields: dict[str, str]) -> dict[str, Any]:
    text = signing.alipay_text(fields, "sign")
    assert signing.fits(fields["sign"], text.encode(), signing.public_part(key("ours")))
    assert (fields["app_id"], fields["sign_type"], fields["version"]) == (shop.alipay().app, "RSA2", "1.0")
    assert fields["timestamp"] == "2026-01-05 16:00:00"
    content: dict[str, Any] = json.loads(fields["biz_content"])
    return content


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


def asked(outgoing: Any, method: str) -> dict[str, Any]:
    assert (outgoing.method, outgoing.url) == ("POST", shop.alipay().gateway_url)
    fields = form(outgoing.body)
    assert fields["method"] == method
    return sent(fields)


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


def refusal(sub_code: str, code: str = "40004") -> dict[str, str]:
    return {"code": code, "msg": "Business Failed", "sub_code": sub_code}


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


QUERY = "alipay.trade.query"
NOT_TAKEN = {"code": "40002", "sub_code": "isv.invalid-app-id"}
PAID = {"out_trade_no": INTENT, "trade_no": "1", "total_amount": "35.80", "trade_status": "TRADE_SUCCESS"}


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (lambda: alipay_answers(QUERY, signer="wechat", **PAID), NoKeyFits),
        (lambda: changed(lambda text: text.replace("35.80", "35.81")), NoKeyFits),
        (lambda: changed(lambda text: text.replace(',"trade_no"', ', "trade_no"')), NoKeyFits),
        (lambda: changed(lambda text: text.replace('"sign":"', '"sign":"!')), Malformed),
        (lambda: changed(lambda text: text[:-1]), Malformed),
        (lambda: changed(lambda _text: "[]"), Malformed),
        (lambda: changed(lambda _text: '{"error_response":{"code":"40002"}}'), Unavailable),
        (lambda: changed(lambda _text: f'{{"error_response":{json.dumps(NOT_TAKEN)}}}'), KeyNotTaken),
        (lambda: replace(alipay_answers(QUERY, **PAID), status=502), Unavailable),
        (lambda: alipay_answers(QUERY, **refusal("isp.unknow-error", "20000")), Unavailable),
        (lambda: alipay_answers(QUERY, **refusal("ACQ.SYSTEM_ERROR")), Unavailable),
        (lambda: alipay_answers(QUERY, **refusal("isv.invalid-signature", "40002")), KeyNotTaken),
        (lambda: alipay_answers(QUERY, **PAID | {"out_trade_no": "another"}), Unreadable),
        (lambda: alipay_answers(QUERY, **PAID | {"total_amount": 35.801}), Unreadable),
        (lambda: alipay_answers(QUERY, **PAID | {"trade_status": "?"}), Unreadable),
        (lambda: alipay_answers(QUERY), Unreadable),
    ],
)
def test_an_answer_that_is_not_what_it_should_be(answer: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        alipay.query(INTENT, shop.alipay(), AT).read(answer(), shop.alipay())


def changed(change: Any) -> Answer:
    answer = alipay_answers(QUERY, **PAID)
    return replace(answer, body=change(answer.body.decode()).encode())


# The statement -------------------------------------------------------------------------------------------

HEADING = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,"
    "商家实收（元）,退款批次号/请求号,服务费（元）,备注"
)
STATEMENT = f"""#支付宝业务明细查询
#账号：[20880000000000000156]
#-----------------------------------------业务明细列表----------------------------------------
{HEADING}
1\t,{INTENT}\t,交易,"水费, 加急",2026-01-05 15:59:50,2026-01-05 15:59:58,,,,,*明,35.80,35.80,,-0.12,
1\t,{INTENT}\t,退款,水费,2026-01-05 16:15:00,2026-01-05 16:15:01,,,,,*明,-10.00,-10.00,{REFUND}\t,0.00,
#-----------------------------------------业务明细列表结束------------------------------------
#交易合计：1笔，商家实收共35.80元，商家优惠共0.00元
"""
SUMMARY = "#支付宝业务汇总查询\n门店编号,门店名称,交易订单总笔数\n合计,,1\n"


def archive(**files: str) -> Answer:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as bundle:
        for name, text in files.items():
            bundle.writestr(f"{name}.csv", text.encode("gbk"))
    return Answer(200, {}, packed.getvalue(), NOW)


def test_a_statement_is_fetched_and_read() -> None:
    question = alipay.statement(date(2026, 1, 5), shop.alipay(), AT)
    method = "alipay.data.dataservice.bill.downloadurl.query"
    wanted = {"bill_type": "trade", "bill_date": "2026-01-05", "secure": "true"}
    assert asked(question.outgoing, method) == wanted
    where = question.read(alipay_answers(method, bill_download_url="https://bills.test/1?x=1"), shop.alipay())
    assert where is not None
    assert (where.outgoing.method, where.outgoing.url) == ("GET", "https://bills.test/1?x=1")
    paid, back = where.read(archive(summary=SUMMARY, details=STATEMENT), shop.alipay())
    assert (paid.said, paid.order, paid.amount_fen, paid.trade) == ("paid", INTENT, 3580, "1")
    assert (back.said, back.refund, back.refund_fen, back.amount_fen) == ("refunded", REFUND, 1000, None)
    assert paid.at == datetime(2026, 1, 5, 7, 59, 58, tzinfo=UTC)


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


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, {}, b"", NOW),
        Answer(200, {}, b"<html>expired</html>", NOW),
        archive(summary=SUMMARY),
        archive(details=STATEMENT.replace("35.80", "35.8O")),
        archive(details=STATEMENT.replace("订单金额", "金额")),
        archive(details="\0" * (33 * 2**20)),
    ],
)
def test_a_file_that_is_no_statement(answer: Answer) -> None:
    method = "alipay.data.dataservice.bill.downloadurl.query"
    question = alipay.statement(date(2026, 1, 5), shop.alipay(), AT)
    where = question.read(alipay_answers(method, bill_download_url="https://bills.test/1"), shop.alipay())
    assert where is not None
    with pytest.raises(Unreadable):
        where.read(answer, shop.alipay())


def test_a_text_that_could_be_cut_elsewhere_is_refused() -> None:
    """The signature of `a=1&b=2` fits a field `a` whose value is `1&b=2` as well."""
    fields = dict(parse_qsl(shop.notified(out_biz_no="R1", refund_fee="10.00").body.decode()))
    kind, number = fields.pop("notify_type"), fields.pop("out_biz_no")
    swallowed = fields | {"notify_type": f"{kind}&out_biz_no={number}"}
    renamed = {f"a&{name}": value for name, value in fields.items()}
    for forged in (swallowed, renamed):
        with pytest.raises(Malformed):
            alipay.verify(replace(shop.notified(), body=urlencode(forged).encode()), shop.alipay())


def test_a_key_that_is_none_does_not_take_the_good_ones_down() -> None:
    good = shop.alipay().provider_keys["1"]
    merchant = shop.alipay().model_copy(update={"provider_keys": {"new": good[:80], "1": good}})
    alipay.verify(shop.notified(), merchant)


@pytest.mark.parametrize(
    "name", ["fund_bill_list2", "enterprisePayInfo", "X-Trace", "settle.info", "open_id2", "a[0]", "\u7684"]
)
def test_a_field_we_do_not_know_is_signed_text_and_no_more(name: str) -> None:
    told = shop.notified(**{name: "值&x 1"})
    if not name.isascii():
        with pytest.raises(Malformed):
            alipay.verify(told, shop.alipay())
        return
    alipay.verify(told, shop.alipay())
    assert alipay.parse(told, shop.alipay()) == alipay.parse(shop.notified(), shop.alipay())
    forged = told.body.replace(b"+1", b"+2")
    assert forged != told.body
    with pytest.raises(NoKeyFits):
        alipay.verify(replace(told, body=forged), shop.alipay())
