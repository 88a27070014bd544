"""A house whose resident is watched over, and gateways that call people, for the tests of care."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from chalice.app import Chalice

from functions.care.calling.rows import AlertRow
from linli import outbound
from linli.aws import client
from tests.integration.conftest import STAGE, Http, Invoke, Service, published
from tests.integration.gateway import NOW, Answer
from tests.integration.message_gateways import Gateways, open_world, reply, reply_event
from tests.integration.messages import batch, rule_event
from tests.integration.neighbourhood import GRANNY, furnish_care
from tests.integration.people import WILLOW_MANAGER, member

GRAN, DAUGHTER, CARER, BOSS = (f"willow-{who}-1" for who in ("resident", "family", "caregiver", "manager"))
HERS, DAUGHTERS = "+8613800000001", "+8613800000002"
AT = "/communities/willow"
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
NIGHT = NOW + 10 * HOUR  # two in the morning in Shanghai
FAMILY = member(DAUGHTER, "willow", "family")
CAREGIVER = member(CARER, "willow", "caregiver")
BUTTON = {"device": "willow-button-1", "kind": "call_button"}


class House:
    """What happens, in the words of the tests."""

    def __init__(self, app: Chalice, http: Http, invoke: Invoke, gateways: Gateways) -> None:
        self.app, self.http, self.invoke, self.gateways = app, http, invoke, gateways
        self.numbers = iter(range(1, 1_000_000))

    def tick(self, function: str, now: datetime) -> str:
        event = {
            "version": "0", "id": "tick", "detail-type": "Scheduled Event", "source": "aws.events",
            "account": "1", "time": now.isoformat(), "region": "r", "resources": [], "detail": {},
        }  # fmt: skip
        return str(self.invoke(self.app, function, event)["outcome"])

    def minute(self, now: datetime) -> list[str]:
        """A minute passes; all that the sweep leaves is done. Returns how the escalation's tasks ended."""
        self.tick("sweep", now)
        for task in self.tasks("idle-alert"):
            self.invoke(self.app, "idle_alert", batch(task))
        return self.work()

    def work(self) -> list[str]:
        """The worker does what waits for it."""
        outcomes: list[str] = []
        for task in self.tasks("escalation"):
            answer = self.invoke(self.app, "escalation", batch(task))
            outcomes += answer["outcomes"]
        return outcomes

    def tasks(self, queue: str) -> Iterator[str]:
        sqs = client("sqs")
        url = sqs.get_queue_url(QueueName=f"linli-{STAGE}-care-{queue}")["QueueUrl"]
        while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1).get("Messages"):
            sqs.delete_message(QueueUrl=url, ReceiptHandle=found[0]["ReceiptHandle"])
            yield found[0]["Body"]

    def press(
        self, now: datetime, event_id: str = "", device: str = "willow-button-1", at: datetime | None = None
    ) -> dict[str, Any]:
        number = next(self.numbers)
        occurred_at = (at or now).isoformat()
        body = {"event_id": event_id or f"p-{number}", "seq": number, "occurred_at": occurred_at}
        return dict(self.invoke(self.app, "sos", rule_event("call_button", body, device, now=now)))

    def call(self, method: str, path: str, asker: dict[str, Any], now: datetime = NOW, **more: Any) -> Answer:
        return self.http(self.app, method, f"{AT}/{path}", now=now, **more, **asker)

    def answer(self, asker: dict[str, Any], now: datetime, command: str, **more: Any) -> Answer:
        path = f"alerts/{self.alert_id}/answers"
        headers = more.pop("headers", None)
        body = {"command": command, **more}
        return self.call("POST", path, asker, now, body=body, headers=headers)

    def reply(self, to: str, channel: str, now: datetime, event: str = "replied", digit: str = "") -> Answer:
        """What a gateway tells of the last message to somebody."""
        body = {"message_id": self.gateways.message_to(to, channel), "event": event}
        body |= {"digit": digit} if digit else {}
        secret = self.gateways.secrets["willow"]
        return reply(self.app, self.invoke, reply_event(body, "willow", channel, secret=secret, now=now))

    @property
    def alert_id(self) -> str:
        opened = [e.data["alert"] for e in published("willow") if e.type == "linli.care.alert_opened.v1"]
        assert len(set(opened)) == 1, "there is one alert"
        return str(opened[0])

    @property
    def alert(self) -> Any:
        return AlertRow.get(*AlertRow.key("willow", self.alert_id), consistent_read=True).alert

    def timeline(self, now: datetime = NOW) -> list[dict[str, Any]]:
        query = {"limit": "100"}
        page = self.call("GET", f"watches/{GRAN}/timeline", WILLOW_MANAGER, now, query=query).body
        return list(reversed(page["items"]))

    def queue(self) -> list[tuple[str, str]]:
        items = self.call("GET", "duties", CAREGIVER).body["items"]
        return [(each["kind"], each["about"]) for each in items]


@pytest.fixture(name="gateways")
def gateways_that_call(cloud: None, tmp_path: Path) -> Iterator[Gateways]:  # noqa: ARG001
    outbound.session.cache_clear()
    with open_world(tmp_path) as world:
        world.open("willow")
        yield world


@pytest.fixture(name="replies")
def replies_to_devices(cloud: None, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:  # noqa: ARG001
    """What devices are told, in turn."""
    told: list[dict[str, Any]] = []

    def publish(**message: Any) -> None:
        told.append(json.loads(message["payload"]))

    monkeypatch.setattr(client("iot-data"), "publish", publish)
    return told


@pytest.fixture(name="house")
def inhabited(service: Service, http: Http, invoke: Invoke, gateways: Gateways) -> House:
    """Willow's first resident, watched over since eight hours; a call button; the manager is on duty."""
    app = service("care")
    furnish_care(app, http, invoke)
    one = House(app, http, invoke, gateways)
    body = {**GRANNY, "sensors": [*GRANNY["sensors"], BUTTON]}
    path, begun = f"watches/{GRAN}", NOW - 8 * HOUR
    assert one.call("PUT", path, WILLOW_MANAGER, begun, body=body).status == 200
    rota = {"capacity": "manager", "phone": "+8613800000009"}
    assert one.call("PUT", f"duty_roster/{BOSS}", WILLOW_MANAGER, body=rota).status == 200
    return one


def silent(house: House) -> datetime:
    """Nobody has moved since the morning: an alert opens. It is in the afternoon."""
    now = NOW + 2 * HOUR
    house.minute(now)
    return now


def dies(*_: Any) -> None:
    raise RuntimeError


def button_calls(house: House) -> list[tuple[str, str]]:
    calls = [each for each in house.gateways.notices if each["template"].startswith("care_button_")]
    assert all(each["urgent"] for each in calls)
    return [(each["to"], each["channel"]) for each in calls]


def written_by_newer_code(key: tuple[str, str], **attributes: str) -> None:
    """A row as code that has been rolled back since may have written it."""
    names = {f"#{name}": name for name in attributes}
    client("dynamodb").update_item(
        TableName=f"linli-{STAGE}-care",
        Key={"pk": {"S": key[0]}, "sk": {"S": key[1]}},
        UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in attributes),
        ExpressionAttributeNames=names,
        ExpressionAttributeValues={f":{name}": {"S": text} for name, text in attributes.items()},
    )
