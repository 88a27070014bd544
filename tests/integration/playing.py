"""Samples played to their end, as their triggers would: again after a failure; and what is left then."""

import json
import re
from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from chalice.app import Chalice
from moto.backends import get_backend

from linli.aws import of_botocore
from linli.secrets import secret
from linli.tables import Row
from linli_cli.develop.samples import signed
from linli_cli.layout import project_of
from tests.integration import gateway
from tests.integration.conftest import ROOT, Http, Invoke, Service, load_event
from tests.integration.issuer import Issuer
from tests.integration.neighbourhood import furnish
from tests.integration.quick_table import Killed

EVENTS = ROOT / "events"
SAMPLES = sorted(path.relative_to(EVENTS) for path in EVENTS.rglob("*.json"))
SERVICES = sorted({sample.parts[0] for sample in SAMPLES})
TOKEN = re.compile(r"\{token:([a-z0-9-]+)\}")  # stands for a token of that person, signed when it is sent
MOST_TRIES = 4
ONCE = "the-same-each-time"  # whoever asks again without a key asks for another thing

# What may differ between two runs of the same sample, and means nothing: generated ids and what is computed
# of them (shards, keyed hashes), random keys and certificates, and whose try it was that wrote a row.
ULID = re.compile(r"\b[0-9a-hjkmnp-tv-z]{26}\b")
REQUEST = re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}-\d+\b")  # as it is sent below
HASH = re.compile(r"\b[a-z2-7]{52}\b|\b[0-9a-f]{64}\b")
ANYTHING = frozenset({"attempt", "due_shard", "certificate", "cause"})
COUNTED = frozenset({"deliveries"})  # a callback that is delivered again says so
KEYS = frozenset({"pk", "sk", "kind"})
LOCKS = {  # how often it changed; a shard
    "meter": frozenset({"version"}),
    "rates": frozenset({"sk"}),
    "watch_state": frozenset({"version"}),
}
BEST_EFFORT = frozenset({"pulse"})  # the next heartbeat writes it


def is_request(event: Any) -> bool:
    """Whether it comes through the API gateway."""
    return isinstance(event, dict) and "httpMethod" in event


def with_tokens(event: Any, issuer: Issuer) -> Any:
    """The sample with real tokens in place of `{token:<person>}`."""
    return json.loads(TOKEN.sub(lambda found: issuer.token(found[1]), json.dumps(event)))


@dataclass(frozen=True, slots=True)
class World:
    """A service's neighbourhood, in which its samples happen."""

    service: Service
    invoke: Invoke
    issuer: Issuer
    name: str

    @classmethod
    def furnished(cls, name: str, service: Service, http: Http, invoke: Invoke, issuer: Issuer) -> "World":
        """The neighbourhood of a service."""
        furnish(name, service(name), http, invoke)
        return cls(service, invoke, issuer, name)

    def play(self, sample: Path) -> "Played":
        """A sample, ready to be sent."""
        action = sample.parts[1]
        app = self.service(project_of(self.name, action))
        event = signed(with_tokens(load_event(sample), self.issuer), secret)
        if is_request(event) and event["httpMethod"] == "POST":
            event = with_key(event)
        return Played(app, "api" if is_request(event) else action, event, self.invoke)


WorldOf = Callable[[str], World]


@pytest.fixture(name="world_of")
def worlds(service: Service, http: Http, invoke: Invoke, issuer: Issuer) -> WorldOf:
    """`world_of("care")`: a service in its neighbourhood."""
    return lambda name: World.furnished(name, service, http, invoke, issuer)


def with_key(event: dict[str, Any]) -> dict[str, Any]:
    """The request with an Idempotency-Key, its own if it has one."""
    names = {name.lower() for name in event["headers"] or {}}
    if "idempotency-key" in names:
        return event
    headers = {"Idempotency-Key": ONCE}
    more = {"headers": {**(event["headers"] or {}), **headers}}
    multi = {name: [value] for name, value in headers.items()}
    return event | more | {"multiValueHeaders": {**(event.get("multiValueHeaders") or {}), **multi}}


@dataclass(slots=True)
class Played:
    """A sample on its way to its function. `answers`: how each delivery ended."""

    app: Chalice
    function: str
    event: Any
    invoke: Invoke
    tries: int = 0

    def send(self) -> gateway.Answer | Any:
        """One delivery of it, as the trigger makes it the next time. Raises what the function raises."""
        self.tries += 1
        event = deepcopy(self.event)
        if self.function == "api":
            event["requestContext"]["requestId"] += f"-{self.tries}"
            return gateway.answer(self.invoke(self.app, "api", event))
        return self.invoke(self.app, self.function, event)

    def to_the_end(self) -> list[Any]:
        """How each delivery ended, until one is final; `killed` and `failed` are not."""
        ends: list[Any] = []
        while len(ends) < MOST_TRIES:
            end = self._sent()
            ends.append(end)
            if end not in {"killed", "failed", 503}:
                break
        return ends

    def _sent(self) -> Any:
        try:
            told = self.send()
        except Killed:
            return "killed"
        except Exception as error:  # noqa: BLE001  as Lambda does, whatever it is
            if str(error) == "Unauthorized":  # how an authorizer says 401
                return 401
            return "failed"
        if self.function == "api":  # Alipay sends again what is not answered with its word
            return "failed" if told.text == "fail" else told.status
        failures = told.get("batchItemFailures") if isinstance(told, dict) else None
        if failures:
            self._left(failures)
            return "failed"
        return told["status"] if isinstance(told, dict) and isinstance(told.get("status"), int) else 200

    def _left(self, failures: list[dict[str, str]]) -> None:
        """A queue delivers what has failed again; a stream that and all that follows."""
        names = {each["itemIdentifier"] for each in failures}
        records = self.event["Records"]
        if "messageId" in records[0]:
            records = [each for each in records if each["messageId"] in names]
        self.event = {**self.event, "Records": records}


def kept() -> list[dict[str, Any]]:
    """All rows of the service's table."""
    region = of_botocore("dynamodb").meta.region_name
    table = get_backend("dynamodb")["123456789012"][region].get_table(Row.Meta.table_name)
    return [item.to_json()["Attributes"] for item in table.all_items()]


def state() -> list[str]:
    """The same without what means nothing; a row a line."""
    return lines(kept())


def lines(rows: Iterable[dict[str, Any]]) -> list[str]:
    """Rows without what means nothing, a row a line."""
    return sorted(_line(row) for row in rows if row["kind"]["S"] not in BEST_EFFORT and not _is_trace(row))


def parked() -> set[str]:
    """What lies in dead-letter queues, whatever has been parked twice only once."""
    region = of_botocore("sqs").meta.region_name
    queues = get_backend("sqs")["123456789012"][region].queues
    return {
        f"{name}: {message.body}"
        for name, queue in queues.items()
        if name.endswith("-dlq")
        for message in queue._messages
    }


def _is_trace(row: dict[str, Any]) -> bool:
    """Whether it says only that somebody was known, whom another order of the same facts makes unknown."""
    kind, said = row["kind"]["S"], row.keys() - KEYS
    return (kind == "household" and not said) or (kind == "repairer" and said == {"member"})


def _line(row: dict[str, Any]) -> str:
    kind = row["kind"]["S"]
    nothing = ANYTHING | COUNTED | LOCKS.get(kind, frozenset())
    kept = {name: value for name, value in row.items() if name not in nothing}
    text = json.dumps(kept, sort_keys=True, default=repr)
    return HASH.sub("<hash>", ULID.sub("<id>", REQUEST.sub("<request>", text)))
