"""WeChat Pay v3: who signed a callback or an answer, and what it enciphered."""

import base64
import json
import time
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.payments.providers.merchants.models import Merchant
from functions.payments.providers.protocol.models import (
    Answer,
    Delivery,
    KeyNotTaken,
    Malformed,
    Probe,
    Refused,
    Stale,
    UnknownSerial,
    Unreadable,
)
from functions.payments.providers.wechat import messages as wechat
from functions.payments.providers.wechat.envelope import deciphered
from linli.errors import Unavailable
from localstack.sandbox import signing
from tests.unit.payments import shop
from tests.unit.payments.shop import (
    AT,
    INTENT,
    NEXT_SERIAL,
    NOW,
    PUBLIC_KEY_ID,
    SERIAL,
    TRANSACTION,
    called,
    wechat_answers,
)


def with_headers(**changed: str | None) -> Delivery:
    headers = {name.lower(): value for name, value in called().headers.items()}
    changed = {f"wechatpay-{name}": value for name, value in changed.items()}
    return replace(
        called(), headers={name: value for name, value in {**headers, **changed}.items() if value is not None}
    )


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
    with pytest.raises(Unreadable):
        deciphered(resource, shop.wechat())


def test_associated_data_may_be_empty() -> None:
    resource = signing.wechat_resource(TRANSACTION, shop.API_V3_KEY, "fdasflkja484", "")
    for given_data in ({"associated_data": ""}, {}):
        plain = {name: value for name, value in resource.items() if name != "associated_data"} | given_data
        assert wechat.parse(called(resource=plain), shop.wechat()).said == "paid"


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


@pytest.mark.parametrize("missing", [None, "", "absent"])
def test_associated_data_may_be_missing_or_null(missing: str | None) -> None:
    resource = dict(signing.wechat_resource(TRANSACTION, shop.API_V3_KEY, "fdasflkja484", ""))
    told: dict[str, Any] = resource | {"associated_data": missing}
    if missing == "absent":
        del told["associated_data"]
    assert wechat.parse(called(resource=told), shop.wechat()).said == "paid"


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
