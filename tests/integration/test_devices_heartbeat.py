"""Heartbeats through the real queue and schedule: each fault told once, a gateway's with all behind it."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from chalice.app import Chalice

from functions.devices.life import store as life
from functions.devices.life.rows import DeviceRow
from linli.aws import client
from linli.due import due
from linli.events import Fact, parse_event
from linli.ids import new_id
from linli.vocabulary.devices import DeviceFaultCleared, DeviceFaultRaised
from tests.integration.conftest import Http, Invoke, Service, dead_letters, published
from tests.integration.gateway import NOW
from tests.integration.messages import batch, rule_event, told
from tests.integration.neighbourhood import csr, willow
from tests.integration.people import MAPLE_MANAGER, WILLOW_MANAGER, member

DEVICES = "/communities/willow/devices"
FAULTS = "/communities/willow/device_faults"
KINDS = {"gw": "gateway", "gw-2": "gateway", "door": "door_magnet", "motion": "infrared", "gate": "gate"}
CSR = csr()
Say = Callable[..., str]
Tick = Callable[[float], str]
Lose = Callable[[str], None]
Meanwhile = Callable[[str, Callable[[], object]], None]


@pytest.fixture
def app(service: Service, http: Http, invoke: Invoke) -> Chalice:
    """Willow, where a gateway is expected each 5 minutes and a sensor each 10; lost after three."""
    app = service("devices")
    minutes = {"gateway": 5, "door_magnet": 10, "infrared": 10, "gate": 5}
    policies = {"devices": {"heartbeat_minutes": minutes}}
    invoke(app, "community", batch(told(willow(**policies), "1")))
    for device, kind in KINDS.items():
        body = {"device": device, "kind": kind, "csr": CSR}
        assert http(app, "POST", DEVICES, body=body, **WILLOW_MANAGER).status == 201
    return app


@pytest.fixture
def say(app: Chalice, invoke: Invoke) -> Say:
    """`say("door", 10, via="gw")`: a heartbeat after ten minutes; its outcome."""

    def saying(device: str, minute: float, sent: float | None = None, **body: Any) -> str:
        event_id = body.pop("event_id", new_id(NOW + timedelta(minutes=minute)))
        occurred_at = at(minute if sent is None else sent).isoformat()
        told = {"event_id": event_id, "seq": 1, "occurred_at": occurred_at} | body
        answer = invoke(app, "heartbeat", batch(rule_event("heartbeat", told, device, now=at(minute))))
        assert answer["batchItemFailures"] == []
        return str(answer["outcomes"][0])

    return saying


@pytest.fixture
def tick(app: Chalice, invoke: Invoke) -> Tick:
    """`tick(30)`: the schedule runs after half an hour."""

    def ticking(minute: float) -> str:
        event = {
            "version": "0", "id": "tick", "detail-type": "Scheduled Event", "source": "aws.events",
            "account": "123456789012", "time": at(minute).isoformat(), "region": "eu-west-1",
            "resources": [], "detail": {},
        }  # fmt: skip
        return str(invoke(app, "overdue", event)["outcome"])

    return ticking


def at(minute: float) -> datetime:
    return NOW + timedelta(minutes=minute)


def facts() -> list[Any]:
    """What was published about faults, in order of time."""
    found = [event for event in published("willow") if ".device_fault_" in event.type]
    return [_fact(event) for event in sorted(found, key=lambda each: each.time)]


def _fact(event: Any) -> Fact:
    return parse_event(f'{{"detail": {event.model_dump_json()}}}', (DeviceFaultRaised, DeviceFaultCleared))[1]


def summary() -> list[str]:
    """`+door lost`, `-door lost`, and what stands behind it."""
    return [
        f"{'+' if hasattr(each, 'since') else '-'}{each.device} {each.fault}"
        + (f" ({' '.join(each.behind)})" if each.behind else "")
        for each in facts()
    ]


def lives(app: Chalice, http: Http) -> dict[str, str]:
    items = http(app, "GET", DEVICES, **WILLOW_MANAGER).body["items"]
    return {each["device"]: each["vitals"]["life"] for each in items if "vitals" in each}


def test_lost_after_three_and_back_with_the_next(say: Say, tick: Tick, app: Chalice, http: Http) -> None:
    assert [say("door", 0), tick(29.9), tick(30), tick(31), tick(60)] == [
        "alive", "nothing_due", "done", "nothing_due", "nothing_due",
    ]  # fmt: skip
    assert lives(app, http)["door"] == "lost"
    (fault,) = http(app, "GET", FAULTS, **WILLOW_MANAGER).body["items"]
    assert (fault["device"], fault["fault"], fault["since"]) == ("door", "lost", "2026-01-05T08:00:00.000Z")

    assert [say("door", 61), say("door", 62)] == ["back", "alive"]
    assert summary() == ["+door lost", "-door lost"]
    raised, cleared = facts()
    assert (raised.kind, raised.since, raised.episode) == ("door_magnet", NOW, cleared.episode)
    assert cleared.cleared_at == at(61)
    assert http(app, "GET", FAULTS, **WILLOW_MANAGER).body["items"] == []
    assert tick(92) == "done"
    assert len({each.episode for each in facts()}) == 2, "the next loss is another episode"


def test_what_is_heard_is_shown(say: Say, app: Chalice, http: Http) -> None:
    say("door", 1, battery_percent=64, firmware="2.1.0", via="gw")

    assert http(app, "GET", f"{DEVICES}/door", **WILLOW_MANAGER).body["vitals"] == {
        "life": "alive",
        "seen_at": "2026-01-05T08:01:00.000Z",
        "expected_by": "2026-01-05T08:31:00.000Z",
        "battery_percent": 64,
        "battery_low": False,
        "firmware": "2.1.0",
        "via": "gw",
    }
    assert http(app, "GET", f"{DEVICES}/gate", **WILLOW_MANAGER).body["vitals"]["life"] == "unheard"


def test_who_never_spoke_is_not_missed(tick: Tick, app: Chalice, http: Http) -> None:
    assert tick(100_000) == "nothing_due"
    assert set(lives(app, http).values()) == {"unheard"}


def test_repeats_and_what_comes_late_move_nothing(say: Say, tick: Tick, app: Chalice, http: Http) -> None:
    assert [say("door", 20, event_id="b-1"), say("door", 20, event_id="b-1"), say("door", 10)] == [
        "alive", "alive", "old",
    ]  # fmt: skip
    before = http(app, "GET", f"{DEVICES}/door", **WILLOW_MANAGER).body
    assert before["vitals"]["seen_at"] == "2026-01-05T08:20:00.000Z"
    assert tick(50) == "done"
    assert [say("door", 20, event_id="b-1"), say("door", 19)] == ["alive", "old"]
    assert lives(app, http)["door"] == "lost", "an old heartbeat brings nobody back"
    assert summary() == ["+door lost"]


def test_what_a_gateway_kept_for_hours_brings_nobody_back(say: Say, tick: Tick) -> None:
    say("gw", 0)
    say("door", 0, via="gw")
    for minute in range(5, 60, 5):
        say("gw", minute)
    assert tick(50) == "done"
    assert summary() == ["+door lost"]

    assert say("door", 60, sent=15, via="gw") == "alive"
    assert summary() == ["+door lost"]
    assert say("door", 61, via="gw") == "back"


def test_a_clock_that_is_off_does_not_lose_who_speaks_for_itself(say: Say, tick: Tick) -> None:
    assert [say("door", minute, sent=minute - 6000) for minute in (0, 10, 20, 30)] == ["alive"] * 4
    assert tick(59) == "nothing_due"


def test_a_low_battery_is_told_once_and_over_when_charged(say: Say, app: Chalice, http: Http) -> None:
    for minute, percent in enumerate((40, 15, 17, 12, 20, 90)):
        assert say("door", minute, battery_percent=percent) == "alive"

    assert summary() == ["+door low-battery", "-door low-battery"]
    assert http(app, "GET", FAULTS, **WILLOW_MANAGER).body["items"] == []


ODD = [
    {"battery_percent": 76.5}, {"battery_percent": 200}, {"battery_percent": 255}, {"battery_percent": -1},
    {"battery_percent": 80, "firmware": "1.0 build 3"}, {"battery_percent": 80, "rssi": -71},
]  # fmt: skip


def test_an_odd_optional_field_costs_no_heartbeat_and_is_named(
    say: Say, app: Chalice, http: Http, tick: Tick, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[dict[str, Any]] = []
    monkeypatch.setattr(client("iot-data"), "publish", lambda payload, **_: said.append(json.loads(payload)))
    for number, odd in enumerate(ODD):
        assert say("door", 10 * number, **odd) == "alive"
    assert [each.get("dropped") for each in said] == [
        None, ["battery_percent"], ["battery_percent"], ["battery_percent"], ["firmware"], ["rssi"],
    ]  # fmt: skip
    shown = http(app, "GET", f"{DEVICES}/door", **WILLOW_MANAGER).body["vitals"]
    assert (shown["life"], shown["battery_percent"]) == ("alive", 80)
    assert (tick(59), dead_letters(app, "heartbeat")) == ("nothing_due", [])


def test_a_battery_that_wavers_is_one_fault(say: Say) -> None:
    for number, percent in enumerate([14, 21] * 10):
        assert say("door", number, battery_percent=percent) == "alive"
    assert summary() == ["+door low-battery"]


def test_an_id_or_a_counter_that_is_used_again_silences_no_beat(say: Say, tick: Tick) -> None:
    assert [say("door", minute, event_id="b-1", battery_percent=80) for minute in (0, 10, 20, 30)] == [
        "alive"
    ] * 4
    assert tick(59) == "nothing_due"


def test_a_sensor_behind_a_gateway_whose_clock_is_gone_is_heard_all_the_same(say: Say, tick: Tick) -> None:
    say("gw", 0)
    for minute in (0, 10, 20, 30):
        assert say("door", minute, sent=-60 * 24 * 365 * 50, via="gw") == "alive"
        say("gw", minute)
    assert tick(44) == "nothing_due"


def test_a_gateway_down_is_one_notice_of_all_behind_it(
    say: Say, tick: Tick, app: Chalice, http: Http
) -> None:
    say("gw", 0)
    say("door", 0, via="gw")
    say("motion", 1, via="gw")

    for minute in (10, 15, 20, 30, 31, 60):
        tick(minute)

    assert summary() == ["+gw lost (door motion)"]
    assert lives(app, http) == {
        "gw": "lost", "gw-2": "unheard", "door": "unseen", "motion": "unseen", "gate": "unheard",
    }  # fmt: skip
    (fault,) = http(app, "GET", FAULTS, **WILLOW_MANAGER).body["items"]
    assert (fault["device"], fault["behind"]) == ("gw", 2)

    # back: both have their whole time again, then who is still silent is lost itself
    say("gw", 70)
    assert lives(app, http)["door"] == "alive"
    say("motion", 80, via="gw")
    for minute in range(75, 125, 5):
        say("gw", minute)
        if minute < 110:
            say("motion", minute + 1, via="gw")
        tick(minute + 1)
    assert summary() == ["+gw lost (door motion)", "-gw lost (door motion)", "+door lost"]


def test_a_power_failure_found_first_at_a_sensor_is_still_one_notice(say: Say, tick: Tick) -> None:
    say("door", 0)
    say("gw", 29)  # its time is over a quarter of an hour after that of the sensor
    say("door", 1, via="gw")
    say("gw", 30)
    for minute in range(31, 80):
        tick(minute)
    assert summary() == ["+gw lost (door)"]


def test_who_is_lost_by_itself_is_not_behind_the_gateways_notice(say: Say, tick: Tick) -> None:
    say("door", 0, via="gw")
    for minute in range(0, 40, 5):
        say("gw", minute)
        say("motion", minute, via="gw")
        tick(minute)
    tick(60)
    assert summary() == ["+door lost", "+gw lost (motion)"]
    say("gw", 61)
    assert summary()[2:] == ["-gw lost (motion)"]


def test_a_sensor_that_changes_its_gateway_is_seen_again(say: Say, tick: Tick) -> None:
    say("gw", 0)
    say("gw-2", 14)
    say("door", 0, via="gw")
    tick(15)

    assert say("door", 16, via="gw-2") == "alive"
    assert summary() == ["+gw lost (door)", "-door lost"]
    tick(30)
    assert summary()[2:] == ["+gw-2 lost (door)"]


def test_what_it_carries_brings_a_gateway_back(say: Say, tick: Tick) -> None:
    say("gw", 0)
    say("door", 0, via="gw")
    tick(15)

    assert say("door", 16, via="gw") == "alive"
    assert summary() == ["+gw lost (door)", "-gw lost (door)"]


def test_a_gateway_that_is_none_is_named_and_the_sensor_lives(say: Say, app: Chalice, http: Http) -> None:
    assert say("door", 0, via="nowhere") == "unknown_gateway"
    assert say("door", 1, via="motion") == "unknown_gateway"
    assert say("gw", 1, via="gw-2") == "unknown_gateway"
    assert "via" not in http(app, "GET", f"{DEVICES}/door", **WILLOW_MANAGER).body["vitals"]


def test_a_revoked_device_is_expected_no_more_and_its_faults_are_over(
    say: Say, tick: Tick, app: Chalice, http: Http
) -> None:
    say("gw", 0, battery_percent=5)
    say("door", 0, via="gw")
    tick(15)

    assert http(app, "DELETE", f"{DEVICES}/gw", now=at(16), **WILLOW_MANAGER).status == 204
    assert summary()[2:] == ["-gw lost", "-gw low-battery"]
    assert say("gw", 17) == "not_expected"
    assert "vitals" not in http(app, "GET", f"{DEVICES}/gw", **WILLOW_MANAGER).body
    tick(30)
    assert summary()[4:] == ["+door lost"], "its gateway explains nothing any more"
    assert http(app, "DELETE", f"{DEVICES}/door", now=at(31), **WILLOW_MANAGER).status == 204
    assert tick(1000) == "nothing_due"
    assert http(app, "GET", FAULTS, **WILLOW_MANAGER).body["items"] == []


def test_a_message_from_before_a_registration_says_nothing_of_it(say: Say, app: Chalice, http: Http) -> None:
    http(app, "DELETE", f"{DEVICES}/door", **WILLOW_MANAGER)
    body = {"device": "door", "kind": "door_magnet", "csr": csr()}
    assert http(app, "POST", DEVICES, body=body, now=at(30), **WILLOW_MANAGER).status == 201

    assert [say("door", 29), say("door", 31)] == ["not_expected", "alive"]


def test_a_loss_found_while_the_device_is_revoked_is_over_with_it(
    say: Say, tick: Tick, app: Chalice, http: Http, meanwhile: Meanwhile
) -> None:
    say("door", 0)
    meanwhile("TransactWriteItems", lambda: tick(30))
    assert http(app, "DELETE", f"{DEVICES}/door", now=at(31), **WILLOW_MANAGER).status == 204
    assert summary() == ["+door lost", "-door lost"]


def test_a_heartbeat_in_the_moment_of_the_verdict_wins(say: Say, tick: Tick, meanwhile: Meanwhile) -> None:
    say("door", 0)
    meanwhile("TransactWriteItems", lambda: say("door", 29.9))
    assert tick(30) == "done"
    assert summary() == []


def test_a_verdict_in_the_moment_of_a_heartbeat_is_over_with_it(
    say: Say, tick: Tick, meanwhile: Meanwhile
) -> None:
    say("door", 0)
    meanwhile("UpdateItem", lambda: tick(30))
    assert say("door", 30.1) == "back"
    assert summary() == ["+door lost", "-door lost"]


def test_a_hundred_heartbeats_at_once_leave_the_newest(
    say: Say, app: Chalice, http: Http, meanwhile: Meanwhile
) -> None:
    say("door", 0)

    def all_the_others() -> None:
        for minute in range(99, 0, -1):
            say("door", minute / 10)

    meanwhile("UpdateItem", all_the_others)
    assert say("door", 5.05) == "old"
    shown = http(app, "GET", f"{DEVICES}/door", **WILLOW_MANAGER).body["vitals"]
    assert shown["seen_at"] == "2026-01-05T08:09:54.000Z"


@pytest.mark.parametrize("operation", ["UpdateItem", "TransactWriteItems"])
def test_a_lost_reply_is_no_refusal_and_tells_nothing_twice(
    operation: str, say: Say, tick: Tick, lose_reply: Lose
) -> None:
    say("door", 0)
    if operation == "TransactWriteItems":
        tick(30)
    lose_reply(operation)
    assert say("door", 31) == "alive"  # moto does not know the token that would make it `back`
    assert summary() == (["+door lost", "-door lost"] if operation == "TransactWriteItems" else [])


def test_the_sweep_reads_what_is_due_and_nothing_else(
    say: Say, tick: Tick, monkeypatch: pytest.MonkeyPatch
) -> None:
    for device, minute in (("door", 0), ("motion", 20), ("gate", 25)):
        say(device, minute)
    looked: list[str] = []
    look = life.look
    monkeypatch.setattr(life, "look", lambda *asked: (looked.append(asked[1]), look(*asked))[1])

    tick(30)

    assert looked == ["door"]
    there = [row.sk for row in due(DeviceRow, NOW + timedelta(days=9), 10)]
    assert sorted(there) == ["gate", "motion"]


def test_one_that_cannot_be_looked_at_holds_up_no_other(
    say: Say, tick: Tick, monkeypatch: pytest.MonkeyPatch
) -> None:
    say("door", 0)
    say("motion", 0)
    look = life.look

    def broken(community: str, device: str, now: datetime) -> str:
        if device == "door":
            raise RuntimeError
        return look(community, device, now)

    monkeypatch.setattr(life, "look", broken)
    assert tick(30) == "some_failed"
    assert summary() == ["+motion lost"]
    monkeypatch.undo()


def test_more_behind_a_gateway_than_the_bus_takes_in_one_fact(
    say: Say, tick: Tick, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(life, "MOST_TOLD", 1)
    say("gw", 0)
    say("door", 0, via="gw")
    say("motion", 0, via="gw")
    tick(15)
    assert sorted(summary()) == ["+gw lost (door)", "+gw lost (motion)"]
    assert len({each.episode for each in facts()}) == 1


def test_a_device_that_nobody_registered_is_parked_and_told_so(say: Say, app: Chalice) -> None:
    assert say("stranger", 0) == "not-found"
    assert len(dead_letters(app, "heartbeat")) == 1


def test_who_sees_the_faults(say: Say, tick: Tick, app: Chalice, http: Http) -> None:
    say("door", 0)
    tick(30)
    guard, resident = member("g", "willow", "guard"), member("r", "willow", "resident")
    assert http(app, "GET", FAULTS, **guard).body["items"][0]["device"] == "door"
    assert http(app, "GET", FAULTS, **resident).status == 403
    assert http(app, "GET", FAULTS, **MAPLE_MANAGER).status == 404
    assert http(app, "GET", FAULTS.replace("willow", "maple"), **MAPLE_MANAGER).body["items"] == []


def test_heartbeats_that_wait_in_our_queue_are_no_losses(say: Say, tick: Tick) -> None:
    for device in KINDS:
        say(device, 0)
    assert {tick(minute) for minute in range(15, 61, 5)} == {"our_queue_stands_still"}
    assert summary() == []
    # What waited comes through: nobody was lost
    for minute in range(5, 61, 5):
        for device in KINDS:
            say(device, minute)
    tick(62)
    assert summary() == []


def test_after_an_hour_it_is_told_whatever_the_reason(say: Say, tick: Tick) -> None:
    for device in KINDS:
        say(device, 0)
    assert tick(61) == "done"
    assert "+gate lost" in summary()


def test_a_stage_of_few_devices_still_finds_a_lost_one(say: Say, tick: Tick) -> None:
    say("gate", 0)
    say("gw", 0)
    assert tick(15) == "done"
    assert summary() == ["+gate lost", "+gw lost"] or summary() == ["+gw lost", "+gate lost"]


def test_a_loss_is_not_over_before_it_began(say: Say, tick: Tick) -> None:
    say("gate", 0)
    tick(15)
    say("gate", 5)  # it had waited for ten minutes
    raised, cleared = sorted(
        (each for each in published("willow") if ".device_fault_" in each.type), key=lambda each: each.type
    )[::-1]
    assert cleared.time >= raised.time


def test_who_never_speaks_again_is_lost_behind_a_gateway_that_goes_and_comes(say: Say, tick: Tick) -> None:
    # Given a gateway without power for 20 minutes in every 40, and a sensor that speaks no more
    say("door", 0, via="gw")
    for minute in range(0, 120, 5):
        if minute % 40 <= 20:
            say("gw", minute)
        tick(minute)

    # Then the sensor is lost when it was not heard for as long as it may be while the gateway was there
    lost = next(each for each in facts() if each.device == "door")
    assert lost.since == at(0)
    assert summary()[:3] == ["+gw lost (door)", "-gw lost (door)", "+door lost"]
    assert summary()[3:] == ["+gw lost", "-gw lost", "+gw lost"]
