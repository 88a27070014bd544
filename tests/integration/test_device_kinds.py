"""Whom each action believes: every action that devices speak to, and every kind of device.

A new kind or action fails here until somebody has said what it may say.
"""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from chalice.app import Chalice

from linli.aws import client
from linli.errors import DeviceNotKnown
from linli.events import Fact
from linli.vocabulary.devices import EVERY_KIND, DeviceRegistered, DeviceRevoked
from linli_cli.develop import actions
from linli_cli.layout import ROOT, project_of, services
from tests.integration import wire
from tests.integration.conftest import STAGE, Http, Invoke, Service, dead_letters, enter
from tests.integration.gateway import NOW
from tests.integration.messages import batch, rule_event, told
from tests.integration.neighbourhood import csr, furnish, tell
from tests.integration.people import WILLOW_MANAGER

SAYS = {
    "gate": {"heartbeat", "gate_pass", "door_event"},
    "thermometer": {"heartbeat", "fever_check"},
    "meter": {"heartbeat", "meter_reading"},
    "door_magnet": {"heartbeat", "door"},
    "infrared": {"heartbeat", "motion"},
    "bed": {"heartbeat", "bed"},
    "lamp": {"heartbeat", "lamp"},
    "camera": {"heartbeat", "camera_seen"},
    "sos_button": {"heartbeat", "check_in", "call_button"},
    "gateway": {
        "heartbeat",
        "meter_reading",
        "door",
        "motion",
        "bed",
        "lamp",
        "check_in",
        "call_button",
    },
}
BODIES: dict[str, dict[str, Any]] = {
    "gate_pass": {"credential": "card", "value": "willow-resident-1-card"},
    "door_event": {"door": "closed"},
    "fever_check": {"person": "willow-resident-1", "temperature_c": 36.6},
    "meter_reading": {"value": "1"},
}
# Who takes in what the registry tells, of each service that keeps it.
TOLD = {
    path.parts[-3]: path.parts[-2]
    for path in (ROOT / "functions").glob("*/*/handler.py")
    if "registered.keep(" in path.read_text(encoding="utf-8")
}
NOT_BELIEVED = {"wrong-device-kind", "device-revoked", "device-not-known", "not_expected", "unknown_gate"}
RULES = [
    (service, rule.action, rule.topic)
    for service in services()
    for rule in actions.topic_rules(service)
]  # fmt: skip
each_rule = pytest.mark.parametrize(("name", "action", "topic"), RULES, ids=lambda each: each)


@dataclass
class Town:
    """The services, each told of devices; what devices were answered."""

    service: Service
    http: Http
    invoke: Invoke
    replies: list[tuple[str, dict[str, Any]]]

    def furnished(self, name: str, action: str) -> Chalice:
        app = self.service(project_of(name, action))
        furnish(name, app, self.http, self.invoke)
        return app

    def know(self, app: Chalice, *facts: Fact) -> None:
        """Let a service hear the registry's facts; the registry itself has its own rows."""
        consumer = TOLD.get(enter(app))
        if consumer is not None:
            tell(app, self.invoke, consumer, *facts)
            return
        for fact in facts:
            path = "/communities/willow/devices"
            if isinstance(fact, DeviceRegistered):
                body = {"device": fact.device, "kind": fact.kind, "csr": csr()}
                answer = self.http(app, "POST", path, body=body, **WILLOW_MANAGER)
                assert answer.status in {201, 409}, "furnished with some already"
            elif isinstance(fact, DeviceRevoked):
                path = f"{path}/{fact.device}"
                assert self.http(app, "DELETE", path, **WILLOW_MANAGER).status == 204

    def heard(self, app: Chalice, action: str, topic: str, device: str) -> str:
        """What becomes of a good message that a device publishes on a topic."""
        body = {"event_id": "e-1", "seq": 1, "occurred_at": "2026-01-05T08:00:00Z"} | BODIES.get(topic, {})
        event = rule_event(topic, body, device)
        waits = action in {each.name for each in app.pure_lambda_functions}
        try:
            answer = self.invoke(app, action, event if waits else batch(event))
        except DeviceNotKnown as error:
            return error.slug
        if not waits:
            return "device-not-known" if answer["batchItemFailures"] else str(answer["outcomes"][0])
        return str(answer["outcome"])


@pytest.fixture
def town(service: Service, http: Http, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> Town:
    replies: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(
        client("iot-data"),
        "publish",
        lambda topic, payload, **_: replies.append((topic, json.loads(payload))),
    )
    return Town(service, http, invoke, replies)


def device_of(kind: str) -> str:
    return f"willow-{kind.replace('_', '-')}-1"


def registered(kind: str) -> Fact:
    return DeviceRegistered(community="willow", device=device_of(kind), kind=kind, version=2)


def test_every_kind_and_every_topic_is_said_here() -> None:
    assert set(SAYS) == EVERY_KIND
    assert set().union(*SAYS.values()) == {topic for _, _, topic in RULES}


@each_rule
def test_an_action_believes_the_kinds_it_says_and_refuses_all_others(
    name: str, action: str, topic: str, town: Town
) -> None:
    app = town.furnished(name, action)
    town.know(app, *map(registered, sorted(EVERY_KIND)))
    for kind in sorted(EVERY_KIND):
        outcome = town.heard(app, action, topic, device_of(kind))
        if topic in SAYS[kind]:
            assert outcome not in NOT_BELIEVED, f"{kind} on {topic}"
        else:
            assert outcome == "wrong-device-kind", f"{kind} on {topic}"
            assert town.replies[-1][0] == f"linli/willow/{device_of(kind)}/{topic}/reply"
            assert town.replies[-1][1]["problem"]["status"] == 403
    assert all("not believed" not in str(each) for each in dead_letters(app, action)), "answered, not parked"


@each_rule
def test_nobody_is_believed_who_was_revoked_or_is_not_known_yet(
    name: str, action: str, topic: str, town: Town
) -> None:
    app = town.furnished(name, action)
    kind = next(kind for kind in SAYS if topic in SAYS[kind])
    stranger = town.heard(app, action, topic, f"willow-{kind.replace('_', '-')}-new")
    assert stranger in {"device-not-known", "not-found", "denied"}

    gone = DeviceRevoked(community="willow", device=device_of(kind), kind=kind, version=3)
    town.know(app, registered(kind), gone)
    assert town.heard(app, action, topic, device_of(kind)) in {"device-revoked", "not_expected", "denied"}
    if topic == "gate_pass":
        assert [said["reason"] for _, said in town.replies] == ["unknown_gate", "unknown_gate"]


def test_what_the_registry_said_last_holds_in_whatever_order_it_is_told(town: Town) -> None:
    app, device = town.furnished("health", "fever_check"), "willow-lamp-9"
    anew = DeviceRegistered(community="willow", device=device, kind="thermometer", version=5)
    gone = DeviceRevoked(community="willow", device=device, kind="lamp", version=3)
    once = DeviceRegistered(community="willow", device=device, kind="lamp", version=2)
    town.know(app, anew, gone, once)
    assert town.heard(app, "fever_check", "fever_check", device) == "normal"


@pytest.mark.parametrize("version", [None, 2])
def test_a_revocation_without_a_version_still_holds(town: Town, version: int | None) -> None:
    # Given what older code tells, before an update or after it was rolled back
    app, device = town.furnished("health", "fever_check"), "willow-thermometer-8"
    town.know(app, DeviceRegistered(community="willow", device=device, kind="thermometer", version=version))
    gone = DeviceRevoked(community="willow", device=device)
    later = batch(told(gone, "gone", NOW + timedelta(minutes=1)))
    assert town.invoke(app, "community", later)["outcomes"] == ["device_revoked"]
    assert town.heard(app, "fever_check", "fever_check", device) == "device-revoked"


@pytest.mark.parametrize("device", ["willow-meter-1", "willow-button-new"])
def test_a_press_that_is_not_believed_calls_nobody_and_staff_know_at_once(town: Town, device: str) -> None:
    app = town.furnished("care", "sos")
    assert town.heard(app, "sos", "call_button", device) in {"wrong-device-kind", "device-not-known"}
    duties = town.http(app, "GET", "/communities/willow/duties", **WILLOW_MANAGER).body["items"]
    assert [(each["kind"], each["about"]) for each in duties] == [("unreadable_press", device)]
    assert town.http(app, "GET", "/communities/willow/alerts", **WILLOW_MANAGER).body["items"] == []


def test_who_speaks_before_the_registry_does_is_heard_as_soon_as_it_has(town: Town) -> None:
    # Given a meter that was registered a moment ago, and a queue that delivers again after half an hour
    app, device = town.furnished("utilities", "meter_reading"), "willow-meter-7"
    url = client("sqs").get_queue_url(QueueName=f"linli-{STAGE}-utilities-meter-reading")["QueueUrl"]
    body = {"event_id": "e-1", "seq": 1, "occurred_at": "2026-01-05T08:00:00Z", "value": "1"}
    client("sqs").send_message(
        QueueUrl=url, MessageBody=json.dumps(rule_event("meter_reading", body, device))
    )
    (message,) = client("sqs").receive_message(QueueUrl=url)["Messages"]
    record = batch(message["Body"])["Records"][0] | {
        "receiptHandle": message["ReceiptHandle"],
        "eventSourceARN": f"arn:aws:sqs:eu-west-1:123456789012:linli-{STAGE}-utilities-meter-reading",
    }

    # When it speaks, twice
    with wire.listening("sqs.ChangeMessageVisibility") as heard:
        for times in ("1", "2"):
            record["attributes"] = record["attributes"] | {"ApproximateReceiveCount": times}
            answer = town.invoke(app, "meter_reading", {"Records": [record]})
            assert [each["itemIdentifier"] for each in answer["batchItemFailures"]] == ["message-0"]

    # Then it comes again within seconds, and then within a minute; nothing is parked before the queue does
    assert [wire.arguments(each)["VisibilityTimeout"] for each in heard] == [5, 60]
    assert dead_letters(app, "meter_reading") == []
