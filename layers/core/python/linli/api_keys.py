"""API keys for programs of others: `<letter>.<tenant>.<holder>.<secret>`, so that one read finds the holder.

Stored is a keyed hash of the whole key; the key itself is made again for whoever repeats the request that
issued it. `purpose` keeps the keys of one use apart from those of another.
"""

import hmac
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from linli.errors import Forbidden
from linli.ids import is_id
from linli.secrets import keyed_hash

PARTS = 4
SECRET_LENGTH = 32  # base32 characters: 160 bits
Scope = TypeVar("Scope", bound=str)


@dataclass(frozen=True)
class Holder(Generic[Scope]):
    """Whose a key is: a program of somebody in a tenant of some scope."""

    scope: Scope
    tenant: str
    holder: str


@dataclass(frozen=True)
class ApiKeys(Generic[Scope]):
    """The keys of one use. `letters`: what a key begins with, for each scope of tenants."""

    purpose: str
    letters: Mapping[str, Scope]

    def text(self, holder: Holder[Scope], issued: str) -> str:
        """The key that was issued to a holder under this id."""
        letter = next(letter for letter, scope in self.letters.items() if scope == holder.scope)
        secret = keyed_hash("credential-key", self.purpose, issued)[:SECRET_LENGTH]
        return f"{letter}.{holder.tenant}.{holder.holder}.{secret}"

    def digest(self, api_key: str) -> str:
        """What is stored of a key."""
        return keyed_hash("credential-key", f"{self.purpose}-key", api_key)

    def holder(self, api_key: str) -> Holder[Scope]:
        """Whose a key is by its own account. Raises Forbidden for what is no key of this use."""
        letter, *names = api_key.split(".")
        scope = self.letters.get(letter)
        if scope is None or len(names) != PARTS - 1 or not all(map(is_id, names)):
            raise Forbidden("api_key_invalid")
        return Holder(scope, names[0], names[1])

    def check(self, api_key: str, stored: str | None) -> None:
        """Raise Forbidden unless `stored` is the digest of this key; None for one that is not in force."""
        digest = self.digest(api_key)
        if stored is None or not hmac.compare_digest(stored, digest):
            raise Forbidden("api_key_invalid")


def key_in(authorization: str) -> str:
    """The key in a header of HTTP's Basic scheme (RFC 7617), as password or user: a client that can send none
    otherwise can still have it in its URL. Empty if there is none.
    """
    scheme, _, encoded = authorization.partition(" ")
    try:
        text = b64decode(encoded, validate=True).decode() if scheme.lower() == "basic" else ""
    except ValueError:
        return ""
    user, _, password = text.partition(":")
    return password or user
