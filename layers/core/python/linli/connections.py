"""Connections that are kept from one call to the next, also over a freeze of the process."""

import os
import select
import ssl
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from zlib import crc32

from linli.signatures import Request

CONNECT_TIMEOUT_S = 1
MOST_IDLE = 10
LONGEST_IDLE_S = 50  # then a load balancer may have forgotten the connection without a word
CHECKSUM = "x-amz-crc32"
LENGTHS = frozenset({"content-length", "transfer-encoding"})


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Who is asked; `port` None is the scheme's own. `host` is as a Host header tells it."""

    scheme: str
    host: str
    name: str
    port: int | None

    @property
    def url(self) -> str:
        """As it was told."""
        return f"{self.scheme}://{self.host}"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request and the headers that sign it; `operation` as `dynamodb.Query`."""

    operation: str
    endpoint: Endpoint
    request: Request
    headers: dict[str, str]
    read_timeout_s: float

    @property
    def target(self) -> str:
        """What stands in the request's first line."""
        return f"{self.request.path}?{self.request.query}" if self.request.query else self.request.path


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; names of headers are lower-case. `again`: the connection that it was asked over first
    ended.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    again: bool = False


@dataclass(frozen=True, slots=True)
class _Kept:
    connection: HTTPConnection
    since: float


_idle: defaultdict[Endpoint, list[_Kept]] = defaultdict(list)
_instead: list[bytes] = []


@contextmanager
def away(body: bytes) -> Iterator[None]:
    """Whatever is asked inside is answered with this body, and nobody is connected to."""
    _instead.append(body)
    try:
        yield
    finally:
        _instead.pop()


def forget() -> None:
    """Let go of all connections that are kept."""
    for endpoint in list(_idle):
        _forget(endpoint)


os.register_at_fork(after_in_child=forget)  # or two would read each other's answers


def exchange(asked: Asked) -> Answer:
    """Ask, and wait for the whole answer. A connection that has ended meanwhile costs no attempt: a fresh one
    is tried. Raises BotoCoreError, as botocore does, when no answer comes.
    """
    if _instead:
        return Answer(HTTPStatus.OK, {}, _instead[-1])
    kept = _alive(asked.endpoint)
    connection = kept or _connected(asked.endpoint)
    try:
        return _exchanged(asked, connection)
    except TimeoutError as error:
        raise _unanswered("ReadTimeoutError", asked.endpoint, error) from error
    except (OSError, HTTPException) as error:  # over TLS it ends with errors of its own
        if kept is None:
            raise _unanswered("ConnectionClosedError", asked.endpoint, error) from error
    _forget(asked.endpoint)
    return replace(exchange(asked), again=True)


def _exchanged(asked: Asked, connection: HTTPConnection) -> Answer:
    try:
        connection.sock.settimeout(asked.read_timeout_s)
        connection.request(asked.request.method, asked.target, asked.request.body, asked.headers)
        response = connection.getresponse()
        headers = {name.lower(): value for name, value in response.getheaders()}
        answer = _whole(Answer(response.status, headers, response.read()))
    except BaseException:
        connection.close()
        raise
    if response.will_close or len(_idle[asked.endpoint]) >= MOST_IDLE:
        connection.close()
    else:
        _idle[asked.endpoint].append(_Kept(connection, time.time()))
    return answer


def _whole(answer: Answer) -> Answer:
    """The answer, unless it is in part. One that is cut short in its headers has no body, nor a length."""
    if not answer.body and LENGTHS.isdisjoint(answer.headers):
        raise HTTPException("the answer ends before its body")
    checksum = answer.headers.get(CHECKSUM)
    if checksum is not None and checksum != str(crc32(answer.body)):
        raise HTTPException("the answer is not what its checksum says")
    return answer


def _alive(endpoint: Endpoint) -> HTTPConnection | None:
    """The connection that was used last, unless the other side has ended it or may have forgotten it."""
    while (kept := _taken(endpoint)) is not None:
        is_young = 0 <= time.time() - kept.since < LONGEST_IDLE_S
        if is_young and not _has_ended(kept.connection):
            return kept.connection
        kept.connection.close()
    return None


def _taken(endpoint: Endpoint) -> _Kept | None:
    try:
        return _idle[endpoint].pop()
    except IndexError:
        return None


def _has_ended(connection: HTTPConnection) -> bool:
    """Nothing was asked, so what can be read is the end."""
    poll = select.poll()
    poll.register(connection.sock, select.POLLIN)
    return bool(poll.poll(0))


def _forget(endpoint: Endpoint) -> None:
    """What has ended one connection has ended the others."""
    while (kept := _taken(endpoint)) is not None:
        kept.connection.close()


def _connected(endpoint: Endpoint) -> HTTPConnection:
    made: HTTPConnection
    if endpoint.scheme == "https":
        made = HTTPSConnection(endpoint.name, endpoint.port, timeout=CONNECT_TIMEOUT_S, context=tls())
    else:
        made = HTTPConnection(endpoint.name, endpoint.port, timeout=CONNECT_TIMEOUT_S)
    try:
        made.connect()
    except TimeoutError as error:
        raise _unanswered("ConnectTimeoutError", endpoint, error) from error
    except OSError as error:
        raise _unanswered("EndpointConnectionError", endpoint, error) from error
    return made


@cache
def tls() -> ssl.SSLContext:
    """One for all, since it reads the certificates of all authorities."""
    return ssl.create_default_context(cafile=os.environ.get("AWS_CA_BUNDLE"))


def _unanswered(kind: str, endpoint: Endpoint, error: Exception) -> Exception:
    from botocore import exceptions  # noqa: PLC0415  who is answered does not pay for it

    made: Exception = getattr(exceptions, kind)(endpoint_url=endpoint.url, error=error)
    return made
