"""Hands signed requests over to others by HTTP: message gateways, subscribers. Whoever is down costs a task
seconds, and only once; and nobody is reached that our own network alone should reach (linli.addresses).
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Literal

from linli.addresses import fault_of
from linli.naming import reaches_anybody
from linli.outbound import NotPublic, session
from linli.webhooks import Outgoing

if TYPE_CHECKING:
    import requests

TIMEOUT_S = (2, 4)  # to connect, to be answered
RETRIES = 1
BUSY = (429, 500, 502, 503, 504)
RESTING = frozenset({429, 502, 503, 504})  # not of this message, but of whoever answers
LARGEST_ANSWER, CHUNK, READ_WITHIN_S = 64 * 1024, 4096, 2.0
LONGEST_NUMBER = 9  # of seconds, as digits
Why = Literal["silent", "busy", "refused", "redirected", "gone", "not_public"]


class NotSent(Exception):
    """A message was not taken over; another way or another time may do.

    `why`: `silent`, nobody answers there; `busy`, not now; `refused`, by another answer; `redirected`, which
    is not followed; `gone`, for good (410); `not_public`, where we do not ask. `status`: what was answered.
    `retry_after_s`: when to come again, as it was said.
    """

    def __init__(
        self, said: str, why: Why = "silent", status: int | None = None, retry_after_s: int | None = None
    ) -> None:
        super().__init__(said)
        self.why: Why = why
        self.status = status
        self.retry_after_s = retry_after_s

    @property
    def is_down(self) -> bool:
        """Whether any other message would be treated the same there now."""
        return self.why in {"silent", "busy", "not_public", "gone"}


def signing_time() -> datetime:
    """The clock, which is read here and nowhere else: a receiver believes a signature for five
    minutes after its time, and no event tells when a message is sent that has waited in a queue.
    """
    return datetime.now(UTC)


@dataclass(slots=True)
class Post:
    """Hands over the messages of one task. One that was down once is not waited for again within it.

    `retries`: how often it is tried again at once.
    """

    retries: int = RETRIES
    down: set[str] = field(default_factory=set)

    def hand_over(self, request: Outgoing) -> int:
        """Hand a signed request over, and tell what was answered. Raises NotSent."""
        if request.url in self.down:
            raise NotSent("it is down")
        try:
            return self._handed_over(request)
        except NotSent as error:
            if error.is_down:
                self.down.add(request.url)
            raise

    def _handed_over(self, request: Outgoing) -> int:
        from requests import RequestException  # noqa: PLC0415  see session

        if fault_of(request.url, anywhere=reaches_anybody()) is not None:
            raise NotSent("not a public address", "not_public")
        try:
            answer = session(self.retries, BUSY if self.retries else (), checked=True).post(
                request.url,
                data=request.body,
                headers=dict(request.headers),
                timeout=TIMEOUT_S,
                allow_redirects=False,
                stream=True,
            )
        except NotPublic as error:
            raise NotSent("not a public address", "not_public") from error
        except RequestException as error:
            raise NotSent(type(error).__name__) from error
        with answer:
            _read_to_its_end(answer)
            return _taken(answer.status_code, answer.headers)


def _taken(status: int, headers: Mapping[str, str]) -> int:
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return status
    why: Why = "refused"
    if status < HTTPStatus.BAD_REQUEST:
        why = "redirected"
    elif status == HTTPStatus.GONE:
        why = "gone"
    elif status in RESTING:
        why = "busy"
    raise NotSent(
        f"answered {status}", why, status, retry_after_s(headers.get("Retry-After"), signing_time())
    )


def retry_after_s(said: str | None, now: datetime) -> int | None:
    """How long somebody wants to be left alone (RFC 9110, 10.2.3): seconds, or a date; None where it makes
    no sense.
    """
    if said is None:
        return None
    if said.isascii() and said.isdecimal():
        return int(said[:LONGEST_NUMBER])
    try:
        return max(0, round((parsedate_to_datetime(said) - now).total_seconds()))
    except (TypeError, ValueError):
        return None


def _read_to_its_end(answer: "requests.Response") -> None:
    """Read a body away, so that the connection can be used again; one that is large or slow is not waited
    for, since nobody wants to know it.
    """
    from requests import RequestException  # noqa: PLC0415  see session
    from urllib3.exceptions import HTTPError  # noqa: PLC0415

    size, until = 0, time.monotonic() + READ_WITHIN_S
    try:
        while size < LARGEST_ANSWER and time.monotonic() < until:
            if not (part := answer.raw.read1(CHUNK)):
                return
            size += len(part)
    except (HTTPError, RequestException, OSError):
        return
