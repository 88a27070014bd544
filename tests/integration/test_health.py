"""Fever checks through the real handlers: verdicts once, facts once, lists that agree."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from chalice.app import Chalice

from linli.aws import client
from tests.integration.conftest import Http, Invoke, Service, dead_letters, published
from tests.integration.messages import batch, rule_event
from tests.integration.neighbourhood import furnish_health
from tests.integration.people import asking, member

CAREGIVER = member("willow-caregiver-1", "willow", "caregiver")
RESIDENT = member("willow-resident-1", "willow", "resident")
OFFICIAL = asking(
    "riverside-official-1",
    communities={"willow": ["official"]},
    sub_districts={"riverside": ["official"]},
)
CLEARANCE = "/communities/willow/people/willow-resident-1/fever/clearance"


@pytest.fixture
def app(service: Service, http: Http, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> Chalice:
    app = service("health")
    furnish_health(app, http, invoke)
    monkeypatch.setattr(client("iot-data"), "publish", lambda **_: None)
    return app


def message(event_id: str, celsius: float, minute: int = 0, person: str | None = "willow-resident-1") -> Any:
    at = f"2026-01-05T08:{minute:02}:00Z"
    body: dict[str, Any] = {"event_id": event_id, "seq": 1, "occurred_at": at, "temperature_c": celsius}
    if person:
        body["person"] = person
    return rule_event("fever_check", body, "willow-thermometer-1", now=datetime.fromisoformat(at))


def judged(app: Chalice, invoke: Invoke, *messages: Any) -> list[str]:
    answer = invoke(app, "fever_check", batch(*messages))
    assert answer["batchItemFailures"] == []
    return list(answer["outcomes"])


def status(app: Chalice, http: Http, **asker: Any) -> str:
    return str(http(app, "GET", "/communities/willow/people/willow-resident-1/fever", **asker).body["status"])


def test_a_second_fever_confirms_is_listed_and_told_to_the_district(
    app: Chalice, http: Http, invoke: Invoke
) -> None:
    assert judged(app, invoke, message("e-1", 38.0), message("e-2", 38.2, 10)) == ["fever", "confirmed"]
    (event,) = published("willow")
    assert event.type == "linli.health.fever_confirmed.v1"
    assert (event.subject, event.data["sub_district"]) == ("willow/willow-resident-1", "riverside")
    (listed,) = http(app, "GET", "/communities/willow/fevers", **CAREGIVER).body["items"]
    assert (listed["person"], listed["status"]) == ("willow-resident-1", "confirmed")
    (told,) = http(app, "GET", "/sub_districts/riverside/fevers", **OFFICIAL).body["items"]
    assert (told["community"], told["person"], told["fact"]) == ("willow", "willow-resident-1", "confirmed")
    assert "38" not in str(told).replace(told["at"], ""), "the feed tells no temperature"


def test_a_repeated_message_is_one_reading(app: Chalice, invoke: Invoke) -> None:
    first = message("e-1", 38.0)
    assert judged(app, invoke, first, first, first) == ["fever"] * 3
    assert published("willow") == []


def test_a_lost_reply_confirms_once(app: Chalice, invoke: Invoke, lose_reply: Callable[[str], None]) -> None:
    judged(app, invoke, message("e-1", 38.0))
    lose_reply("TransactWriteItems")
    assert judged(app, invoke, message("e-2", 38.0, 5)) == ["confirmed"]
    assert len(published("willow")) == 1


def test_a_caregiver_clears_once(app: Chalice, http: Http, invoke: Invoke) -> None:
    judged(app, invoke, message("e-1", 38.0), message("e-2", 38.2, 10))
    note = {"note": "examined, well"}
    cleared = http(app, "POST", CLEARANCE, body=note, **CAREGIVER)
    assert (cleared.status, cleared.body["status"]) == (200, "cleared")
    again = http(app, "POST", CLEARANCE, body=note, **CAREGIVER)
    assert (again.status, again.body["status_now"]) == (409, "cleared")
    assert http(app, "GET", "/communities/willow/fevers", **CAREGIVER).body == {"items": []}
    assert [event.type.split(".")[2] for event in published("willow")] == ["fever_cleared", "fever_confirmed"]
    assert status(app, http, **RESIDENT) == "cleared"


def test_a_resident_sees_nobody_elses_fever_and_cannot_clear(app: Chalice, http: Http) -> None:
    path = "/communities/willow/people/willow-resident-2/fever"
    assert http(app, "GET", path, **RESIDENT).status == 403
    assert http(app, "POST", CLEARANCE, body={"note": "I am well"}, **RESIDENT).status == 403


def test_an_anonymous_reading_concerns_nobody(app: Chalice, http: Http, invoke: Invoke) -> None:
    nobody: dict[str, Any] = {"person": None}
    assert judged(app, invoke, message("e-1", 39.0, **nobody), message("e-2", 39.0, 1, **nobody)) == [
        "fever",
        "fever",
    ]
    assert published("willow") == []
    assert http(app, "GET", "/communities/willow/fevers", **CAREGIVER).body == {"items": []}


def test_one_malformed_message_of_a_batch_is_parked_and_the_others_are_judged(
    app: Chalice, invoke: Invoke
) -> None:
    fahrenheit = message("e-1", 98.6)
    assert judged(app, invoke, fahrenheit, message("e-2", 36.5)) == ["invalid-request", "normal"]
    (parked,) = dead_letters(app, "fever_check")
    assert "not °F" in parked["MessageAttributes"]["ErrorMessage"]["StringValue"]


def test_readings_by_hand_are_judged_alike(app: Chalice, http: Http) -> None:
    path = "/communities/willow/temperatures"
    body = {"event_id": "e-1", "person": "willow-resident-1", "temperature_c": 37.9}
    first = http(app, "POST", path, body=body, **CAREGIVER)
    assert (first.status, first.body["outcome"]) == (201, "fever")
    assert http(app, "POST", path, body=body, **CAREGIVER).body == first.body
    second = http(app, "POST", path, body=body | {"event_id": "e-2"}, **CAREGIVER)
    assert second.body["outcome"] == "fever", "two readings at the same instant are no retest"


def test_of_two_clearances_by_one_key_at_once_neither_is_refused(
    app: Chalice, http: Http, invoke: Invoke, meanwhile: Callable[[str, Callable[[], object]], None]
) -> None:
    judged(app, invoke, message("e-1", 38.0), message("e-2", 38.2, 10))
    key, note = {"Idempotency-Key": "once"}, {"note": "examined, no fever"}
    request: dict[str, Any] = {"body": note, "headers": key, **CAREGIVER}
    twins: list[int] = []
    meanwhile("BatchGetItem", lambda: twins.append(http(app, "POST", CLEARANCE, **request).status))
    own = http(app, "POST", CLEARANCE, **request)
    assert (own.status, own.body["status"], twins) == (200, "cleared", [200])
