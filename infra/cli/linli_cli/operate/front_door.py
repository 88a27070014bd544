"""The stage's own HTTP APIs, called as a person would, with a fresh token each time.

The gateway remembers for five minutes what it was told of a token, and roles change while one sets things up.
"""

import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from linli_cli.errors import CommandError, Refused, Unanswered

TIMEOUT_S = 30
BUSY = (429, 502, 503, 504)
REPEATABLE = ("GET", "PUT", "DELETE")  # twice is once
ATTEMPTS = 5
POLL_S = 0.1
LONGER = 4  # times as long is each pause than the one before, where somebody is busy
DONE = (200, 201, 204)
CLIENT_ERRORS = range(400, 500)


@dataclass(frozen=True)
class Answer:
    """A status and the JSON that came with it; None without any."""

    status: int
    body: Any


def pooled() -> requests.Session:
    """A session for as many threads as a command uses."""
    session = requests.Session()
    session.trust_env = False  # a proxy or a netrc of the developer's is not meant
    session.mount("http://", HTTPAdapter(pool_maxsize=20))
    session.mount("https://", HTTPAdapter(pool_maxsize=20))
    return session


@dataclass(frozen=True)
class FrontDoor:
    """`urls`: base URL per service; `token` makes a person's token."""

    urls: dict[str, str]
    token: Callable[[str], str]
    session: requests.Session = field(default_factory=pooled)

    def ask(
        self,
        person: str,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        accept: Collection[int] = DONE,
        deadline_s: float = 0.0,
    ) -> Answer:
        """Call `/<service>/…` as a person and expect a status of `accept`.

        Until the deadline a 404 is asked again: services learn of each other by events, a moment later.
        Who is busy is asked again a few times; so is who does not answer, where twice does no harm.
        `key`: the `Idempotency-Key` of what must happen once.
        Raises CommandError with the problem that came instead: Refused when it is a 4xx, Unanswered when
        nobody had the time.
        """
        service, _, rest = path.lstrip("/").partition("/")
        if service not in self.urls:
            raise CommandError(f"the stack {service} is not deployed: deploy it: linli deploy {service}")
        end, attempts = time.monotonic() + deadline_s, 1
        while True:
            answer = self.patiently(person, method, f"{self.urls[service]}/{rest}", body, key)
            waiting = answer.status == HTTPStatus.NOT_FOUND and time.monotonic() < end
            if answer.status in accept:
                return answer
            if not waiting and not (answer.status in BUSY and attempts < ATTEMPTS):
                raise kind_of(answer)(f"{method} /{rest} as {person}: {problem(answer)}")
            time.sleep(POLL_S if waiting else POLL_S * LONGER ** (attempts - 1))
            attempts += answer.status in BUSY

    def patiently(self, person: str, method: str, url: str, body: Any, key: str | None) -> Answer:
        """One request, sent again when no answer comes or the connection breaks.

        Raises Unanswered, or requests.ConnectionError where nobody listens.
        """
        attempts = ATTEMPTS if method in REPEATABLE or key else 1
        for _ in range(attempts - 1):
            with suppress(requests.Timeout, requests.ConnectionError):
                return self.once(person, method, url, body, key)
        try:
            return self.once(person, method, url, body, key)
        except requests.Timeout as error:
            raise Unanswered(
                f"{method} {url} as {person}: no answer within {TIMEOUT_S} s, asked {attempts} times"
            ) from error

    def once(self, person: str, method: str, url: str, body: Any, key: str | None = None) -> Answer:
        """One request, whatever comes of it."""
        once = {} if key is None else {"Idempotency-Key": key}
        answer = self.session.request(
            method,
            url,
            json=body,
            headers={"Authorization": f"Bearer {self.token(person)}", **once},
            timeout=TIMEOUT_S,
        )
        is_json = "json" in answer.headers.get("content-type", "") and answer.content
        return Answer(answer.status_code, answer.json() if is_json else None)

    def pages(self, person: str, path: str) -> list[Any]:
        """All items of a paged list."""
        items: list[Any] = []
        cursor = ""
        while True:
            page = self.ask(person, "GET", f"{path}?limit=100{cursor}").body
            items += page["items"]
            if not page.get("next_cursor"):
                return items
            cursor = f"&cursor={page['next_cursor']}"


def kind_of(answer: Answer) -> type[CommandError]:
    """Whose fault it is that something was not done."""
    if answer.status in BUSY:
        return Unanswered
    return Refused if answer.status in CLIENT_ERRORS else CommandError


def problem(answer: Answer) -> str:
    """A refusal in a few words."""
    body = answer.body if isinstance(answer.body, dict) else {}
    said = body.get("detail") or body.get("title") or body.get("message") or "no explanation"
    return f"{answer.status} {said}"
