"""Keys from Secrets Manager, cached for five minutes, those of a community for one: somebody changes them
while its members wait. Never from the environment, never logged.
"""

import hmac
import time
from itertools import product
from string import ascii_lowercase

from linli.aws import client, error_code, failures
from linli.errors import Unavailable
from linli.naming import stage

CACHE_SECONDS = 300
CHANGING_SECONDS = 60
MISSING = "ResourceNotFoundException"
MISSING_SECONDS, MOST_MISSING = 60, 1000
PAIRS = ["".join(pair) for pair in product(ascii_lowercase + "234567", repeat=2)]
PAIR_BITS, LAST_PAIR, PADDED_BITS = 10, 1023, 4
_kept: dict[str, tuple[str, float]] = {}
_missing: dict[str, float] = {}


def secret(name: str) -> str:
    """The secret `linli/<stage>/<name>`. Raises Unavailable when it cannot be read, or is not set up yet."""
    try:
        return _get(name, CACHE_SECONDS)
    except failures() as error:
        raise Unavailable("secret_not_read") from error


def secret_if_any(name: str, *, fresh: bool = False) -> str | None:
    """The secret `linli/<stage>/<name>`, or None where it has not been set up. Either is believed for a
    minute without asking again, since strangers name such. `fresh` passes the cache by, and fills it. Raises
    Unavailable when nobody can tell.
    """
    if not fresh and time.monotonic() < _missing.get(name, 0):
        return None
    try:
        return _get(name, CHANGING_SECONDS, fresh=fresh)
    except failures() as error:
        if error_code(error) != MISSING:
            raise Unavailable("secret_not_read") from error
        if len(_missing) >= MOST_MISSING:
            _missing.clear()
        _missing[name] = time.monotonic() + MISSING_SECONDS
        return None


def forget() -> None:
    """Ask for all of them again."""
    _kept.clear()
    _missing.clear()


def _get(name: str, max_age_s: float, *, fresh: bool = False) -> str:
    value, until = _kept.get(name, ("", 0.0))
    if fresh or time.monotonic() >= until:
        found = client("secretsmanager").get_secret_value(SecretId=f"linli/{stage()}/{name}")
        value = found["SecretString"]
        _kept[name] = value, time.monotonic() + max_age_s
    return value


def keyed_hash(name: str, *parts: str) -> str:
    """HMAC-SHA256 of `parts` under a secret, as 52 lower-case base32 characters."""
    return base32(keyed_digest(name, *parts))


def keyed_digest(name: str, *parts: str) -> bytes:
    """HMAC-SHA256 of `parts` under a secret."""
    message = "\x1f".join(parts).encode()
    return hmac.digest(secret(name).encode(), message, "sha256")


def base32(digest: bytes) -> str:
    """32 bytes as RFC 4648 has them, lower-case and without padding.

    base64's own takes several times as long, and a gate waits while some are made.
    """
    number = int.from_bytes(digest, "big") << PADDED_BITS
    return "".join([PAIRS[number >> at & LAST_PAIR] for at in range(PAIR_BITS * 25, -1, -PAIR_BITS)])
