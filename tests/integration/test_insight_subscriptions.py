"""Subscriptions: who is told what, once for each fact, signed, again until it arrives, no longer than may be."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from chalice.app import Chalice

from linli.aws import client
from linli.events import Fact
from linli.vocabulary.care import AlertOpened
from linli.vocabulary.maintenance import TicketChanged
from linli.webhooks import verify
from tests.integration.conftest import STAGE, Http, Invoke, Service
from tests.integration.gateway import NOW, Answer
from tests.integration.messages import batch, told
from tests.integration.people import WILLOW_MANAGER
from tests.integration.receiver import Receiver, receiving

AT = "/communities/willow/subscriptions"
BOSS = WILLOW_MANAGER["person"]
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ALERTS = {
    "name": "The night service",
    "facts": ["linli.care.alert_opened.v1", "linli.care.alert_closed.v1"],
    "permissions": ["care:read-alerts"],
}
TICKETS = {
    "name": "The lift company",
    "facts": ["linli.maintenance.ticket_changed.v1"],
    "permissions": ["tickets:read-all"],
}


class Desk:
    """A manager's subscriptions, and what becomes of facts."""

    def __init__(self, app: Chalice, http: Http, invoke: Invoke, receiver: Receiver) -> None:
        self.app, self.http, self.invoke, self.receiver = app, http, invoke, receiver
        self.numbers = iter(range(1, 1_000_000))

    def call(
        self, method: str, path: str = "", asker: dict[str, Any] = WILLOW_MANAGER, **more: Any
    ) -> Answer:
        return self.http(self.app, method, f"{AT}{path}", **more, **asker)

    def subscribe(self, terms: dict[str, Any] = ALERTS, **more: Any) -> dict[str, Any]:
        body = {"url": self.receiver.url, **terms, **more}
        answer = self.call("POST", body=body)
        assert answer.status == 201, answer
        return dict(answer.body)

    def hear(self, fact: Fact, event_id: str = "", at: datetime = NOW) -> str:
        """The outcome of a fact that is told then."""
        body = told(fact, event_id or f"fact-{next(self.numbers)}", at)
        (outcome,) = self.invoke(self.app, "delivery", batch(body, sent=at))["outcomes"]
        return str(outcome)

    def tasks(self) -> list[str]:
        sqs = client("sqs")
        url = sqs.get_queue_url(QueueName=f"linli-{STAGE}-insight-sending")["QueueUrl"]
        tasks = []
        while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1).get("Messages"):
            sqs.delete_message(QueueUrl=url, ReceiptHandle=found[0]["ReceiptHandle"])
            tasks.append(found[0]["Body"])
        return tasks

    def work(self, at: datetime = NOW) -> list[str]:
        """What is left in the queue is done, and what it leaves at once; returns the outcomes."""
        outcomes: list[str] = []
        while tasks := self.tasks():
            for task in tasks:
                outcomes += self.invoke(self.app, "sending", batch(task, sent=at))["outcomes"]
        return outcomes

    def look(self, at: datetime) -> list[str]:
        """The schedule looks for what waits, and it is sent."""
        self.invoke(self.app, "sending", batch({"scheduled_at": at.isoformat()}, sent=at))
        return self.work(at)

    @property
    def came(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, _, body in self.receiver.came]

    def show(self, subscription: str) -> dict[str, Any]:
        return dict(self.call("GET", f"/{subscription}").body)

    def deliveries(self, subscription: str, **query: str) -> list[dict[str, Any]]:
        return list(self.call("GET", f"/{subscription}/deliveries", query=query).body["items"])


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture
def desk(service: Service, http: Http, invoke: Invoke, receiver: Receiver) -> Desk:
    return Desk(service("insight"), http, invoke, receiver)


def opened(alert: str = "a-1", person: str = "willow-resident-1") -> AlertOpened:
    return AlertOpened(community="willow", alert=alert, person=person, reason="sos", opened_at=NOW)


def ticket(number: int = 1, community: str = "willow") -> TicketChanged:
    return TicketChanged(
        community=community, ticket=f"t-{number}", kind="repair", state="submitted", priority="general",
        asset=None, changed_at=NOW, version=1,
    )  # fmt: skip


def test_a_fact_arrives_signed_and_without_the_person(desk: Desk) -> None:
    made = desk.subscribe()
    assert desk.hear(opened()) == "queued"
    assert desk.work() == ["sent"]
    ((path, headers, body),) = desk.receiver.came
    assert path == "/hook"
    delivery = verify(headers, body, [made["secret"]], datetime.now(UTC))
    event = json.loads(body)
    assert (event["type"], event["id"]) == ("linli.care.alert_opened.v1", delivery)
    assert event["data"]["alert"] == "a-1"
    assert "willow-resident-1" not in body.decode()
    (listed,) = desk.deliveries(made["subscription"])
    assert (listed["delivery"], listed["state"], listed["status"], listed["tries"]) == (
        delivery,
        "delivered",
        204,
        1,
    )
