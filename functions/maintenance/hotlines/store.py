"""API keys of hotlines: the key names its tenant, so that one read finds it; stored is a keyed hash."""

import hmac

from functions.maintenance.hotlines.models import LETTERS, Hotline, Scope
from functions.maintenance.hotlines.rows import HotlineRow
from linli.errors import Forbidden
from linli.ids import is_id
from linli.secrets import keyed_hash
from linli.tables import read

PARTS = 4
SECRET_LENGTH = 32  # base32 characters: 160 bits


def key_text(scope: Scope, tenant: str, hotline: str, key_id: str) -> str:
    """The API key with this id; told again to who repeats the request, and stored nowhere."""
    letter = next(letter for letter, one in LETTERS.items() if one == scope)
    return f"{letter}.{tenant}.{hotline}.{keyed_hash('credential-key', 'hotline', key_id)[:SECRET_LENGTH]}"


def digest_of(api_key: str) -> str:
    """What is stored of an API key."""
    return keyed_hash("credential-key", "hotline-key", api_key)


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
