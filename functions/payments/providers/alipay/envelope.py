"""How Alipay (支付宝) signs: notifications as forms, requests to `gateway.do`, and the answers to these.

RSA2 is SHA256withRSA. A notification is signed without `sign` and `sign_type`, a request without `sign`
alone, an answer over the text of its one node, byte for byte (opendocs.alipay.com, 签名专区).
"""

import json
import re
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode

from functions.payments.providers.merchants.models import Merchant
from functions.payments.providers.protocol.models import (
    Answer,
    Delivery,
    KeyNotTaken,
    Malformed,
    NoKeyFits,
    Outgoing,
    Question,
    Silent,
    Stamp,
    UnknownSerial,
    Unreadable,
)
from functions.payments.providers.protocol.signatures import is_by, signature_of, signed
from functions.payments.providers.protocol.statement_files import CHINA
from linli.errors import Unavailable

MOST_FIELDS = 100
OK = 200
CODES = frozenset({"10000", "40004"})
"""Done, and refused for a reason of the trade; any other code is about the call itself."""
BUSY = frozenset({"20000", "ACQ.SYSTEM_ERROR", "aop.ACQ.SYSTEM_ERROR", "isp.unknow-error"})
NOT_TAKEN = frozenset({"isv.invalid-app-id", "isv.invalid-signature", "isv.missing-signature-key"})
DECODER = json.JSONDecoder(parse_float=str, parse_int=str)

READ = (
    "alipay_cert_sn", "app_id", "charset", "gmt_close", "gmt_payment", "gmt_refund", "notify_id",
    "notify_time", "out_biz_no", "out_trade_no", "refund_fee", "seller_id", "sign", "sign_type",
    "total_amount", "trade_no", "trade_status", "trans_currency",
)  # fmt: skip
"""What we read of a notification. The signed text joins `name=value` by `&` and escapes nothing, so that a
value which holds `&name=` could be another notification, cut elsewhere, under the same signature."""
_NAME = re.compile(rb"[!-%'-<>-~]+")  # what we do not know is signed text and no more; `&` and `=` join it
_SWALLOWED = re.compile(b"&(?:" + "|".join(READ).encode() + b")=")

Node = dict[str, Any]
Meaning = TypeVar("Meaning")


def verify(delivery: Delivery, merchant: Merchant) -> None:
    """Whether Alipay signed this notification; an old one is as good as a new one, since it says so itself.

    Raises Malformed for what is no form of single fields signed by RSA2, NoKeyFits, or UnknownSerial where
    `alipay_cert_sn` names a certificate we do not have.
    """
    fields = fields_of(delivery.body)
    if fields.get(b"sign_type") != b"RSA2":
        raise Malformed("only_rsa2")
    try:
        signature = signature_of(fields.get(b"sign", b"").decode("ascii"))
    except ValueError as error:
        raise Malformed("sign_not_base64") from error
    content = sorted((name, value) for name, value in fields.items() if name not in (b"sign", b"sign_type"))
    serial = fields.get(b"alipay_cert_sn", b"").decode("latin-1")
    texts = (_signed_text(content), _signed_text([field for field in content if field[1]]))
    _check(signature, texts, _keys(merchant, serial))


def fields_of(body: bytes) -> dict[bytes, bytes]:
    """A form's fields, decoded once and still in its own charset."""
    try:
        text = body.decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, encoding="latin-1")
    except ValueError as error:
        raise Malformed("body_no_form") from error
    fields = {name.encode("latin-1"): value.encode("latin-1") for name, value in pairs}
    if len(fields) < len(pairs):
        raise Malformed("field_twice")
    if not all(_NAME.fullmatch(name) for name in fields):
        raise Malformed("name_not_alipays")
    if any(_SWALLOWED.search(value) for value in fields.values()):
        raise Malformed("field_in_a_value")
    return fields


def _signed_text(fields: list[tuple[bytes, bytes]]) -> bytes:
    return b"&".join(name + b"=" + value for name, value in fields)


def _keys(merchant: Merchant, serial: str) -> list[str]:
    if not serial:
        return list(merchant.provider_keys.values())
    key = merchant.key_of(serial)
    if key is None:
        raise UnknownSerial("cert_not_ours")
    return [key]


def _check(signature: bytes, texts: tuple[bytes, ...], keys: list[str]) -> None:
    if not any(is_by(signature, text, key) for key in keys for text in dict.fromkeys(texts)):
        raise NoKeyFits("sign_does_not_fit")


def failed(node: Node) -> bool:
    """Whether Alipay refused, for a reason of the trade: `sub_code` says which."""
    return node.get("code") != "10000"


def request(method: str, content: Node, merchant: Merchant, at: Stamp, **more: str) -> dict[str, str]:
    """The fields of a request, signed."""
    fields = {
        "app_id": merchant.app,
        "method": method,
        "format": "JSON",
        "charset": "utf-8",
        "sign_type": "RSA2",
        "timestamp": at.now.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S"),
        "version": "1.0",
        "biz_content": json.dumps(content, ensure_ascii=False, separators=(",", ":")),
        **more,
    }
    text = "&".join(f"{name}={value}" for name, value in sorted(fields.items()))
    return {**fields, "sign": signed(text.encode(), at.private_key)}


def question(
    method: str, content: Node, merchant: Merchant, at: Stamp, told: Callable[[Node], Meaning], **more: str
) -> Question[Meaning]:
    """A request, and `told` reads the node of its answer, which may say that it failed.

    Reading raises Silent where Alipay is busy, KeyNotTaken or Unavailable where it does not take the call,
    Refused where the answer is not Alipay's, Unreadable where `told` misses something.
    """

    def read(answer: Answer, merchant: Merchant) -> Meaning:
        node = _node(answer, merchant, f"{method.replace('.', '_')}_response")
        try:
            return told(node)
        except (ValueError, KeyError, TypeError) as error:
            raise Unreadable("answer_lacks_of", {"method": method}) from error

    body = urlencode(request(method, content, merchant, at, **more)).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded;charset=utf-8"}
    return Question(Outgoing("POST", merchant.gateway_url, headers, body), read)


def _node(answer: Answer, merchant: Merchant, name: str) -> Node:
    """The signed part of an answer: the very text between `"…_response":` and what follows it."""
    if answer.status != OK:
        raise Silent("provider_status", {"provider": "alipay", "status": answer.status})
    try:
        text = answer.body.decode()
        envelope = json.loads(text)
        if name not in envelope:
            raise _not_done(envelope.get("error_response", {}))
        start = text.index(f'"{name}"') + len(name) + 2
        start = text.index(":", start) + 1
        start += len(text[start:]) - len(text[start:].lstrip())
        node, end = DECODER.raw_decode(text, start)
        if node["code"] not in CODES or node.get("sub_code") in BUSY:
            raise _not_done(node)
        signature = signature_of(envelope["sign"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Malformed("answer_not_alipays") from error
    _check(signature, (text[start:end].encode(),), _keys(merchant, envelope.get("alipay_cert_sn", "")))
    return dict(node)


def _not_done(node: Node) -> Unavailable:
    """Why Alipay did not take a call, which tells nothing of what it was about."""
    codes = {node.get("code"), node.get("sub_code")}
    kind = Silent if codes & BUSY else KeyNotTaken if codes & NOT_TAKEN else Unavailable
    return kind(
        "provider_said",
        {"provider": "alipay", "said": f"{node.get('code')} {node.get('sub_code', '')}".strip()},
    )
