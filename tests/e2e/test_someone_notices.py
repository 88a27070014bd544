"""Someone notices: a sensor by MQTT, a silence, calls through a gateway, an answer; events tell the time."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests

from linli.instants import to_text
from tests.e2e.conftest import Town, eventually

pytestmark = pytest.mark.e2e
GRAN, DAUGHTER, CARER = "willow-resident-4", "willow-family-1", "willow-caregiver-1"
SET_UP = {
    "home": "b1/202",
    "consent": "consent-willow-resident-4",
    "phone": "+8613900000004",
    "sensors": [{"device": "willow-motion-1", "kind": "motion"}],
    "contacts": [{"name": "Daughter", "phone": "+8613900000009", "person": DAUGHTER}],
    "caregiver": {"name": "Wu", "person": CARER},
    "family": [DAUGHTER],
}
AT = "/care/communities/willow"
MINUTE = timedelta(minutes=1)


def _end(town: Town, path: str) -> None:
    """End a watch; an alert that samples have left open is resolved first."""
    ended = town.http(CARER, "DELETE", path)
    if ended.status == 409:
        alert = ended.body["alert"]
        said = {"command": "resolve", "outcome": "fine", "note": "it was a sample"}
        assert town.http(CARER, "POST", f"{AT}/alerts/{alert}/answers", said).status == 200
        ended = town.http(CARER, "DELETE", path)
    assert ended.status == 204


@pytest.fixture(autouse=True)
def _watched(town: Town) -> Iterator[None]:
    """She is watched over while a test runs, and nobody else: its sweeps come from the future."""
    seeded, path = f"{AT}/watches/willow-resident-1", f"{AT}/watches/{GRAN}"
    found = town.http(CARER, "GET", seeded).body
    for end in (seeded, path):
        _end(town, end)
    assert town.http(CARER, "PUT", path, SET_UP).status == 200
    yield
    assert town.http(CARER, "DELETE", path).status == 204
    assert town.http(CARER, "PUT", seeded, {name: found[name] for name in SET_UP}).status == 200


def watch(town: Town) -> Any:
    """How she is, as her caregiver sees it."""
    answer = town.http(CARER, "GET", f"{AT}/watches/{GRAN}")
    assert answer.status == 200, answer
    return answer.body


def morning_after(at: datetime) -> datetime:
    """The first ten o'clock from then on, local, outside quiet hours."""
    local = at.astimezone(ZoneInfo("Asia/Shanghai"))
    ten = local.replace(hour=10, minute=0, second=0, microsecond=0)
    return ten if ten >= local else ten + timedelta(days=1)


def gateways(town: Town, **about: str) -> list[Any]:
    """What the sandbox's message gateways were asked to send."""
    port = json.loads((town.home / "sandbox" / "process.json").read_text(encoding="utf-8"))["port"]
    answer = requests.get(f"http://127.0.0.1:{port}/gateways/messages", params=about, timeout=10)
    return list(answer.json()["items"])


def answered(town: Town, alert: str, person: str, command: str, **more: Any) -> Any:
    answer = town.http(person, "POST", f"{AT}/alerts/{alert}/answers", {"command": command} | more)
    assert answer.status == 200, answer
    return answer.body


def test_a_sign_moves_the_deadline_and_a_silence_is_noticed_called_about_and_answered(town: Town) -> None:
    # Given somebody moves in her home
    before = watch(town)
    with town.device("willow-motion-1") as sensor:
        assert sensor.ask("motion")["outcome"] in {"moved", "back"}
        message = sensor.message(occurred_at=to_text(datetime.now(UTC) - timedelta(hours=9)))
        old = sensor.send("motion", json.dumps(message).encode(), message["event_id"])
        assert old["outcome"] == "late"
    after = watch(town)
    assert after["seen_at"] > before["seen_at"]
    due = datetime.fromisoformat(after["due_at"])
    assert timedelta(hours=2) <= due - datetime.now(UTC) <= timedelta(hours=24)

    # When nothing is heard of her until her deadline, and long after
    late = morning_after(due)
    town.minute("care-sweep", late)

    # Then there is one alert, which says why
    alert_id = eventually(lambda: watch(town).get("open_alert"), "an alert opens")
    shown = town.http(CARER, "GET", f"{AT}/alerts/{alert_id}").body
    assert (shown["person"], shown["state"]) == (GRAN, "open")
    assert "last sign: something moved" in shown["words"]

    # And she is called first; a minute later still, nobody has been told twice
    called = eventually(lambda: gateways(town, alert=alert_id), "a gateway is asked to call")
    town.minute("care-sweep", late)
    assert all(each["times"] == 1 for each in gateways(town, alert=alert_id))
    hers = {GRAN, after["phone"]}
    assert {each["to"] for each in called} <= hers

    # When nobody answers, the next in the chain are called
    minutes = count(5, 5)

    def others() -> set[str]:
        town.minute("care-sweep", late + next(minutes) * MINUTE)
        return {each["to"] for each in gateways(town, alert=alert_id)} - hers

    eventually(others, "somebody else is called")

    # When her caregiver sees to it
    assert answered(town, alert_id, CARER, "acknowledge")["state"] == "acknowledged"
    closed = answered(town, alert_id, CARER, "resolve", outcome="fine", note="she was asleep")
    assert (closed["state"], closed["outcome"]) == ("resolved", "fine")

    # Then there is a fresh deadline, and the timeline tells it to the second
    fresh = watch(town)
    assert "open_alert" not in fresh
    assert fresh["due_at"] > after["due_at"]
    lines = town.http(CARER, "GET", f"{AT}/watches/{GRAN}/timeline?limit=50").body["items"]
    said = [each["what"] for each in lines if each.get("alert") == alert_id]
    assert {"opened", "called", "acknowledged", "resolved"} <= set(said)


def test_while_she_is_away_nobody_is_called_and_a_sign_in_the_home_ends_it(town: Town) -> None:
    # Given her daughter says that she is away
    until = datetime.now(UTC) + timedelta(days=60)
    away = f"{AT}/watches/{GRAN}/away"
    assert town.http(DAUGHTER, "PUT", away, {"until": until.isoformat()}).status == 200
    assert datetime.fromisoformat(watch(town)["due_at"]) == until.replace(
        microsecond=until.microsecond // 1000 * 1000
    )
    # When a sweep comes long after her usual deadline
    town.minute("care-sweep", until - timedelta(days=1))
    # Then nothing has been opened
    assert "open_alert" not in watch(town)
    # And she is back when she says so
    assert town.http(GRAN, "DELETE", away).body == {"away": False}
    assert watch(town)["where"] == "unknown"
