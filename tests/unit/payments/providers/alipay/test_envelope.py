"""Alipay: who signed a notification or an answer, byte by byte."""

import json
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.payments.providers.alipay import envelope
from functions.payments.providers.alipay import messages as alipay
from functions.payments.providers.protocol.models import (
    KeyNotTaken,
    Malformed,
    NoKeyFits,
    Refused,
    UnknownSerial,
    Unreadable,
)
from linli.errors import Unavailable
from localstack.sandbox import signing
from tests.unit.payments import shop
from tests.unit.payments.alipay_texts import PAID, QUERY, changed, check, form, refusal, tampered
from tests.unit.payments.shop import AT, INTENT, NOTIFICATION, NOW, alipay_answers, key, notified


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


def test_another_key_does_not_fit_and_a_further_one_may() -> None:
    other = shop.alipay().model_copy(update={"provider_keys": {"1": signing.public_part(key("wechat"))}})
    with pytest.raises(NoKeyFits) as refused:
        envelope.verify(notified(), other)
    assert refused.value.keys_may_be_old
    both = other.model_copy(update={"provider_keys": other.provider_keys | shop.alipay().provider_keys})
    envelope.verify(notified(), both)


def test_a_certificate_that_is_named_is_the_one_that_counts() -> None:
    delivery = notified(alipay_cert_sn="2")
    with pytest.raises(UnknownSerial):
        envelope.verify(delivery, shop.alipay())
    named = {"1": signing.public_part(key("wechat")), "2": signing.public_part(key("alipay"))}
    envelope.verify(delivery, shop.alipay().model_copy(update={"provider_keys": named}))


def test_an_old_notification_is_as_good_as_a_new_one() -> None:
    envelope.verify(replace(notified(), now=NOW + timedelta(hours=25)), shop.alipay())


NOT_TAKEN = {"code": "40002", "sub_code": "isv.invalid-app-id"}


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


def test_a_text_that_could_be_cut_elsewhere_is_refused() -> None:
    """The signature of `a=1&b=2` fits a field `a` whose value is `1&b=2` as well."""
    fields = dict(parse_qsl(shop.notified(out_biz_no="R1", refund_fee="10.00").body.decode()))
    kind, number = fields.pop("notify_type"), fields.pop("out_biz_no")
    swallowed = fields | {"notify_type": f"{kind}&out_biz_no={number}"}
    renamed = {f"a&{name}": value for name, value in fields.items()}
    for forged in (swallowed, renamed):
        with pytest.raises(Malformed):
            envelope.verify(replace(shop.notified(), body=urlencode(forged).encode()), shop.alipay())


def test_a_key_that_is_none_does_not_take_the_good_ones_down() -> None:
    good = shop.alipay().provider_keys["1"]
    merchant = shop.alipay().model_copy(update={"provider_keys": {"new": good[:80], "1": good}})
    envelope.verify(shop.notified(), merchant)


@pytest.mark.parametrize(
    "name", ["fund_bill_list2", "enterprisePayInfo", "X-Trace", "settle.info", "open_id2", "a[0]", "\u7684"]
)
def test_a_field_we_do_not_know_is_signed_text_and_no_more(name: str) -> None:
    told = shop.notified(**{name: "值&x 1"})
    if not name.isascii():
        with pytest.raises(Malformed):
            envelope.verify(told, shop.alipay())
        return
    envelope.verify(told, shop.alipay())
    assert alipay.parse(told, shop.alipay()) == alipay.parse(shop.notified(), shop.alipay())
    forged = told.body.replace(b"+1", b"+2")
    assert forged != told.body
    with pytest.raises(NoKeyFits):
        envelope.verify(replace(told, body=forged), shop.alipay())
