"""How the demo gets a past: functions are told of it with the times at which it happened.

A request comes to a function as the API gateway hands it over, with its own time and the roles of who asks; a
device's message as its topic rule puts it into a queue. What is told today of last Tuesday is last Tuesday's.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import uuid4

from linli.events import Fact, envelope
from linli.instants import to_millis, to_text
from linli_cli.cloud import Cloud
from linli_cli.deploy.stacks import function_name
from linli_cli.develop.readable import encoded
from linli_cli.errors import CommandError
from linli_cli.operate.invoking import invoke

SOON_S, POLL_S = 60.0, 0.5  # until a service has heard of what another did
AT_ONCE = 10  # entries that PutEvents takes
TRY_AGAIN = frozenset({404, 503})
CLIENT_ERRORS = 400


class Past(Protocol):
    """Where what happened is told."""

    def ask(self, service: str, asked: "Asked") -> Any:
        """The body of the answer. Raises CommandError with what is refused."""

    def say(self, service: str, action: str, said: "Message") -> None:
        """A device says something that waits in a queue. Raises CommandError when it is not taken."""

    def tell(self, facts: Sequence[tuple[Fact, datetime]]) -> None:
        """What another service says."""


@dataclass(frozen=True)
class Asked:
    """A request: `resource` with `{places}`, which `places` fill. `roles`: of who asks, in the community."""

    person: str
    roles: tuple[str, ...]
    method: str
    resource: str
    places: dict[str, str]
    at: datetime
    body: Any = None
    query: dict[str, str] | None = None

    def event(self) -> dict[str, Any]:
        """As API Gateway hands it over."""
        grants = {
            "communities": {self.places["community"]: list(self.roles)}, "companies": {}, "sub_districts": {},
        }  # fmt: skip
        headers = {"Content-Type": "application/json", "Idempotency-Key": uuid4().hex}
        return {
            "resource": self.resource,
            "path": self.resource.format(**self.places),
            "httpMethod": self.method,
            "headers": headers,
            "multiValueHeaders": {name: [value] for name, value in headers.items()},
            "queryStringParameters": self.query,
            "multiValueQueryStringParameters": self.query and {name: [it] for name, it in self.query.items()},
            "pathParameters": self.places,
            "stageVariables": None,
            "requestContext": {
                "authorizer": {
                    "principalId": self.person, "person": self.person, "grants": json.dumps(grants),
                },
                "httpMethod": self.method,
                "resourcePath": self.resource,
                "requestId": uuid4().hex,
                "requestTimeEpoch": to_millis(self.at),
                "identity": {"sourceIp": "192.0.2.7"},
                "stage": "api",
            },
            "body": None if self.body is None else json.dumps(self.body, ensure_ascii=False),
            "isBase64Encoded": False,
        }  # fmt: skip


@dataclass(frozen=True)
class Message:
    """What a device publishes on its own topic of an action."""

    community: str
    device: str
    topic: str
    at: datetime
    body: dict[str, Any]

    def event(self) -> dict[str, Any]:
        """As the queue of its action hands it over."""
        payload = {
            "event_id": uuid4().hex, "seq": to_millis(self.at), "occurred_at": to_text(self.at), **self.body,
        }  # fmt: skip
        body = {
            "payload_json": payload,
            "topic": f"linli/{self.community}/{self.device}/{self.topic}",
            "client_id": self.device,
            "received_at_ms": to_millis(self.at),
        }
        record = {
            "messageId": uuid4().hex,
            "receiptHandle": "handle",
            "body_json": body,
            "attributes": {
                "ApproximateReceiveCount": "1", "SentTimestamp": str(to_millis(self.at)),
                "SenderId": "AROAEXAMPLE:iot", "ApproximateFirstReceiveTimestamp": str(to_millis(self.at)),
            },
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:demo",
            "awsRegion": "eu-west-1",
        }  # fmt: skip
        event: dict[str, Any] = encoded({"Records": [record]})
        return event


@dataclass(frozen=True)
class Deployed:
    """The past of the functions that are deployed."""

    cloud: Cloud
    sleep: Callable[[float], None] = time.sleep

    def ask(self, service: str, asked: Asked) -> Any:
        end = time.monotonic() + SOON_S
        function = function_name(self.cloud.stage, service, "api")
        while True:
            answer = invoke(self.cloud, function, asked.event()).body
            body = json.loads(answer["body"] or "null")
            if answer["statusCode"] < CLIENT_ERRORS:
                return body
            if answer["statusCode"] not in TRY_AGAIN or time.monotonic() > end:
                said = (body or {}).get("detail") or (body or {}).get("title")
                raise CommandError(f"{asked.method} {service}{asked.resource} as {asked.person}: {said}")
            self.sleep(POLL_S)

    def say(self, service: str, action: str, said: Message) -> None:
        invoke(self.cloud, function_name(self.cloud.stage, service, action), said.event())

    def tell(self, facts: Sequence[tuple[Fact, datetime]]) -> None:
        bus = self.cloud.client("events")
        events = [envelope(fact, f"demo-{fact.entity()}", at) for fact, at in facts]
        entries = [
            {
                "EventBusName": f"linli-{self.cloud.stage}",
                "Source": event.source,
                "DetailType": event.type,
                "Detail": event.model_dump_json(),
            }
            for event in events
        ]
        for start in range(0, len(entries), AT_ONCE):
            bus.put_events(Entries=entries[start : start + AT_ONCE])
