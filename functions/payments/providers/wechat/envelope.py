r"""How WeChat Pay v3 (微信支付) signs and enciphers: callbacks, our requests, and the answers to these.

A callback and an answer carry `Wechatpay-Timestamp`, `-Nonce`, `-Signature` and `-Serial`, signed over
`timestamp\nnonce\nbody\n`; a request of ours is signed over `method\nurl\ntimestamp\nnonce\nbody\n`
(pay.weixin.qq.com, APIv3 接口规则). The serial is a platform certificate's or a `PUB_KEY_ID_…`.
"""

import json
import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from functions.payments.providers.keys.serials import PUBLIC_KEY_ID
from functions.payments.providers.merchants.models import Merchant
from functions.payments.providers.protocol.models import (
    Answer,
    KeyNotTaken,
    Malformed,
    Outgoing,
    Probe,
    Question,
    Refused,
    Silent,
    Stale,
    Stamp,
    Undecipherable,
    UnknownSerial,
    Unreadable,
)
from functions.payments.providers.protocol.signatures import is_by, signature_of, signed

SCHEME = "WECHATPAY2-SHA256-RSA2048"
SIGNATURE_TEST = "WECHATPAY/SIGNTEST/"
ALGORITHM = "AEAD_AES_256_GCM"
SKEW = timedelta(minutes=5)
FIRST_ERROR = 400
BUSY = frozenset({429, *range(500, 600)})
"""Too many calls, or a fault of theirs: nothing is known of the order."""
NOT_TAKEN = 401
_TIMESTAMP = re.compile(r"[0-9]{1,12}")

Meaning = TypeVar("Meaning")
Node = dict[str, Any]


def check(headers: Mapping[str, str], body: bytes, merchant: Merchant, now: datetime) -> None:
    """Whether WeChat Pay signed `body`, within five minutes of `now`.

    Raises Malformed, Stale, Probe, UnknownSerial, or Refused where the signature does not fit.
    """
    found = {name.lower(): value for name, value in headers.items()}
    timestamp, nonce, signature, serial = (
        found.get(f"wechatpay-{name}", "") for name in ("timestamp", "nonce", "signature", "serial")
    )
    if _TIMESTAMP.fullmatch(timestamp) is None or not nonce or not nonce.isascii():
        raise Malformed("headers_lack")
    if abs(now.timestamp() - int(timestamp)) > SKEW.total_seconds():
        raise Stale("timestamp_off")
    if signature.startswith(SIGNATURE_TEST):
        raise Probe("signature_probe")
    try:
        raw = signature_of(signature)
    except ValueError as error:
        raise Malformed("signature_not_base64") from error
    message = f"{timestamp}\n{nonce}\n".encode() + body + b"\n"
    if not is_by(raw, message, _key(merchant, serial)):
        raise Refused("signature_does_not_fit")


def _key(merchant: Merchant, serial: str) -> str:
    try:
        key = merchant.key_of(serial)
    except ValueError as error:
        raise Malformed("serial_is_none") from error
    if key is None:
        raise UnknownSerial("serial_not_ours")
    return key


def deciphered(resource: Node, merchant: Merchant) -> Node:
    """The plain text of a callback's `resource`. Raises Unreadable: another algorithm, key or tag."""
    try:
        if resource["algorithm"] != ALGORITHM:
            raise Unreadable("resource_algorithm")
        plain = AESGCM(merchant.api_v3_key.encode()).decrypt(
            resource["nonce"].encode(),
            b64decode(resource["ciphertext"], validate=True),
            (resource.get("associated_data") or "").encode(),
        )
        return node(plain)
    except InvalidTag as error:
        raise Undecipherable("resource_another_key") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable("resource_not_deciphered") from error


def node(text: bytes) -> Node:
    """A JSON object. Raises ValueError for anything else."""
    found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError("is no object")  # noqa: TRY004  of the text, not of an argument
    return found


def authorization(method: str, url: str, body: bytes, merchant: Merchant, at: Stamp) -> str:
    """The `Authorization` header of a request of ours."""
    parts = urlsplit(url)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    timestamp = int(at.now.timestamp())
    text = f"{method}\n{path}\n{timestamp}\n{at.nonce}\n".encode() + body + b"\n"
    return (
        f'{SCHEME} mchid="{merchant.signs_as}",nonce_str="{at.nonce}",timestamp="{timestamp}",'
        f'serial_no="{merchant.serial}",signature="{signed(text, at.private_key)}"'
    )


def outgoing(
    method: Literal["GET", "POST"], url: str, content: Node | None, merchant: Merchant, at: Stamp
) -> Outgoing:
    """A signed request; `content` is its JSON body."""
    body = b"" if content is None else json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {
        "Authorization": authorization(method, url, body, merchant, at),
        "Accept": "application/json",
        **({"Content-Type": "application/json"} if body else {}),
        **_answered_by(merchant),
    }
    return Outgoing(method, url, headers, body)


def _answered_by(merchant: Merchant) -> dict[str, str]:
    """By which key WeChat Pay is to sign its answer and encipher: its public key, where the merchant has one.

    (微信支付公钥, 接口规则: without it a merchant that is changing over may be answered by a certificate's.)
    """
    ids = [serial for serial in merchant.provider_keys if serial.startswith(PUBLIC_KEY_ID)]
    return {"Wechatpay-Serial": ids[-1]} if ids else {}


def question(request: Outgoing, told: Callable[[Node, str], Meaning]) -> Question[Meaning]:
    """A request, and `told(node, code)` reads its answer; `code` says why WeChat refused, or is empty.

    Reading raises Silent where WeChat is busy, KeyNotTaken where it does not take our key, Refused where the
    answer is not WeChat's, Unreadable where `told` misses something.
    """

    def read(answer: Answer, merchant: Merchant) -> Meaning:
        if answer.status in BUSY:
            raise Silent("provider_status", {"provider": "wechat", "status": answer.status})
        if answer.status == NOT_TAKEN:
            raise KeyNotTaken("provider_status", {"provider": "wechat", "status": answer.status})
        check(answer.headers, answer.body, merchant, answer.now)
        try:
            found = node(answer.body) if answer.body else {}
            refused = str(found["code"]) if answer.status >= FIRST_ERROR else ""
            return told(found, refused)
        except (ValueError, KeyError, TypeError) as error:
            raise Unreadable("answer_lacks") from error

    return Question(request, read)
