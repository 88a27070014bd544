"""Signed requests to others, and theirs to us, as Standard Webhooks have them (standardwebhooks.com, 1.0.0).

`webhook-id` is the message's id and the same on every attempt, `webhook-timestamp` seconds since the epoch,
`webhook-signature` one or more `v1,<base64 of HMAC-SHA256(secret, id.timestamp.body)>`, of which one has to
fit: while secrets change, both sign.
"""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Annotated

from pydantic import AfterValidator, Field

from linli.errors import Forbidden
from linli.instants import to_epoch_seconds

TOLERANCE = timedelta(minutes=5)
PREFIX = "whsec_"
LONGEST_ID = 256
LONGEST_TIME = 12  # far beyond any date
MOST_SIGNATURES = 5  # that are looked at


def _decodes(secret: str) -> str:
    b64decode(secret.removeprefix(PREFIX), validate=True)  # raises a ValueError
    return secret


Secret = Annotated[str, Field(pattern=r"^whsec_[A-Za-z0-9+/]{32,88}={0,2}$"), AfterValidator(_decodes)]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A signed request, ready to be sent."""

    url: str
    headers: Mapping[str, str]
    body: bytes


def secret_of(key: bytes) -> str:
    """A key of 24 to 64 bytes as a secret is written down."""
    return f"{PREFIX}{b64encode(key).decode()}"


def signed(message_id: str, body: bytes, secrets: Sequence[str], now: datetime) -> dict[str, str]:
    """The three headers, by each of `secrets`; `now` is what the signatures are believed by."""
    timestamp = str(to_epoch_seconds(now))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(signature(message_id, timestamp, body, each) for each in secrets),
    }


def signature(message_id: str, timestamp: str, body: bytes, secret: str) -> str:
    """`v1,<base64>` under one secret."""
    key = b64decode(secret.removeprefix(PREFIX))
    digest = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, sha256).digest()
    return f"v1,{b64encode(digest).decode()}"


def verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime) -> str:
    """The id of a request that one of `secrets` signed within five minutes of now. Raises Forbidden."""
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    is_time = timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= LONGEST_TIME
    if not 0 < len(message_id) <= LONGEST_ID or not is_time:
        raise Forbidden("webhook_headers")
    if abs(to_epoch_seconds(now) - int(timestamp)) > TOLERANCE.total_seconds():
        raise Forbidden("webhook_timestamp")
    given = [each.encode() for each in headers.get("webhook-signature", "").split()][:MOST_SIGNATURES]
    wanted = [signature(message_id, timestamp, body, secret).encode() for secret in secrets]
    if not any(hmac.compare_digest(one, other) for one in given for other in wanted):
        raise Forbidden("webhook_signature")
    return message_id
