"""Sample events `events/<service>/<action>/<case>.json`, as Lambda gets them, and how each should end."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from linli.dead_letters import as_body
from linli.errors import LinliError
from linli.webhooks import signature
from linli_cli.develop.dating import moved
from linli_cli.develop.readable import encoded
from linli_cli.errors import CommandError
from linli_cli.layout import ROOT, project_of

TOKEN = re.compile(r"\{token:([a-z0-9-]+)\}")  # stands for a token of that person, signed when it is sent
SIGNED = re.compile(r"\{signed:([a-z0-9-]+)\}")  # stands for the signature of that community's gateway
UNAUTHORIZED = "Unauthorized"  # how an authorizer says 401
CLIENT_ERRORS = range(400, 500)
GOOD = frozenset({*range(200, 300), 304})  # who has it already is told so

# What a meter is told of readings that could not be entered; the message is parked as well.
ANSWERED_AND_PARKED = {"refused", "partly_recorded"}
CASES = frozenset({"normal", "edge", "malformed", "refused"})
Ending = Literal["ok", "refused", "parked", "failed"]


@dataclass(frozen=True)
class Sample:
    """One sample: `event` with real tokens in place of `{token:<person>}`."""

    service: str
    action: str
    case: str
    event: Any

    @property
    def name(self) -> str:
        """Service, action and case."""
        return f"{self.service}/{self.action}/{self.case}"

    @property
    def function(self) -> str:
        """The action, with dashes, whose function takes it: `api` for a request."""
        is_request = isinstance(self.event, dict) and "httpMethod" in self.event
        return "api" if is_request else self.action.replace("_", "-")

    @property
    def project(self) -> str:
        """The project that the function belongs to."""
        return project_of(self.service, self.action)

    @property
    def letters(self) -> list[str]:
        """The bodies it would leave in a dead-letter queue."""
        records = self.event.get("Records") if isinstance(self.event, dict) else None
        if records and all("body" in record for record in records):
            return [record["body"] for record in records]
        return [as_body(self.event)]


@dataclass(frozen=True)
class Outcome:
    """How it ended, and in whose words: an HTTP status, a decision, the error of a function."""

    ending: Ending
    words: str


def find(paths: Iterable[Path]) -> list[Path]:
    """The sample files at and under `paths`. Raises CommandError for a path that has none."""
    found: dict[Path, None] = {}
    for path in paths:
        if not path.exists():
            raise CommandError(f"there is no sample {path}")
        files = sorted(path.rglob("*.json")) if path.is_dir() else [path]
        if not files:
            raise CommandError(f"no sample in {path}")
        found |= dict.fromkeys(files)
    return list(found)


def load(path: Path, token: Callable[[str], str], secret: Callable[[str], str], days: int = 0) -> Sample:
    """A sample file, so many days later. Raises CommandError when it is not one, or of no action."""
    *_, events, service, action, _ = ("", "", "", *path.resolve().parts)
    if events != "events":
        raise CommandError(f"{path}: samples lie in events/<service>/<action>/")
    if not (ROOT / "functions" / service / action / "handler.py").exists():
        raise CommandError(f"{path}: there is no action {service}/{action}, no functions/{service}/{action}/")
    try:
        text = moved(path.read_text(encoding="utf-8"), days)
        event = encoded(json.loads(TOKEN.sub(lambda found: token(found[1]), text)))
    except ValueError as error:
        raise CommandError(f"{path} is no JSON: {error}") from None
    return Sample(service, action, path.stem, signed(event, secret))


def signed(event: Any, secret: Callable[[str], str]) -> Any:
    """A webhook's sample with a real signature in place of `{signed:<community>}`."""
    headers = event.get("headers") if isinstance(event, dict) else None
    found = SIGNED.fullmatch((headers or {}).get("webhook-signature", ""))
    if headers is None or found is None:
        return event
    gateway = json.loads(secret(f"channels/{found[1]}"))["push"]
    body, stamp = event["body"].encode(), headers["webhook-timestamp"]
    value = signature(headers["webhook-id"], stamp, body, gateway["secrets"][0])
    many = {**event["multiValueHeaders"], "webhook-signature": [value]}
    return event | {"headers": {**headers, "webhook-signature": value}, "multiValueHeaders": many}


def slugs(*, parked: bool) -> set[str]:
    """What a function names as its outcome that parks a message, or that refuses it and keeps nothing."""
    found = {error.slug for error in _tree(LinliError) if error.parked == parked}
    return found | ANSWERED_AND_PARKED if parked else found


def _tree(error: type[LinliError]) -> Iterator[type[LinliError]]:
    yield error
    for child in error.__subclasses__():
        yield from _tree(child)


def judge(sample: Sample, body: Any, error: str) -> Outcome:
    """How an invocation ended. A message its function gave up on is `parked`; its letter must be there."""
    if error:
        return Outcome("refused", "401") if error == UNAUTHORIZED else Outcome("failed", error)
    answer = body if isinstance(body, dict) else {}
    if sample.function == "api" or ("type" in answer and isinstance(answer.get("status"), int)):
        status = int(answer.get("statusCode") or answer.get("status") or 0)
        ending: Ending = "ok" if status in GOOD else "refused" if status in CLIENT_ERRORS else "failed"
        return Outcome(ending, str(status))
    if answer.get("batchItemFailures"):
        return Outcome("failed", f"{len(answer['batchItemFailures'])} messages to be delivered again")
    one = [answer["outcome"]] if "outcome" in answer else []
    words = [str(each) for each in answer.get("outcomes", one)]
    text = ", ".join(dict.fromkeys(words)) or "ok"
    if slugs(parked=True).intersection(words):
        return Outcome("parked", text)
    refused = {"denied", *slugs(parked=False)}.intersection(words)
    return Outcome("refused" if refused else "ok", text)


def case_in(name: str) -> str | None:
    """The word of a sample's name that says how it ends, the first one; None when there is none."""
    return next((word for word in name.split("_") if word in CASES), None)


def as_named(case: str, outcome: Outcome) -> bool:
    """Whether a case ended as its name says. A decision against somebody is a good end of a normal case."""
    word = case_in(case)
    if word == "malformed":
        return outcome.ending == "parked" or (outcome.ending == "refused" and outcome.words != "denied")
    if word == "refused":
        return outcome.ending == "refused"
    return outcome.ending == "ok" or (outcome.ending == "refused" and "denied" in outcome.words)
