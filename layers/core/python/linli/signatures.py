"""AWS's Signature Version 4 of a request: what botocore's own makes, which takes half of a cold start to
import. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from urllib.parse import quote

ALGORITHM, LAST = "AWS4-HMAC-SHA256", "aws4_request"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Whose signature it is; a session's carry a token."""

    access_key: str
    secret_key: str = field(repr=False)
    token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a signature is good for: a service, by the name it signs with, in a region."""

    region: str
    service: str


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it is sent: `path` and `query` are encoded, the query's members in order."""

    method: str
    host: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


def signed(request: Request, credentials: Credentials, scope: Scope, at_s: float) -> dict[str, str]:
    """The headers of `request` with those that sign it at an instant, in seconds since 1970."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(at_s))
    headers = {**request.headers, "Host": request.host, "X-Amz-Date": stamp}
    if credentials.token:
        headers["X-Amz-Security-Token"] = credentials.token
    told = sorted((name.lower(), " ".join(value.split())) for name, value in headers.items())
    names = ";".join(name for name, _ in told)
    canonical = "\n".join(
        (
            request.method,
            quote(request.path, safe="/~"),
            request.query,
            *(f"{name}:{value}" for name, value in told),
            "",
            names,
            sha256(request.body).hexdigest(),
        )
    )
    good_for = f"{stamp[:8]}/{scope.region}/{scope.service}/{LAST}"
    text = f"{ALGORITHM}\n{stamp}\n{good_for}\n{sha256(canonical.encode()).hexdigest()}"
    signature = hmac.digest(_key(credentials.secret_key, stamp[:8], scope), text.encode(), "sha256").hex()
    headers["Authorization"] = (
        f"{ALGORITHM} Credential={credentials.access_key}/{good_for}, "
        f"SignedHeaders={names}, Signature={signature}"
    )
    return headers


@lru_cache(16)
def _key(secret_key: str, day: str, scope: Scope) -> bytes:
    """The key of a day."""
    key = f"AWS4{secret_key}".encode()
    for part in (day, scope.region, scope.service, LAST):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def forget() -> None:
    """Make keys anew: they were made of a secret."""
    _key.cache_clear()
