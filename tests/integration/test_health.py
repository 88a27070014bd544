"""Fever checks through the real handlers: verdicts once, facts once, lists that agree."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from chalice.app import Chalice

from functions.health.fever_check.store import ReadingRow
from linli.aws import client
from tests.integration.conftest import Http, Invoke, Service, dead_letters, published
from tests.integration.gateway import NOW
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
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
CLEARANCE = "/communities/willow/people/willow-resident-1/fever/clearance"


@pytest.fixture
def answers() -> list[dict[str, Any]]:
    """What thermometers are told, in turn."""
    return []


@pytest.fixture
def app(
    service: Service,
    http: Http,
    invoke: Invoke,
    monkeypatch: pytest.MonkeyPatch,
    answers: list[dict[str, Any]],
) -> Chalice:
    app = service("health")
    furnish_health(app, http, invoke)
    publish = lambda *, payload, **_: answers.append(json.loads(payload))  # noqa: E731
    monkeypatch.setattr(client("iot-data"), "publish", publish)
    return app


def message(event_id: str, celsius: float, minute: int = 0, person: str | None = "willow-resident-1") -> Any:
    at = f"2026-01-05T08:{minute:02}:00Z"
    body: dict[str, Any] = {"event_id": event_id, "seq": 1, "occurred_at": at, "temperature_c": celsius}
    if person:
        body["person"] = person
    return rule_event("fever_check", body, "willow-thermometer-1", now=datetime.fromisoformat(at))


def said(
    event_id: str,
    celsius: float,
    at: datetime,
    *,
    now: datetime | None = None,
    person: str = "willow-resident-1",
) -> Any:
    """A thermometer's message of a time, which comes in now, or when it was taken."""
    occurred_at = at.isoformat().replace("+00:00", "Z")
    body = {
        "event_id": event_id,
        "seq": 1,
        "occurred_at": occurred_at,
        "temperature_c": celsius,
        "person": person,
    }
    return rule_event("fever_check", body, "willow-thermometer-1", now=now or at)


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


# An id is not a memory

OTHER = "willow-resident-2"


def readings() -> list[ReadingRow]:
    return list(ReadingRow.query("willow#reading#willow-thermometer-1"))


def test_an_id_that_comes_again_with_another_reading_is_judged_by_itself(
    app: Chalice, invoke: Invoke, answers: list[dict[str, Any]]
) -> None:
    # Given a normal temperature of one person, and a counter that begins anew
    well, ill = said("t-1", 36.4, NOW), said("t-1", 38.9, NOW + MINUTE, person=OTHER)
    assert judged(app, invoke, well, ill) == ["normal", "fever"]
    assert [each.get("id_reused") for each in answers] == [None, True]
    # And each is repeated with its own verdict
    assert judged(app, invoke, ill, well, ill) == ["fever", "normal", "fever"]
    assert {row.sk.count("~"): (row.verdict, row.id_reused) for row in readings()} == {
        0: ("normal", False),
        1: ("fever", True),
    }


def test_a_fever_is_confirmed_under_an_id_that_was_used_before(app: Chalice, invoke: Invoke) -> None:
    fevers = said("t-1", 38.9, NOW), said("t-1", 38.9, NOW + 5 * MINUTE), said("t-1", 38.8, NOW + 6 * MINUTE)
    assert judged(app, invoke, *fevers, *fevers) == ["fever", "confirmed", "confirmed"] * 2
    assert len(published("willow")) == 1


def test_an_id_reused_is_flagged(app: Chalice, invoke: Invoke, logged: Callable[[], str]) -> None:
    judged(app, invoke, said("t-1", 36.4, NOW))
    assert '"flags"' not in logged()
    judged(app, invoke, said("t-1", 38.9, NOW + MINUTE))
    assert '"flags":["id_reused"]' in logged()


def test_a_reading_that_was_kept_before_digests_answers_no_other(app: Chalice, invoke: Invoke) -> None:
    judged(app, invoke, said("t-1", 36.4, NOW))
    (row,) = readings()
    row.update([ReadingRow.digest.remove(), ReadingRow.id_reused.remove(), ReadingRow.clock_off.remove()])
    assert judged(app, invoke, said("t-1", 38.9, NOW + MINUTE, person=OTHER)) == ["fever"]


def test_by_hand_an_id_names_one_reading_as_well(app: Chalice, http: Http) -> None:
    path, body = "/communities/willow/temperatures", {"event_id": "e-1", "temperature_c": 36.4}
    answers = [
        http(app, "POST", path, body={**body, **more}, now=NOW, **CAREGIVER).body
        for more in ({"person": OTHER}, {"person": "willow-resident-1", "temperature_c": 38.9})
    ]
    assert [(each["outcome"], each.get("id_reused")) for each in answers] == [
        ("normal", None),
        ("fever", True),
    ]


@pytest.mark.usefixtures("app", "atomic")
def test_readings_at_once_under_one_id_are_each_judged_once(app: Chalice, invoke: Invoke) -> None:
    fevers = [said("t-1", 38 + number / 10, NOW + 3 * number * MINUTE) for number in range(5)]
    with ThreadPoolExecutor(5) as workers:
        outcomes = list(workers.map(lambda one: judged(app, invoke, one)[0], fevers * 4))
    assert outcomes.count("fever") == 4, "the first of them, each time it came"
    assert len(readings()) == 5
    assert len(published("willow")) == 1


# Late is late


def test_temperatures_told_together_confirm_by_when_they_were_measured(
    app: Chalice, http: Http, invoke: Invoke, answers: list[dict[str, Any]]
) -> None:
    offline = [said("e-1", 37.6, NOW - 6 * HOUR, now=NOW), said("e-2", 37.6, NOW - 2 * HOUR, now=NOW)]
    assert judged(app, invoke, *offline) == ["fever", "fever"]
    assert status(app, http, **RESIDENT) == "fever"
    assert [each["clock_off"] for each in answers] == [False, False]
    near = said("e-3", 37.6, NOW - 110 * MINUTE, now=NOW)
    assert judged(app, invoke, near) == ["confirmed"]
    (fact,) = published("willow")
    assert fact.data["confirmed_at"] == "2026-01-05T06:10:00.000Z"
    assert {row.ttl for row in readings()} == {int((NOW + timedelta(days=30)).timestamp())}


def test_temperatures_of_before_a_clearance_do_not_undo_it(app: Chalice, http: Http, invoke: Invoke) -> None:
    judged(app, invoke, said("e-1", 38.0, NOW - HOUR), said("e-2", 38.0, NOW - HOUR + 5 * MINUTE))
    cleared = http(app, "POST", CLEARANCE, body={"note": "examined, well"}, now=NOW, **CAREGIVER)
    assert cleared.status == 200
    late = [said(f"l-{n}", 39.0, NOW - 3 * HOUR + n * 6 * MINUTE, now=NOW + HOUR) for n in range(3)]
    assert judged(app, invoke, *late) == ["fever"] * 3
    assert status(app, http, **RESIDENT) == "cleared"


@pytest.mark.parametrize(
    "clock",
    [
        datetime(1970, 1, 1, 0, 0, 5, tzinfo=UTC),
        datetime(2000, 1, 1, tzinfo=UTC),
        datetime(2025, 11, 1, tzinfo=UTC),
        NOW + timedelta(days=1),
    ],
    ids=["1970", "2000", "older than what is kept", "ahead"],
)
def test_the_time_of_a_dead_clock_is_ours_and_flagged(
    app: Chalice, invoke: Invoke, answers: list[dict[str, Any]], clock: datetime
) -> None:
    """A thermometer without a clock still screens, and what it tells together does not confirm at once."""
    together = [said(f"e-{n}", 38.0, clock + n * HOUR, now=NOW + timedelta(seconds=n)) for n in range(3)]
    assert judged(app, invoke, *together) == ["fever"] * 3
    assert judged(app, invoke, said("e-9", 38.0, clock + HOUR, now=NOW + 10 * MINUTE)) == ["confirmed"]
    assert all(each["clock_off"] for each in answers)
    assert all(row.clock_off and row.at >= NOW for row in readings())


# Who is known


def test_the_fever_of_somebody_unknown_is_not_found_and_ones_own_is_normal(
    app: Chalice, http: Http, invoke: Invoke
) -> None:
    path = "/communities/willow/people/nobody-9/fever"
    assert http(app, "GET", path, **CAREGIVER).status == 404
    assert http(app, "GET", path, **member("nobody-9", "willow", "resident")).body["status"] == "normal"
    judged(app, invoke, said("e-1", 36.4, NOW, person="nobody-9"))
    assert http(app, "GET", path, **CAREGIVER).body["status"] == "normal"


def test_a_temperature_with_many_digits_is_taken(app: Chalice, invoke: Invoke) -> None:
    assert judged(app, invoke, said("e-1", 36.66667, NOW), said("e-2", 37.29999923706055, NOW)) == [
        "normal",
        "fever",
    ]
    assert {row.temperature_c for row in readings()} == {"36.67", "37.30"}


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
