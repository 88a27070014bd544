"""Somebody asks for their data, or to be forgotten: the bus between the directory and services, by hand."""

import json
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self

from chalice.app import Chalice

from linli.aws import client, of_botocore
from linli.events import Event
from linli.tables import OutboxRow, Row
from linli.vocabulary.directory import MembershipChanged
from tests.integration.conftest import STAGE, Http, Invoke, Service, enter
from tests.integration.gateway import NOW, Answer
from tests.integration.messages import batch
from tests.integration.neighbourhood import make_exports
from tests.integration.people import member

BUCKET = "linli-test-exports-123456789012"
ANSWERING = (
    "access", "care", "devices", "directory", "health", "insight", "maintenance", "payments", "utilities",
)  # fmt: skip
TAKES_MEMBERSHIPS = {
    "insight": "delivery",
    "access": "standing",
    "care": "community",
    "maintenance": "community",
    "payments": "household",
    "utilities": "household",
}
SETTLED = NOW + timedelta(minutes=6)


@dataclass
class Town:
    """All services that answer, and their queues' words on the way."""

    service: Service
    http: Http
    invoke: Invoke
    apps: dict[str, Chalice] = field(default_factory=dict)
    now: datetime = SETTLED

    def open(self) -> "Town":
        """Start all services, with the bucket of copies."""
        make_exports()
        os.environ.setdefault("LINLI_PHOTO_BUCKET", f"linli-{STAGE}-maintenance-photos-123456789012")
        self.apps = {name: self.service(name) for name in ANSWERING}
        return self

    def ask(self, what: str, person: str, community: str = "willow") -> Answer:
        """They ask themselves."""
        who = member(person, community, "resident")
        path = "/me/exports" if what == "export" else "/me/forgetting"
        return self.http(self.apps["directory"], "POST", path, body={"community": community}, **who)

    def asked(self, community: str = "willow") -> Event:
        """The last request as the directory has told it."""
        enter(self.apps["directory"])
        asked = [each for each in told(community) if each.type.endswith("_asked.v1")]
        return max(asked, key=lambda each: each.time)

    def sees_to(self, name: str, event: Event) -> list[str]:
        """A service gets it, and what it leaves for itself, until it has answered; its outcomes."""
        outcomes: list[str] = []
        for _ in range(10):
            outcomes += self.sends(name, event)
            if outcomes[-1] not in {"went_on", "once_more"}:
                break
        return outcomes

    def sends(self, name: str, event: Event) -> list[str]:
        """One delivery to a service."""
        body = {"detail": event.model_dump(mode="json")}
        result = self.invoke(self.apps[name], "personal_data", batch(body, sent=self.now))
        return list(result["outcomes"])

    def answers(self, event: Event) -> None:
        """Every service sees to it, and the directory hears of each."""
        for name in ANSWERING:
            ended = self.sees_to(name, event)[-1]
            if ended == "waits":
                self.end_alerts(event.data["community"])
                ended = self.sees_to(name, event)[-1]
            assert ended == "answered", name
        for name in ANSWERING:
            enter(self.apps[name])
            for answer in [each for each in told(event.data["community"]) if "answered" in each.type]:
                assert self.sends("directory", answer) != ["failed"]

    def tell_of_members(self, community: str) -> None:
        """What the directory has told of memberships comes to who keeps copies of them."""
        enter(self.apps["directory"])
        said = [each for each in told(community) if each.type == MembershipChanged.TYPE]
        for name, action in TAKES_MEMBERSHIPS.items():
            for each in said:
                body = {"detail": each.model_dump(mode="json")}
                assert "failed" not in self.invoke(self.apps[name], action, batch(body))["outcomes"]

    def end_alerts(self, community: str) -> None:
        """A caregiver sees to whatever is open."""
        who, path = (
            member(f"{community}-caregiver-1", community, "caregiver"),
            f"/communities/{community}/alerts",
        )
        care = self.apps["care"]
        for each in self.http(care, "GET", path, **who).body["items"]:
            body = {"command": "resolve", "outcome": "fine"}
            answered = self.http(care, "POST", f"{path}/{each['alert']}/answers", body=body, **who)
            assert answered.status == 200, answered.text

    def forget(self, person: str, community: str = "willow") -> dict[str, Any]:
        """Forget somebody to the end; what they are shown then."""
        asked = self.ask("forgetting", person, community)
        assert asked.status == 202, asked.text
        self.tell_of_members(community)
        self.answers(self.asked(community))
        shown = self.http(self.apps["directory"], "GET", "/me/forgetting", **member(person, community))
        items: list[dict[str, Any]] = shown.body["items"]
        return next(each for each in items if each["community"] == community)


class Heard(logging.Handler):
    """All that is logged meanwhile, with what goes beside each message."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """One line."""
        self.lines.append(f"{record.getMessage()} {vars(record)}")

    def __enter__(self) -> Self:
        logging.getLogger().addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger().removeHandler(self)


def told(community: str) -> list[Event]:
    """What the service that was entered last has told."""
    rows = OutboxRow.query(f"{community}#outbox")
    return [Event.model_validate_json(row.event) for row in rows]


def stored(name: str) -> Iterator[dict[str, Any]]:
    """All items of a service's table."""
    pages = of_botocore("dynamodb").get_paginator("scan").paginate(TableName=f"linli-{STAGE}-{name}")
    return (item for page in pages for item in page["Items"])


def text_of(item: Any) -> str:
    """An item as text, what is bytes in it as well."""
    return json.dumps(item, ensure_ascii=False, default=lambda data: bytes(data).decode(errors="replace"))


def objects() -> Iterator[tuple[str, bytes]]:
    """Everything in all buckets."""
    store = client("s3")
    for bucket in store.list_buckets()["Buckets"]:
        for each in store.list_objects_v2(Bucket=bucket["Name"]).get("Contents", ()):
            found = store.get_object(Bucket=bucket["Name"], Key=each["Key"])
            yield f"{bucket['Name']}/{each['Key']}", found["Body"].read()


def waiting() -> Iterator[tuple[str, str]]:
    """What waits in all queues, and in those of dead letters."""
    queues = of_botocore("sqs")
    for url in queues.list_queues().get("QueueUrls", ()):
        while found := queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for each in found:
                yield url.rpartition("/")[2], each["Body"]


def readable(item: dict[str, Any]) -> Row:
    """The row of an item, as code reads it."""
    return Row.from_raw_data(item)
