"""Keys from Secrets Manager, cached for five minutes. Never from the environment, never logged."""

import hashlib
import hmac
from base64 import b32encode

from linli.naming import stage

CACHE_SECONDS = 300


def secret(name: str) -> str:
    """The secret `linli/<stage>/<name>`.

    Raises `GetParameterError` of Powertools when it cannot be read: a fault of ours, which is retried.
    """
    from aws_lambda_powertools.utilities import parameters  # noqa: PLC0415  it brings boto3 along

    return str(parameters.get_secret(f"linli/{stage()}/{name}", max_age=CACHE_SECONDS))


def keyed_hash(name: str, *parts: str) -> str:
    """HMAC-SHA256 of `parts` under a secret, as 52 lower-case base32 characters."""
    message = "\x1f".join(parts).encode()
    digest = hmac.new(secret(name).encode(), message, hashlib.sha256).digest()
    return b32encode(digest).decode().rstrip("=").lower()
