"""Errors of others that a command is expected to meet, each told in one line."""

import requests
from botocore.exceptions import BotoCoreError, ClientError, ConnectionClosedError, EndpointConnectionError

from linli_cli.local import engines

LOOPBACK = ("localhost", "127.0.0.1")
EXPIRED_CODES = ("ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired")
EXPIRED = ": the AWS credentials have expired, log in again"


def line_of(error: Exception) -> str | None:
    """What to say of it; None for one that nobody foresaw."""
    text = str(error)
    match error:
        case EndpointConnectionError() | ConnectionClosedError() | requests.ConnectionError():
            return engines.local_cloud().status().line if any(host in text for host in LOOPBACK) else text
        case ClientError() | BotoCoreError() | requests.RequestException():
            return f"{text}{EXPIRED if any(code in text for code in EXPIRED_CODES) else ''}"
        case _:
            return None
