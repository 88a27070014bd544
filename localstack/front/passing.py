"""`/api/<service>/…` passed on to the service's API: path and query as they came, and the headers."""

from collections.abc import Iterator, Mapping
from urllib.parse import unquote_to_bytes, urlsplit

import urllib3
from werkzeug.wrappers import Request, Response

from linli_cli.deploy.pages import METHODS
from localstack.front.problems import accepted, problem

PREFIX = "/api/"
LARGEST = 10 * 1024 * 1024  # bytes of a body: API Gateway's own limit
CONNECT_S, ANSWER_S = 3.0, 90.0  # a first call starts functions, on a slow machine
CHUNK = 64 * 1024
OF_THE_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
    }
    | {"transfer-encoding", "upgrade", "expect"}
)  # RFC 9110 section 7.6.1
OURS = frozenset({"host", "cookie", "content-length", "forwarded"})
"""What a client says to the front, not to the API."""
CONTROLS = frozenset({*range(32), 127})
REFUSED_METHODS = frozenset({"CONNECT", "TRACE"})


class Passing:
    """The connections to the cloud, which are kept."""

    def __init__(self, connect_s: float = CONNECT_S, answer_s: float = ANSWER_S) -> None:
        self._pools = urllib3.PoolManager(
            maxsize=32, retries=False, timeout=urllib3.Timeout(connect=connect_s, read=answer_s)
        )

    def answer(self, request: Request, target: str, services: Mapping[str, str]) -> Response:
        """What the API answers to `target`, the path and query as they were sent."""
        languages = accepted(request)
        if request.method in REFUSED_METHODS:
            return problem(languages, "method_no", methods=", ".join(METHODS))
        path, mark, query = target.removeprefix(PREFIX).partition("?")
        service, _, rest = path.partition("/")
        if service not in services:
            return problem(languages, "no_api")
        if leaves(rest):
            return problem(languages, "path_odd")
        if (request.content_length or 0) > LARGEST:
            return problem(languages, "body_too_large", most=LARGEST)
        return self._passed(request, services[service], f"/{rest}{mark}{query}")

    def _passed(self, request: Request, base: str, target: str) -> Response:
        address = urlsplit(base)
        body = request.stream.read() if request.content_length else None
        try:
            answer = self._pools.connection_from_url(base).urlopen(
                request.method,
                address.path.rstrip("/") + target,
                body=body,
                headers=passed_on(request),
                redirect=False,
                preload_content=False,
                decode_content=False,
                assert_same_host=False,
            )
        except urllib3.exceptions.ReadTimeoutError:
            return problem(accepted(request), "cloud_late")
        except urllib3.exceptions.HTTPError as error:
            print(f"{base}: {error!r}", flush=True)
            return problem(accepted(request), "cloud_silent")
        except ValueError:
            return problem(accepted(request), "header_odd")
        response = Response(status=answer.status, response=streamed(answer))
        response.headers.clear()
        dropped = OF_THE_HOP | named(answer.headers.get("Connection", ""))
        for name, value in answer.headers.items():
            if name.lower() not in dropped:
                response.headers.add(name, value)
        return response


def streamed(answer: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
    """The body as it comes in; the connection is free for others then."""
    try:
        yield from answer.stream(CHUNK, decode_content=False)
    finally:
        answer.release_conn()


def passed_on(request: Request) -> dict[str, str]:
    """The headers that are meant for the API."""
    dropped = OF_THE_HOP | OURS | named(request.headers.get("Connection", ""))
    sent = {name: value for name, value in request.headers.items() if name.lower() not in dropped}
    kept = {name: value for name, value in sent.items() if not name.lower().startswith("x-forwarded-")}
    # What urllib3 would add by itself, a client did not say.
    unsaid = {"User-Agent", "Accept-Encoding"} - {name.title() for name in kept}
    return kept | dict.fromkeys(unsaid, urllib3.util.SKIP_HEADER)


def named(connection: str) -> frozenset[str]:
    """The further headers that a `Connection` header claims for the hop."""
    return frozenset(each.strip().lower() for each in connection.split(",") if each.strip())


def leaves(path: str) -> bool:
    """Whether a path could leave its API: by dots, however often they are encoded, or by what is no text."""
    if not path.isascii() or not path.isprintable() or " " in path:
        return True
    decoded = path.encode()
    while (once := unquote_to_bytes(decoded)) != decoded:
        decoded = once
    segments = decoded.replace(b"\\", b"/").split(b"/")
    return b"." in segments or b".." in segments or any(byte in CONTROLS for byte in decoded)
