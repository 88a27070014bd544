"""HTTP requests to others: payment providers, message gateways, subscribers."""

import logging
import socket
from functools import cache
from typing import TYPE_CHECKING, Any

from linli.addresses import is_public
from linli.naming import reaches_anybody

if TYPE_CHECKING:
    from threading import Event

    from requests import Session

BACKOFF_S = 0.2
PATIENCE_S = 8.0  # from the request to the last byte of the answer's head, however it trickles in
MOST_ADDRESSES = 2  # of a name, that are tried in turn


class NotPublic(Exception):
    """A name leads to an address that is not of the public internet: nothing was sent."""


@cache
def session(retries: int, busy: tuple[int, ...], *, checked: bool = False) -> "Session":
    """A session that asks again so often while it cannot connect or the answer is one of `busy`, and once
    after silence; the last answer is returned as it is. `checked`: it connects to public addresses only,
    which it looks at each time it does, and raises NotPublic otherwise.

    Only for requests that do no more twice than once. No proxy, and no `.netrc`, which would replace a
    signature of ours; a `Retry-After` is not waited for, since a Lambda function is paid by the second. Nor
    does urllib3 tell of a connection that broke: it would log the address, which may bear a token.
    """
    import requests  # noqa: PLC0415  0.4 s of a cold start, which only those who send pay
    from requests.adapters import HTTPAdapter  # noqa: PLC0415
    from urllib3 import Retry  # noqa: PLC0415

    logging.getLogger("urllib3").setLevel(logging.ERROR)
    again = Retry(
        total=retries,
        read=min(retries, 1),
        redirect=False,
        status_forcelist=busy,
        allowed_methods=None,
        backoff_factor=BACKOFF_S,
        respect_retry_after_header=False,
        raise_on_status=False,
    )
    session = requests.Session()
    session.trust_env = False
    session.headers["User-Agent"] = "linli"
    for scheme in ("https://", "http://"):
        adapter = HTTPAdapter(max_retries=again)
        if checked:
            adapter.poolmanager.pool_classes_by_scheme = _checking_pools()
        session.mount(scheme, adapter)
    return session


@cache
def _checking_pools() -> dict[str, Any]:
    """Pools of urllib3 whose connections look where they go. A name is asked for once, and what it was found
    to be is what is connected to: TLS still asks for the name.
    """
    from threading import Event, Timer  # noqa: PLC0415  see session

    from urllib3.connection import HTTPConnection, HTTPSConnection  # noqa: PLC0415
    from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool  # noqa: PLC0415
    from urllib3.exceptions import NameResolutionError, NewConnectionError  # noqa: PLC0415
    from urllib3.util.connection import create_connection  # noqa: PLC0415

    class Checking:
        """What both kinds of connections do otherwise."""

        def _new_conn(self: Any) -> socket.socket:
            try:
                found = addresses_of(self._dns_host, self.port)
            except socket.gaierror as error:
                raise NameResolutionError(self.host, self, error) from error
            failed: OSError | None = None
            for address in found[:MOST_ADDRESSES]:
                try:
                    return create_connection(
                        (address, self.port), self.timeout, self.source_address, self.socket_options
                    )
                except OSError as error:
                    failed = error
            raise NewConnectionError(self, str(failed)) from failed

        def getresponse(self: Any) -> Any:
            late = Event()
            cut = Timer(PATIENCE_S, _cut, [self.sock, late])
            cut.daemon = True
            cut.start()
            try:
                answer = super().getresponse()  # type: ignore[misc]
                if late.is_set():  # a head without its end would be taken for a whole one
                    answer.close()
                    raise TimeoutError
            finally:
                cut.cancel()
            return answer

    class Http(Checking, HTTPConnection):
        pass

    class Https(Checking, HTTPSConnection):
        pass

    class HttpPool(HTTPConnectionPool):
        ConnectionCls = Http

    class HttpsPool(HTTPSConnectionPool):
        ConnectionCls = Https

    return {"http": HttpPool, "https": HttpsPool}


def addresses_of(host: str, port: int) -> list[str]:
    """What a name resolves to now. Raises OSError where it does not; NotPublic if any of it is closed to us,
    since who mixes such addresses means no good.
    """
    told = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    found = list(dict.fromkeys(str(address[0]) for *_, address in told))
    if not reaches_anybody() and not all(is_public(each) for each in found):
        raise NotPublic
    return found


def _cut(wire: socket.socket, late: "Event") -> None:
    """End a connection under who waits for it; of TLS, beneath it."""
    late.set()
    try:
        socket.socket.shutdown(wire, socket.SHUT_RDWR)
    except OSError:
        return
