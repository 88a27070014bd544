"""API keys of hotlines: the key names its tenant, so that one read finds it; stored is a keyed hash."""

import hmac
from base64 import b64decode
from dataclasses import dataclass
from typing import Literal

from functions.maintenance.tickets.rows import HotlineRow
from linli.errors import Forbidden
from linli.ids import is_id
from linli.secrets import keyed_hash
from linli.tables import read

Scope = Literal["community", "sub_district"]
LETTERS: dict[str, Scope] = {"c": "community", "d": "sub_district"}
PARTS = 4
SECRET_LENGTH = 32  # base32 characters: 160 bits


@dataclass(frozen=True, slots=True)
class Hotline:
    """A hotline that has shown its key: it may see its own requests in its tenant, and make them."""

    scope: Scope
    tenant: str
    hotline: str


def key_text(scope: Scope, tenant: str, hotline: str, key_id: str) -> str:
    """The API key with this id; told again to who repeats the request, and stored nowhere."""
    letter = next(letter for letter, one in LETTERS.items() if one == scope)
    return f"{letter}.{tenant}.{hotline}.{keyed_hash('credential-key', 'hotline', key_id)[:SECRET_LENGTH]}"


def digest_of(api_key: str) -> str:
    """What is stored of an API key."""
    return keyed_hash("credential-key", "hotline-key", api_key)


def key_in(authorization: str) -> str:
    """The key in a header of HTTP's Basic scheme (RFC 7617), as password or user: a client that sends no
    `api_key` when it reads can still have it in its URL. Empty if there is none.
    """
    scheme, _, encoded = authorization.partition(" ")
    try:
        text = b64decode(encoded, validate=True).decode() if scheme.lower() == "basic" else ""
    except ValueError:
        return ""
    user, _, password = text.partition(":")
    return password or user


def known(api_key: str) -> Hotline:
    """Whose key it is. Raises Forbidden for one that we did not issue, or have revoked."""
    if not api_key:
        raise Forbidden(
            "api_key: is missing; a hotline sees the requests that it made, so reading needs it too"
        )
    parts = api_key.split(".")
    scope = LETTERS.get(parts[0])
    if scope is None or len(parts) != PARTS or not all(map(is_id, parts)):
        raise Forbidden("api_key: is not valid")
    key = HotlineRow.key(scope, parts[1], parts[2])
    row = read([key]).one(HotlineRow, key)
    digest = digest_of(api_key)
    if row is None or row.revoked_at is not None or not hmac.compare_digest(row.digest, digest):
        raise Forbidden("api_key: is not valid")
    return Hotline(scope, parts[1], parts[2])
