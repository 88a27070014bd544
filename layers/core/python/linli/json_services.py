"""Clients of the services that functions ask on every call: JSON over a kept connection, signed here.

They stand in botocore's place, which parses megabytes of models before its first call and works four times
as long on each. Names of operations, arguments, answers and errors are its own, but of what an answer holds
only the bytes of rows are made of their text: instants stay numbers. What is rare stays with botocore: see
`linli.aws`.
"""

import json
import os
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import uuid4

from linli import connections, signatures
from linli.connections import Answer, Asked, Endpoint
from linli.pauses import pause
from linli.signatures import Credentials, Request, Scope, signed

ATTEMPTS = 4
PAUSE_LIKE, THROTTLED_LIKE, LONGEST_PAUSE_S = 2, 5, 1.0  # the bound of the first pause is 40 ms, or 320
THROTTLED = frozenset(
    {
        "BandwidthLimitExceeded", "LimitExceededException", "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException", "RequestLimitExceeded", "RequestThrottled",
        "RequestThrottledException", "SlowDown", "Throttling", "ThrottledException", "ThrottlingException",
        "TooManyRequestsException", "TransactionInProgressException",
    }
)  # fmt: skip
TRANSIENT = frozenset({"RequestTimeout", "RequestTimeoutException"})
TRANSIENT_STATUS = frozenset({500, 502, 503, 504})
SKEWED = frozenset(
    {
        "InvalidSignatureException", "RequestExpired", "RequestInTheFuture", "RequestTimeTooSkewed",
        "SignatureDoesNotMatch",
    }
)  # fmt: skip
SENT_BEFORE = "SentBefore"  # and not refused for want of room: it may have been done
SKEW_S = 240  # AWS takes what is up to five minutes off
LENT_BY = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
LENT_ANEW_S, LENT_WITHIN_S = 600, 2  # so long before they end; lent by the machine itself


@dataclass(frozen=True, slots=True)
class Service:
    """A service of AWS: `name` as botocore has it, `host` of its endpoint, `variable` that names another."""

    name: str
    host: str
    variable: str
    signs_as: str
    target: str = ""
    version: str = "1.0"
    read_timeout_s: float = 5


SERVICES = {
    each.name: each
    for each in (
        Service("dynamodb", "dynamodb", "DYNAMODB", "dynamodb", "DynamoDB_20120810", read_timeout_s=3),
        Service("events", "events", "EVENTBRIDGE", "events", "AWSEvents", "1.1"),
        Service("iot-data", "data-ats.iot", "IOT_DATA_PLANE", "iotdata"),
        Service(
            "secretsmanager", "secretsmanager", "SECRETS_MANAGER", "secretsmanager", "secretsmanager", "1.1"
        ),
        Service("sqs", "sqs", "SQS", "sqs", "AmazonSQS"),
    )
}
_lendings: list[tuple[Credentials, float]] = []
OTHER_HOSTS = {("iot-data", "cn-north-1"): "data.ats.iot"}


@dataclass(frozen=True, slots=True)
class _Call:
    """What is asked of a service; it is signed for each attempt anew."""

    operation: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


class Client:
    """A service as botocore's client has it: `put_events(Entries=…)` calls PutEvents."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._ahead_s = 0.0

    @property
    def endpoint_url(self) -> str:
        """Where the service is."""
        return _endpoint(self._service, _region()).url

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_") or not self._service.target:
            raise AttributeError(name)
        operation = "".join(part.capitalize() for part in name.split("_"))
        return lambda **arguments: self._make_api_call(operation, arguments)

    def _make_api_call(self, operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """By the name that PynamoDB calls."""
        if operation == "TransactWriteItems":  # so that it is applied once, however often it is sent
            arguments = {"ClientRequestToken": str(uuid4()), **arguments}
        headers = {
            "Content-Type": f"application/x-amz-json-{self._service.version}",
            "X-Amz-Target": f"{self._service.target}.{operation}",
        }
        return self._answered(
            _Call(operation, "/", "", headers, json.dumps(arguments, default=_as_text).encode())
        )

    def publish(self, *, topic: str, qos: int, payload: bytes) -> None:
        """Publish to whoever listens to an MQTT topic."""
        headers = {"Content-Type": "application/octet-stream"}
        self._answered(_Call("Publish", f"/topics/{quote(topic, safe='')}", f"qos={qos}", headers, payload))

    def _answered(self, call: _Call) -> dict[str, Any]:
        """What the service answers, asked again while that may help. Raises ClientError for what it refuses,
        BotoCoreError when it is silent.
        """
        sent_before = False
        for attempt in range(1, ATTEMPTS):
            try:
                return _read(call, connections.exchange(self._asked(call)), sent_before=sent_before)
            except Exception as error:
                like = self._repeated_like(error)
                if like is None:
                    raise
                sent_before |= like == PAUSE_LIKE
                pause(attempt + like, LONGEST_PAUSE_S)
        return _read(call, connections.exchange(self._asked(call)), sent_before=sent_before)

    def _asked(self, call: _Call) -> Asked:
        region = _region()
        endpoint = _endpoint(self._service, region)
        request = Request("POST", endpoint.host, call.path, call.query, call.headers, call.body)
        scope = Scope(region, self._service.signs_as)
        headers = signed(request, _credentials(), scope, time.time() + self._ahead_s)
        name, waits_s = f"{self._service.name}.{call.operation}", self._service.read_timeout_s
        return Asked(name, endpoint, request, headers, waits_s)

    def _repeated_like(self, error: Exception) -> int | None:
        """How long the pauses are before a call that has failed is made again; None if it is not."""
        from botocore.exceptions import ClientError, ConnectionError, HTTPClientError  # noqa: A004, PLC0415

        if isinstance(error, ConnectionError | HTTPClientError):
            return PAUSE_LIKE
        if not isinstance(error, ClientError):
            return None
        code, about = error.response["Error"]["Code"], error.response["ResponseMetadata"]
        if code in THROTTLED or about["HTTPStatusCode"] == HTTPStatus.TOO_MANY_REQUESTS:
            return THROTTLED_LIKE
        if code in TRANSIENT or about["HTTPStatusCode"] in TRANSIENT_STATUS:
            return PAUSE_LIKE
        return PAUSE_LIKE if code in SKEWED and self._set_clock(about["HTTPHeaders"]) else None

    def _set_clock(self, headers: Mapping[str, str]) -> bool:
        """Sign by the service's clock from now on; whether that is another than so far."""
        try:
            ahead_s = parsedate_to_datetime(headers["date"]).timestamp() - time.time()
        except (KeyError, ValueError):
            return False
        was, self._ahead_s = self._ahead_s, ahead_s
        return abs(ahead_s - was) > SKEW_S


def _read(call: _Call, answer: Answer, *, sent_before: bool) -> dict[str, Any]:
    is_error = answer.status >= HTTPStatus.MULTIPLE_CHOICES
    try:
        said = _parsed_body(answer.body)
    except ValueError as error:
        if not is_error:
            raise _unread(error) from error
        said = {}
    if is_error:
        found = said if isinstance(said, dict) else {}
        raise _refusal(call, answer, found, sent_before=sent_before or answer.again)
    if not isinstance(said, dict):
        raise _unread(TypeError(f"an answer that is no object but {type(said).__name__}"))
    return said


def _unread(error: Exception) -> Exception:
    from botocore.exceptions import HTTPClientError  # noqa: PLC0415  who is answered does not pay for it

    return HTTPClientError(error=error)


def _parsed_body(body: bytes) -> Any:
    if b'"B"' in body or b'"BS"' in body:
        return json.loads(body, object_hook=_with_bytes)
    return json.loads(body) if body else {}


def _as_text(value: Any) -> str:
    if isinstance(value, bytes | bytearray):
        return b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def _with_bytes(value: dict[str, Any]) -> dict[str, Any]:
    """An attribute that is binary, or a set of such; a member of a map that is called B is no text."""
    match value:
        case {"B": str(text), **rest} if not rest:
            return {"B": b64decode(text, validate=True)}
        case {"BS": [*texts], **rest} if not rest:
            return {"BS": [b64decode(text, validate=True) for text in texts]}
        case _:
            return value


def _refusal(call: _Call, answer: Answer, said: dict[str, Any], *, sent_before: bool) -> Exception:
    from botocore.exceptions import ClientError  # noqa: PLC0415  who is answered does not pay for it

    of_old = answer.headers.get("x-amzn-query-error", "").partition(";")[0]  # as before SQS spoke JSON
    by_rest = answer.headers.get("x-amzn-errortype") if call.operation == "Publish" else None
    code = of_old or by_rest or said.get("__type")
    response: Any = {
        **said,
        "Error": {
            "Code": str(code or answer.status).rpartition("#")[2].partition(":")[0],
            "Message": said.get("message", said.get("Message", "")),
            **({SENT_BEFORE: True} if sent_before else {}),
        },
        "ResponseMetadata": {
            "RequestId": answer.headers.get("x-amzn-requestid", ""),
            "HTTPStatusCode": answer.status,
            "HTTPHeaders": answer.headers,
        },
    }
    return ClientError(response, call.operation)


def _region() -> str:
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if not region:
        from botocore.exceptions import NoRegionError  # noqa: PLC0415

        raise NoRegionError
    return region


def _credentials() -> Credentials:
    """A function's own, which Lambda puts into its environment, and may put others there."""
    try:
        return Credentials(
            os.environ["AWS_ACCESS_KEY_ID"],
            os.environ["AWS_SECRET_ACCESS_KEY"],
            os.environ.get("AWS_SESSION_TOKEN"),
        )
    except KeyError:
        if LENT_BY in os.environ:
            return _lent()
        from botocore.exceptions import NoCredentialsError  # noqa: PLC0415

        raise NoCredentialsError from None


def _lent() -> Credentials:
    """Those of a function that was restored from a snapshot: its environment holds none, but says who lends
    them, and for how long. Raises BotoCoreError.
    """
    for credentials, until in _lendings:
        if time.time() < until - LENT_ANEW_S:
            return credentials
    url = urlsplit(os.environ[LENT_BY])
    headers = {"Authorization": os.environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN", "")}
    request = Request("GET", url.netloc, url.path, url.query, headers, b"")
    asked = Asked("credentials", _parsed(f"{url.scheme}://{url.netloc}"), request, headers, LENT_WITHIN_S)
    answer = connections.exchange(asked)
    try:
        said = json.loads(answer.body)
        credentials = Credentials(said["AccessKeyId"], said["SecretAccessKey"], said["Token"])
        _lendings[:] = [(credentials, datetime.fromisoformat(said["Expiration"]).timestamp())]
    except (ValueError, KeyError, TypeError) as error:
        from botocore.exceptions import MetadataRetrievalError  # noqa: PLC0415

        raise MetadataRetrievalError(error_msg=f"status {answer.status}") from error
    return credentials


def forget() -> None:
    """Ask for credentials that were lent, and make keys of them, anew."""
    _lendings.clear()
    signatures.forget()


def _endpoint(service: Service, region: str) -> Endpoint:
    """What the environment names, else the service's own of the region."""
    named = None
    if os.environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() != "true":
        named = os.environ.get(f"AWS_ENDPOINT_URL_{service.variable}") or os.environ.get("AWS_ENDPOINT_URL")
    return _parsed(named or _own(service, region))


def _own(service: Service, region: str) -> str:
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    host = OTHER_HOSTS.get((service.name, region), service.host)
    return f"https://{host}.{region}.{suffix}"


@lru_cache(16)
def _parsed(url: str) -> Endpoint:
    parts = urlsplit(url)
    is_usual = parts.port in {None, 443 if parts.scheme == "https" else 80}
    name = parts.hostname or ""
    host = f"[{name}]" if ":" in name else name
    return Endpoint(parts.scheme, host if is_usual else f"{host}:{parts.port}", name, parts.port)
