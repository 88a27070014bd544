"""The functions of maintenance as Lambda calls them, each with its raw event; the relay with its stream's.

Nothing of the service is replaced. What lies beyond it is: EventBridge is a list of the facts that it took.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from random import Random
from time import process_time
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import ulid
from ulid.constants import RANDOMNESS_LEN

from linli import relay
from linli.events import Event, Fact, envelope
from linli.instants import to_text
from linli_cli.develop import actions, raw_events
from linli_cli.errors import CommandError
from simulation.city.hearing import Ear

SERVICE = "maintenance"
BATCH = 10
CONTEXT = SimpleNamespace(aws_request_id="invocation", function_name="linli-city-maintenance-function")
OPEN311 = "/open311/v2/requests.json"


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, in which community, as what."""

    community: str
    person: str
    role: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered; `body` is what is in its JSON."""

    status: int
    body: Any


@dataclass(slots=True)
class Spent:
    """What calls of functions took: CPU of this process, in seconds, and capacity units."""

    calls: float = 0.0
    cpu_s: float = 0.0
    read: float = 0.0
    written: float = 0.0

    def add(self, other: "Spent", share: float = 1.0) -> None:
        """Count another one's in, or a share of it."""
        self.calls += other.calls * share
        self.cpu_s += other.cpu_s * share
        self.read += other.read * share
        self.written += other.written * share


class Bus:
    """Takes what the relay publishes."""

    def __init__(self) -> None:
        self.taken: list[Event] = []

    def put_events(self, Entries: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N803  as EventBridge has it
        """Take facts, all of them."""
        self.taken += [Event.model_validate_json(entry["Detail"]) for entry in Entries]
        return {"Entries": [{"EventId": "taken"} for _ in Entries]}


@dataclass(slots=True)
class Maintenance:
    """The service on the table that this process's environment names. `seed`: what ids are made of."""

    seed: str
    ear: Ear = field(default_factory=Ear)
    bus: Bus = field(default_factory=Bus)
    spent: Spent = field(default_factory=Spent)
    _app: Any = None
    _numbers: int = 0

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Let the service be called: its facts go to the bus here, its ids follow from the seed."""
        self._app = actions.app_of(SERVICE)
        publisher: Any = relay
        clients, generator = publisher.client, ulid.default_generator
        publisher.client = lambda _: self.bus
        try:
            with self.ear.listening():
                yield
        finally:
            publisher.client, ulid.default_generator = clients, generator

    def chance(self, about: str) -> None:
        """From now on ids follow from what is `about` to happen, whatever happened elsewhere before."""
        draw = Random(f"{self.seed}/{about}")  # noqa: S311  so that a seed is a seed
        ulid.default_generator = ulid.ULIDGenerator(randomness=lambda _: draw.randbytes(RANDOMNESS_LEN))

    def ask(
        self,
        asker: Asker,
        method: str,
        path: str,
        at: datetime,
        body: Any = None,
        *,
        key: str | None = None,
        query: Mapping[str, str] | None = None,
        **parameters: str,
    ) -> Answer:
        """An HTTP request under `/communities/{community}`; `key` is its Idempotency-Key."""
        event = raw_events.request(
            f"/communities/{{community}}/{path}",
            body,
            method,
            parameters={"community": asker.community, **parameters},
            person=asker.person,
            role=asker.role,
            at_ms=_millis(at),
            request_id=self._request_id(asker.community),
        )
        if key is not None:
            event["headers"]["Idempotency-Key"] = key
        if query is not None:
            event["multiValueQueryStringParameters"] = {name: [value] for name, value in query.items()}
        return self._answered(event)

    def open311(self, community: str, form: Mapping[str, str], at: datetime) -> Answer:
        """A request of the hotline."""
        event = raw_events.request(
            OPEN311, None, parameters={}, at_ms=_millis(at), request_id=self._request_id(community)
        )
        del event["requestContext"]["authorizer"], event["headers"]["Authorization"]
        event["headers"]["Content-Type"] = "application/x-www-form-urlencoded"
        event["multiValueHeaders"] = {name: [value] for name, value in event["headers"].items()}
        return self._answered(event | {"body": urlencode(form), "pathParameters": None})

    def tell(self, action: str, facts: list[tuple[Fact, str]], at: datetime) -> list[str]:
        """Let a function behind a queue take facts in, each with its event's id. Returns the outcomes."""
        told = [envelope(fact, event_id, at).model_dump(mode="json") for fact, event_id in facts]
        found: list[str] = []
        for first in range(0, len(told), BATCH):
            bodies = map(raw_events.on_the_bus, told[first : first + BATCH])
            answer = self._call(action, raw_events.batch(SERVICE, *bodies, at_ms=_millis(at)))
            if answer["batchItemFailures"]:
                raise CommandError(f"{action} failed: {answer}")
            found += answer["outcomes"]
        return found

    def minute(self, at: datetime) -> str:
        """The minute schedule of the clocks. Returns the outcome."""
        self.chance(f"minute/{to_text(at)}")
        event = {"id": to_text(at), "time": to_text(at), "detail-type": "Scheduled Event", "detail": {}}
        event |= {"version": "0", "source": "aws.events", "account": raw_events.ACCOUNT}
        return str(self._call("clocks", event | {"region": "eu-west-1", "resources": []})["outcome"])

    def publish(self) -> None:
        """Let the relay take the outbox rows that the stream shows since it was last asked."""
        rows, self.ear.outbox = self.ear.outbox, []
        for first in range(0, len(rows), BATCH):
            records = [_record(row) for row in rows[first : first + BATCH]]
            answer = self._call("relay", {"Records": records})
            if answer["batchItemFailures"]:
                raise CommandError(f"relay failed: {answer}")

    def _request_id(self, community: str) -> str:
        self._numbers += 1
        return f"{community}-request-{self._numbers}"

    def _answered(self, event: Mapping[str, Any]) -> Answer:
        raw = self._call("api", event)
        return Answer(raw["statusCode"], json.loads(raw["body"] or "null"))

    def _call(self, function: str, event: Any) -> Any:
        handler = self._app if function == "api" else _handler(function)
        read, written, started = self.ear.units.read, self.ear.units.written, process_time()
        answer = handler(event, CONTEXT)
        units = self.ear.units
        self.spent.add(Spent(1, process_time() - started, units.read - read, units.written - written))
        return answer


def _handler(function: str) -> Any:
    if function == "relay":
        return relay.relay
    return getattr(import_module(f"functions.{SERVICE}.{function}.handler"), function)


def _millis(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _record(row: dict[str, Any]) -> dict[str, Any]:
    """What a stream shows of a new row."""
    number = row["sk"]["S"]
    image = {"SequenceNumber": number, "Keys": {"pk": row["pk"], "sk": row["sk"]}, "NewImage": row}
    return {
        "eventID": number,
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "eu-west-1",
        "eventSourceARN": f"arn:aws:dynamodb:eu-west-1:{raw_events.ACCOUNT}:table/city/stream/1",
        "dynamodb": image,
    }
