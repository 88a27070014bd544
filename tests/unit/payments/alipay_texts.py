"""Notifications, questions and answers of Alipay, as texts that tests alter."""

import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from functions.payments.providers.alipay import envelope
from functions.payments.providers.protocol.models import (
    Answer,
)
from localstack.sandbox import signing
from tests.unit.payments import shop
from tests.unit.payments.shop import INTENT, alipay_answers, key, notified


def form(body: bytes) -> dict[str, str]:
    return dict(parse_qsl(body.decode(), keep_blank_values=True))


def tampered(**changed: str) -> bytes:
    return urlencode(form(notified().body) | changed).encode()


def check(body: bytes) -> None:
    envelope.verify(replace(notified(), body=body), shop.alipay())


def sent(fields: dict[str, str]) -> dict[str, Any]:
    text = signing.alipay_text(fields, "sign")
    assert signing.fits(fields["sign"], text.encode(), signing.public_part(key("ours")))
    assert (fields["app_id"], fields["sign_type"], fields["version"]) == (shop.alipay().app, "RSA2", "1.0")
    assert fields["timestamp"] == "2026-01-05 16:00:00"
    content: dict[str, Any] = json.loads(fields["biz_content"])
    return content


def asked(outgoing: Any, method: str) -> dict[str, Any]:
    assert (outgoing.method, outgoing.url) == ("POST", shop.alipay().gateway_url)
    fields = form(outgoing.body)
    assert fields["method"] == method
    return sent(fields)


def refusal(sub_code: str, code: str = "40004") -> dict[str, str]:
    return {"code": code, "msg": "Business Failed", "sub_code": sub_code}


QUERY = "alipay.trade.query"
PAID = {"out_trade_no": INTENT, "trade_no": "1", "total_amount": "35.80", "trade_status": "TRADE_SUCCESS"}


def changed(change: Any) -> Answer:
    answer = alipay_answers(QUERY, **PAID)
    return replace(answer, body=change(answer.body.decode()).encode())
