"""Somebody who is watched over, and what happens around them, through care's real handlers."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from chalice.app import Chalice

from functions.care.tending.rows import DutyRow
from functions.care.watching import store as watching
from functions.care.watching.rhythm import USUAL
from functions.care.watching.store import Vigil
from linli.aws import client
from linli.events import Fact
from linli.vocabulary.utilities import UseObserved
from tests.integration.conftest import STAGE, Http, Invoke, Service, published
from tests.integration.gateway import NOW
from tests.integration.messages import batch, rule_event, told
from tests.integration.neighbourhood import GRANNY, furnish_care
from tests.integration.people import WILLOW_MANAGER, member

GRAN = "willow-resident-1"
AT = f"/communities/willow/watches/{GRAN}"
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def usual(at: datetime) -> timedelta:
    """How long somebody is left in peace at that hour of whom nothing is known."""
    return USUAL[at.astimezone(ZoneInfo("Asia/Shanghai")).hour] * HOUR


COLD = usual(NOW)
DAUGHTER = member("willow-family-1", "willow", "family")


@pytest.fixture(name="care")
def watched_over(service: Service, http: Http, invoke: Invoke) -> Chalice:
    """Willow's first resident is watched over since eight hours ago."""
    app = service("care")
    furnish_care(app, http, invoke)
    return app


class Neighbourhood:
    """What happens, in the words of the tests."""

    def __init__(self, app: Chalice, http: Http, invoke: Invoke) -> None:
        self.app, self.http, self.invoke = app, http, invoke
        self.numbers = iter(range(1, 1_000_000))

    def sensor(self, kind: str, at: datetime, *, now: datetime | None = None, **more: Any) -> str:
        """A sensor speaks; returns the outcome."""
        return self.deliver(self.message(kind, at, now=now, **more))[0]

    def message(
        self,
        kind: str,
        at: datetime,
        *,
        now: datetime | None = None,
        device: str | None = None,
        event_id: str | None = None,
        **body: Any,
    ) -> dict[str, Any]:
        """The rule event of a sensor's message."""
        number = next(self.numbers)
        sent = {
            "event_id": event_id or f"e-{number}",
            "seq": number,
            "occurred_at": at.isoformat(),
            **body,
        }
        return rule_event(kind, sent, device or f"willow-{kind}-1", now=now or at)

    def deliver(self, *messages: dict[str, Any]) -> list[str]:
        answer = self.invoke(self.app, "signal", batch(*messages))
        assert answer["batchItemFailures"] == []
        return list(answer["outcomes"])

    def fact(self, function: str, *facts: Fact) -> list[str]:
        bodies = [told(each, f"fact-{next(self.numbers)}") for each in facts]
        return list(self.invoke(self.app, function, batch(*bodies))["outcomes"])

    def minute(self, now: datetime) -> list[str]:
        """A minute passes, and whatever the sweep leaves for `idle_alert` is done. Returns the outcomes."""
        tick = {
            "version": "0", "id": "tick", "detail-type": "Scheduled Event", "source": "aws.events",
            "account": "1", "time": now.isoformat(), "region": "r", "resources": [], "detail": {},
        }  # fmt: skip
        self.invoke(self.app, "sweep", tick)
        outcomes: list[str] = []
        for tasks in self.tasks("idle-alert"):
            outcomes += self.invoke(self.app, "idle_alert", batch(*tasks))["outcomes"]
        return outcomes

    def tasks(self, queue: str) -> Iterator[list[str]]:
        """What waits in a queue of the service, a batch at a time."""
        sqs = client("sqs")
        url = sqs.get_queue_url(QueueName=f"linli-{STAGE}-care-{queue}")["QueueUrl"]
        while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for each in found:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
            yield [each["Body"] for each in found]

    def vigil(self, person: str = GRAN) -> Vigil:
        return watching.load("willow", person)

    def alerts(self) -> list[Any]:
        """That alerts were opened and closed, as it was published."""
        told = ("linli.care.alert_opened.v1", "linli.care.alert_closed.v1")
        return [event.data for event in published("willow") if event.type in told]

    def duties(self) -> list[str]:
        return [row.sk for row in DutyRow.query("willow#duties")]

    def set_up(self, person: str = GRAN, **settings: Any) -> Any:
        body = {**GRANNY, **settings}
        path = f"/communities/willow/watches/{person}"
        answer = self.http(self.app, "PUT", path, body=body, now=NOW - 8 * HOUR, **WILLOW_MANAGER)
        assert answer.status == 200, answer.body
        return answer.body


@pytest.fixture(name="willow")
def neighbourhood(care: Chalice, http: Http, invoke: Invoke) -> Neighbourhood:
    return Neighbourhood(care, http, invoke)


def used(medium: Any, since: datetime, home: str = "b1/101") -> UseObserved:
    until = since + 30 * MINUTE
    return UseObserved(
        community="willow",
        meter="m",
        medium=medium,
        home=home,
        since=since,
        until=until,
        quantity=Decimal("0.02"),
    )


OTHER = "willow-resident-2"
HERS = {"residents": 2, "phone": None, "contacts": [], "family": [], "caregiver": None}


def put(willow: Neighbourhood, person: str = OTHER, **settings: Any) -> Any:
    path, body = f"/communities/willow/watches/{person}", {**GRANNY, **HERS, **settings}
    return willow.http(willow.app, "PUT", path, body=body, now=NOW, **WILLOW_MANAGER)
