"""Readings through the real handlers: each counts once, in whatever order they come."""

import base64
import json
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from chalice.app import Chalice

from linli.aws import client
from linli.vocabulary.devices import DeviceRegistered
from linli.vocabulary.directory import MembershipChanged
from tests.integration.conftest import Http, Invoke, Service, dead_letters, published
from tests.integration.messages import batch, rule_event, told
from tests.integration.neighbourhood import METER, tell, working_utilities
from tests.integration.people import WILLOW_MANAGER, WILLOW_RESIDENT, member

NEIGHBOUR = member("willow-resident-2", "willow", "resident")
NOW = datetime.fromisoformat("2026-01-20T08:00:00Z")
METERS = "/communities/willow/meters"
AT = f"{METERS}/willow-meter-1"


@pytest.fixture
def app(service: Service, http: Http, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> Chalice:
    return working_utilities(service, http, invoke, monkeypatch)


def reading(at: str, value: Any, event_id: str | None = None, **more: Any) -> Any:
    body = {"event_id": event_id or f"e-{abs(hash((at, str(value))))}", "seq": 1}
    body |= {"occurred_at": "2026-01-20T08:00:00Z", "measured_at": at, "value": value} | more
    return rule_event("meter_reading", body, "willow-meter-1", now=NOW)


def readings(*sent: tuple[str, Any], event_id: str = "e-many") -> Any:
    body = {
        "event_id": event_id,
        "seq": 1,
        "occurred_at": "2026-01-20T08:00:00Z",
        "readings": [{"measured_at": at, "value": value} for at, value in sent],
    }
    return rule_event("meter_reading", body, "willow-meter-1", now=NOW)


def sent(app: Chalice, invoke: Invoke, *messages: Any) -> list[str]:
    answer = invoke(app, "meter_reading", batch(*messages))
    assert answer["batchItemFailures"] == []
    return list(answer["outcomes"])


def used(app: Chalice, http: Http, meter: str = "willow-meter-1", **asker: Any) -> dict[str, str]:
    """Day to what was used, of one meter."""
    months = {"since": "2025-12", "until": "2026-01"}
    answer = http(app, "GET", f"{METERS}/{meter}/consumption", query=months, **(asker or WILLOW_RESIDENT))
    assert answer.status == 200, answer
    return {day["day"]: day["quantity"] for each in answer.body["items"] for day in each["days"]}


def test_a_reading_becomes_consumption(app: Chalice, http: Http, invoke: Invoke) -> None:
    first, second = (
        reading("2026-01-05T00:00:00+08:00", "10.000"),
        reading("2026-01-06T00:00:00+08:00", 10.250),
    )
    assert sent(app, invoke, first, second) == ["kept", "kept"]
    assert used(app, http) == {"2026-01-05": "0.250"}
    (event,) = published("willow")
    assert event.type == "linli.utilities.consumption_recorded.v1"
    assert (event.data["day"], event.data["quantity"], event.data["home"]) == (
        "2026-01-05",
        "0.250",
        "b1/101",
    )


def test_a_repeated_reading_changes_nothing(app: Chalice, http: Http, invoke: Invoke) -> None:
    first, second = reading("2026-01-05T00:00:00Z", "10"), reading("2026-01-05T12:00:00Z", "11")
    sent(app, invoke, first, second)
    before = used(app, http)
    again = reading("2026-01-05T12:00:00Z", "11", "another-event")
    assert sent(app, invoke, second, first, again) == ["duplicate"] * 3
    assert used(app, http) == before


def test_a_lost_reply_is_no_duplicate(
    app: Chalice, http: Http, invoke: Invoke, lose_reply: Callable[[str], None]
) -> None:
    sent(app, invoke, reading("2026-01-05T00:00:00Z", "10"))
    lose_reply("TransactWriteItems")
    assert sent(app, invoke, reading("2026-01-05T12:00:00Z", "11")) == ["kept"]
    assert used(app, http) == {"2026-01-05": "1.000"}


def test_somebody_elses_reading_at_the_same_moment_is_not_lost(
    app: Chalice, http: Http, invoke: Invoke, meanwhile: Callable[[str, Callable[[], object]], None]
) -> None:
    sent(app, invoke, reading("2026-01-05T00:00:00Z", "10"))
    other = reading("2026-01-05T06:00:00Z", "11")
    meanwhile("TransactWriteItems", lambda: sent(app, invoke, other))
    assert sent(app, invoke, reading("2026-01-05T12:00:00Z", "12")) == ["kept"]
    assert used(app, http) == {"2026-01-05": "2.000"}


def test_a_conflict_is_held_and_a_manager_decides(app: Chalice, http: Http, invoke: Invoke) -> None:
    sent(app, invoke, reading("2026-01-04T16:00:00Z", "10"), reading("2026-01-05T15:00:00Z", "11"))
    assert sent(app, invoke, reading("2026-01-05T15:00:00Z", "12")) == ["conflict"]
    assert used(app, http) == {"2026-01-05": "1.000"}
    (held,) = http(app, "GET", "/communities/willow/held_readings", **WILLOW_MANAGER).body["items"]
    assert (held["reason"], held["value"], held["before"]) == ("conflict", "12.000", "10.000")
    path = f"/communities/willow/held_readings/{held['held']}/decision"
    verdict = {"decision": "accept", "note": "seen on the photo"}
    assert http(app, "POST", path, body=verdict, **WILLOW_RESIDENT).status == 403
    assert http(app, "POST", path, body=verdict, **WILLOW_MANAGER).status == 200
    assert used(app, http) == {"2026-01-05": "2.000"}
    assert http(app, "POST", path, body=verdict, **WILLOW_MANAGER).status == 404
    (correction,) = http(app, "GET", f"{AT}/corrections", **WILLOW_MANAGER).body["items"]
    assert (correction["decision"], correction["by"]) == ("accept", "willow-manager-1")
    assert [each["quantity"] for each in (correction["was"][0], correction["became"][0])] == [
        "1.000",
        "2.000",
    ]


@pytest.mark.parametrize(
    ("verdict", "total"),
    [
        ({"decision": "reject"}, "2.000"),
        ({"decision": "correct", "value": "11.200"}, "2.000"),
        ({"decision": "accept"}, "3.500"),
    ],
)
def test_a_drop_is_held_until_it_is_decided(
    app: Chalice, http: Http, invoke: Invoke, verdict: dict[str, str], total: str
) -> None:
    at = "2026-01-05T{:02}:00:00+08:00".format
    outcomes = sent(
        app, invoke, reading(at(0), "10"), reading(at(6), "11"), reading(at(12), "9.5"), reading(at(18), "12")
    )
    assert outcomes == ["kept", "kept", "held", "kept"]
    assert used(app, http) == {"2026-01-05": "2.000"}
    (held,) = http(app, "GET", "/communities/willow/held_readings", **WILLOW_MANAGER).body["items"]
    assert held["reason"] == "drop"
    path = f"/communities/willow/held_readings/{held['held']}/decision"
    body = {"note": "read again", **verdict}
    assert http(app, "POST", path, body=body, **WILLOW_MANAGER).status == 200
    assert used(app, http) == {"2026-01-05": total}
    assert http(app, "GET", "/communities/willow/held_readings", **WILLOW_MANAGER).body == {"items": []}


def test_a_late_reading_splits_its_interval_and_says_so(app: Chalice, http: Http, invoke: Invoke) -> None:
    ends = reading("2026-01-05T00:00:00+08:00", "10"), reading("2026-01-07T00:00:00+08:00", "12")
    sent(app, invoke, *ends)
    assert used(app, http) == {"2026-01-05": "1.000", "2026-01-06": "1.000"}
    assert sent(app, invoke, reading("2026-01-06T00:00:00+08:00", "11.700")) == ["kept"]
    assert used(app, http) == {"2026-01-05": "1.700", "2026-01-06": "0.300"}
    (correction,) = http(app, "GET", f"{AT}/corrections", **WILLOW_MANAGER).body["items"]
    assert [each["quantity"] for each in correction["was"]] == ["2.000"]
    assert [each["quantity"] for each in correction["became"]] == ["1.700", "0.300"]
    told = [(each.data["day"], each.data["quantity"], each.data["version"]) for each in published("willow")]
    assert ("2026-01-05", "1.000", 1) in told
    assert ("2026-01-05", "1.700", 2) in told


def test_an_array_is_taken_in_any_order_and_one_bad_element_is_told(
    app: Chalice, http: Http, invoke: Invoke
) -> None:
    message = readings(
        ("2026-01-05T12:00:00+08:00", "10.5"),
        ("2026-01-05T00:00:00+08:00", "10"),
        ("yesterday", "11"),
        ("2026-01-06T00:00:00+08:00", "100000"),
        ("2026-01-06T00:00:00+08:00", 11.25),
    )
    assert sent(app, invoke, message) == ["partly_recorded"]
    assert used(app, http) == {"2026-01-05": "1.250"}, "the others are kept"
    (parked,) = dead_letters(app, "meter_reading")
    assert "2 of 5 readings refused" in parked["MessageAttributes"]["ErrorMessage"]["StringValue"]


def test_a_message_of_five_hundred_with_three_bad_ones_is_answered_once_and_recorded(
    app: Chalice, http: Http, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[dict[str, Any]] = []
    monkeypatch.setattr(client("iot-data"), "publish", lambda payload, **_: said.append(json.loads(payload)))
    start = datetime.fromisoformat("2026-01-05T00:00:00+08:00")
    shown = [
        ((start + timedelta(minutes=number)).isoformat(), f"{10 + number / 1000:.3f}")
        for number in range(500)
    ]
    shown[7], shown[8], shown[499] = (
        ("yesterday", "10.007"),
        (shown[8][0], "10.00005"),
        (shown[499][0], "1000000"),
    )
    message = readings(*shown)
    assert sent(app, invoke, message) == ["partly_recorded"]
    assert "problem" not in said[0], "firmware that repeats on a problem would do so for ever"
    assert (said[0]["kept"], said[0]["duplicates"]) == (497, 0)
    assert [each["index"] for each in said[0]["refused"]] == [7, 8, 499]
    assert said[0]["refused"][2]["reason"] == "not_on_its_dial"
    # What is sent again all the same counts no more, and ends the same way
    assert sent(app, invoke, message) == ["partly_recorded"]
    assert (said[1]["kept"], said[1]["duplicates"]) == (0, 497)
    assert used(app, http) == {"2026-01-05": "0.498"}


def test_an_unknown_field_of_a_device_costs_no_reading(app: Chalice, invoke: Invoke) -> None:
    body = {"event_id": "e-1", "seq": 1, "occurred_at": "2026-01-20T08:00:00Z", "value": 217.00000000000003}
    message = rule_event("meter_reading", body | {"rssi": -71}, "willow-meter-1", now=NOW)
    assert sent(app, invoke, message) == ["kept"]


@pytest.mark.parametrize(
    "more",
    [{"measured_at": "2027-01-01T00:00:00Z"}, {"measured_at": "2020-01-01T00:00:00Z"}, {"value": "1.2345"},
     {"value": 100_000}, {"meter": "willow-meter-2"}, {"obis": "8-0:2.0.0"}],
)  # fmt: skip
def test_a_reading_that_cannot_be_entered_is_refused_and_parked(
    app: Chalice, invoke: Invoke, more: dict[str, Any]
) -> None:
    body = {"event_id": "e-1", "seq": 1, "occurred_at": "2026-01-20T08:00:00Z", "value": "10"} | more
    message = rule_event("meter_reading", body, "willow-meter-1", now=NOW)
    assert sent(app, invoke, message) == ["refused"]
    assert len(dead_letters(app, "meter_reading")) == 1


@pytest.mark.parametrize(
    "more",
    [{"value": -1}, {"obis": "water"}, {"value": "NaN"}, {"readings": []}, {"value": 1.23456}],
)  # fmt: skip
def test_illegal_readings_are_refused_and_parked(app: Chalice, invoke: Invoke, more: dict[str, Any]) -> None:
    good = {"measured_at": "2026-01-05T00:00:00Z", "value": "10"}
    body = {"event_id": "e-1", "seq": 1, "occurred_at": "2026-01-20T08:00:00Z"} | good | more
    message = rule_event("meter_reading", body, "willow-meter-1", now=NOW)
    assert sent(app, invoke, message) == ["invalid-request"]
    assert len(dead_letters(app, "meter_reading")) == 1


def test_another_device_cannot_speak_for_a_meter(app: Chalice, invoke: Invoke) -> None:
    body = {"event_id": "e-1", "seq": 1, "occurred_at": "2026-01-20T08:00:00Z", "value": "1"}
    body |= {"meter": "willow-meter-1"}
    message = rule_event("meter_reading", body, "willow-hub-1", now=NOW)
    assert sent(app, invoke, message) == ["refused"]
    (parked,) = dead_letters(app, "meter_reading")
    assert "not_its_meter" in parked["MessageAttributes"]["ErrorMessage"]["StringValue"]


def test_a_meter_that_names_a_concentrator_may_still_speak_for_itself(
    app: Chalice, http: Http, invoke: Invoke
) -> None:
    meter = METER | {"meter": "willow-meter-2", "home": "b1/102", "device": "willow-hub-1"}
    assert http(app, "POST", METERS, body=meter, **WILLOW_MANAGER).status == 201
    tell(
        app,
        invoke,
        "community",
        DeviceRegistered(community="willow", device="willow-meter-2", kind="meter", version=2),
    )
    for number, sender in enumerate(("willow-hub-1", "willow-meter-2")):
        body = {"event_id": "e-1", "seq": 1, "occurred_at": f"2026-01-20T0{number}:00:00Z", "value": "1"}
        message = rule_event("meter_reading", body | {"meter": "willow-meter-2"}, sender, now=NOW)
        assert sent(app, invoke, message) == ["kept"]


def test_an_id_that_is_used_again_does_not_cost_another_reading(
    app: Chalice, http: Http, invoke: Invoke
) -> None:
    first = reading("2026-01-05T00:00:00+08:00", "10", "e-1")
    second = reading("2026-01-06T00:00:00+08:00", "11", "e-1")
    assert sent(app, invoke, first) == ["kept"]
    assert sent(app, invoke, second, first) == ["kept", "duplicate"], "the instant tells readings apart"
    assert used(app, http) == {"2026-01-05": "1.000"}


def test_a_rollover_counts_on(app: Chalice, http: Http, invoke: Invoke) -> None:
    day = "2026-01-05T{:02}:00:00+08:00".format
    assert sent(app, invoke, reading(day(0), "99999.500"), reading(day(12), "0.250")) == ["kept", "kept"]
    assert used(app, http) == {"2026-01-05": "0.750"}


def test_a_replaced_meter_counts_to_its_end_and_the_next_from_its_own_beginning(
    app: Chalice, http: Http, invoke: Invoke
) -> None:
    sent(app, invoke, reading("2026-01-05T00:00:00+08:00", "500"))
    new = METER | {
        "meter": "willow-meter-2",
        "device": "willow-meter-1",
        "installed_at": "2026-01-06T00:00:00+08:00",
    }
    final, initial = ({"obis": "8-0:1.0.0", "value": value} for value in ("503.5", "7"))
    replacement = {"final": [final], "fitted": new | {"initial": [initial]}}
    for _ in range(2):
        answer = http(app, "POST", f"{AT}/replacement", body=replacement, **WILLOW_MANAGER)
        assert answer.status == 201, answer
    assert answer.body["closed"]["replaced_by"] == "willow-meter-2"
    assert answer.body["opened"]["replaces"] == "willow-meter-1"
    later = reading("2026-01-07T00:00:00+08:00", "8", meter="willow-meter-2")
    assert sent(app, invoke, later, reading("2026-01-08T00:00:00+08:00", "510")) == ["kept", "conflict"]
    assert used(app, http) == {"2026-01-05": "3.500"}
    assert used(app, http, "willow-meter-2") == {"2026-01-06": "1.000"}
    (held,) = http(app, "GET", "/communities/willow/held_readings", **WILLOW_MANAGER).body["items"]
    assert held["reason"] == "after_replacement"
    other = replacement | {"fitted": new | {"meter": "willow-meter-3"}}
    assert http(app, "POST", f"{AT}/replacement", body=other, **WILLOW_MANAGER).status == 409


def test_estimates_are_reconciled(app: Chalice, http: Http, invoke: Invoke) -> None:
    day = "2026-01-{:02}T00:00:00+08:00".format
    sent(app, invoke, reading(day(5), "10"), reading(day(6), "14", estimated=True))
    assert used(app, http) == {"2026-01-05": "4.000"}
    assert sent(app, invoke, reading(day(7), "12")) == ["kept"]
    assert used(app, http) == {"2026-01-05": "1.000", "2026-01-06": "1.000"}


def test_a_leak_is_raised_once_and_ends(app: Chalice, http: Http, invoke: Invoke) -> None:
    start = datetime.fromisoformat("2026-01-05T00:00:00+08:00")
    dial = [(start + timedelta(minutes=30 * n)).isoformat() for n in range(60)]
    leaking = [(at, f"{10 + n * 0.01:.3f}") for n, at in enumerate(dial)]
    assert sent(app, invoke, readings(*leaking[:50])) == ["recorded"]
    assert sent(app, invoke, readings(*leaking[:55], event_id="e-2")) == ["recorded"]
    (raised,) = [each for each in published("willow") if "signal" in each.type]
    assert (raised.type, raised.data["signal"]) == ("linli.utilities.meter_signal_raised.v1", "leak")
    over = (dial[55], leaking[54][1])
    sent(app, invoke, readings(over, event_id="e-3"))
    ended = [each for each in published("willow") if each.type == "linli.utilities.meter_signal_ended.v1"]
    assert [each.data["episode"] for each in ended] == [raised.data["episode"]]
    (seen,) = http(app, "GET", f"{AT}/signals", **WILLOW_RESIDENT).body["items"]
    assert (seen["signal"], seen["since"]) == ("leak", "2026-01-04T16:00:00.000Z")
    assert http(app, "GET", f"{AT}/signals", **NEIGHBOUR).status == 404


def test_the_order_of_messages_does_not_hide_a_leak(app: Chalice, invoke: Invoke) -> None:
    start = datetime.fromisoformat("2026-01-05T00:00:00+08:00")
    leaking = [((start + timedelta(minutes=30 * n)).isoformat(), f"{10 + n * 0.01:.3f}") for n in range(120)]
    for n, part in enumerate((leaking[80:], leaking[40:80], leaking[:40])):
        sent(app, invoke, readings(*part, event_id=f"e-{n}"))
    raised = [each for each in published("willow") if "signal_raised" in each.type]
    assert [each.data["signal"] for each in raised] == ["leak"]


def test_water_that_runs_backwards_is_told(app: Chalice, invoke: Invoke) -> None:
    day = "2026-01-05T{:02}:00:00+08:00".format
    sent(app, invoke, reading(day(0), "10"), reading(day(1), "10.5"), reading(day(2), "10.4"))
    assert sent(app, invoke, reading(day(3), "10.6")) == ["kept"]
    types = [
        each.type.split(".")[2] for each in published("willow") if each.data.get("signal") == "back_flow"
    ]
    assert sorted(types) == ["meter_signal_ended", "meter_signal_raised"]


def test_a_resident_sees_their_own_home_alone(app: Chalice, http: Http, invoke: Invoke) -> None:
    sent(app, invoke, reading("2026-01-05T00:00:00Z", "10"), reading("2026-01-05T12:00:00Z", "11"))
    month, path = {"query": {"month": "2026-01"}}, "/communities/willow/consumption"
    assert [
        each["quantity"] for each in http(app, "GET", path, **month, **WILLOW_RESIDENT).body["items"]
    ] == ["1.000"]
    assert http(app, "GET", path, **month, **NEIGHBOUR).body == {"items": []}
    assert len(http(app, "GET", path, **month, **WILLOW_MANAGER).body["items"]) == 1
    months = {"since": "2026-01", "until": "2026-01"}
    assert http(app, "GET", f"{AT}/consumption", query=months, **NEIGHBOUR).status == 404
    too_long = {"since": "2024-01", "until": "2026-01"}
    assert http(app, "GET", f"{AT}/consumption", query=too_long, **WILLOW_RESIDENT).status == 400


TARIFF = {"tariff": "water", "medium": "water", "valid_from": "2025-01-01", "price": "3.45"}


def tasks(queue: str) -> list[Any]:
    """What waits in a queue, taken out of it."""
    url = client("sqs").get_queue_url(QueueName=f"linli-test-utilities-{queue}")["QueueUrl"]
    found = client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    for each in found:
        client("sqs").delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
    return [each["Body"] for each in found]


def run_bills(app: Chalice, invoke: Invoke) -> None:
    while steps := tasks("bill-run"):
        for step in steps:
            assert invoke(app, "bill_run", batch(step))["batchItemFailures"] == []


def billed(app: Chalice, http: Http, **asker: Any) -> list[Any]:
    answer = http(app, "GET", "/communities/willow/bills", **asker)
    assert answer.status == 200, answer
    return list(answer.body["items"])


def test_a_month_is_billed_once_per_home_and_its_lines_add_up(
    app: Chalice, http: Http, invoke: Invoke
) -> None:
    pump = METER | {"meter": "willow-pump-1", "asset": "pump-house", "device": "willow-meter-1"}
    del pump["home"]
    shared = TARIFF | {"shared_by": "headcount", "shared_price": "1"}
    assert http(app, "POST", METERS, body=pump, **WILLOW_MANAGER).status == 201
    for body in (shared, shared):
        assert http(app, "POST", "/communities/willow/tariffs", body=body, **WILLOW_MANAGER).status == 201
    other = http(app, "POST", "/communities/willow/tariffs", body=TARIFF, **WILLOW_MANAGER)
    assert other.status == 409, "a tariff is never changed"
    nobody = {"headcount": 2, "area_m2": "50"}
    described = http(app, "PUT", "/communities/willow/households/b1/102", body=nobody, **WILLOW_MANAGER)
    assert described.body["headcount"] == 2
    day = "2025-12-{:02}T00:00:00+08:00".format
    sent(app, invoke, reading(day(1), "10"), reading(day(30), "13.5"))
    common = {"meter": "willow-pump-1"}
    sent(app, invoke, reading(day(1), "100", **common), reading(day(30), "200", **common))
    for _ in range(2):
        run = http(app, "POST", "/communities/willow/bill_runs", body={"period": "2025-12"}, **WILLOW_MANAGER)
        assert run.status == 201
        run_bills(app, invoke)
    (own,) = billed(app, http, **WILLOW_RESIDENT)
    assert [(each["what"], each["amount_fen"]) for each in own["lines"]] == [
        ("flat", 1208),
        ("shared-willow-pump-1", 3333),
    ]
    assert own["amount_fen"] == 4541
    assert billed(app, http, **NEIGHBOUR) == []
    everybody = http(
        app, "GET", "/communities/willow/bills", query={"period": "2025-12"}, **WILLOW_MANAGER
    ).body["items"]
    assert sum(line["amount_fen"] for each in everybody for line in each["lines"] if line["shared"]) == 10_000
    issued = [each for each in published("willow") if each.type == "linli.utilities.bill_issued.v1"]
    assert sorted(each.data["home"] for each in issued) == ["b1/101", "b1/102"]
    shown = http(app, "GET", "/communities/willow/bill_runs/2025-12", **WILLOW_MANAGER).body
    assert (shown["homes"], shown["bills"]) == (2, 2)


def test_a_run_that_broke_off_goes_on(
    app: Chalice, http: Http, invoke: Invoke, lose_reply: Callable[[str], None]
) -> None:
    http(app, "POST", "/communities/willow/tariffs", body=TARIFF, **WILLOW_MANAGER)
    day = "2025-12-{:02}T00:00:00+08:00".format
    sent(app, invoke, reading(day(1), "10"), reading(day(30), "13.5"))
    step = {"community": "willow", "period": "2025-12"}
    http(app, "POST", "/communities/willow/bill_runs", body={"period": "2025-12"}, **WILLOW_MANAGER)
    tasks("bill-run")  # lost: nothing was divided
    assert invoke(app, "bill_run", batch(step))["outcomes"] == ["divided"]
    (homes,) = tasks("bill-run")
    lose_reply("TransactWriteItems")
    for _ in range(3):
        assert invoke(app, "bill_run", batch(homes))["batchItemFailures"] == []
    assert len(billed(app, http, **WILLOW_RESIDENT)) == 1
    assert len([each for each in published("willow") if "bill_issued" in each.type]) == 1


def test_the_schedule_bills_the_month_before(app: Chalice, http: Http, invoke: Invoke) -> None:
    http(app, "POST", "/communities/willow/tariffs", body=TARIFF, **WILLOW_MANAGER)
    sent(app, invoke, reading("2025-12-01T00:00:00Z", "10"), reading("2025-12-05T12:00:00Z", "11"))
    assert invoke(app, "bill_run", batch({"scheduled_at": "2026-01-03T02:00:00Z"}))["outcomes"] == ["started"]
    run_bills(app, invoke)
    assert [each["period"] for each in billed(app, http, **WILLOW_RESIDENT)] == ["2025-12"]


def test_a_month_that_is_not_over_is_not_billed(app: Chalice, http: Http) -> None:
    early = http(app, "POST", "/communities/willow/bill_runs", body={"period": "2026-01"}, **WILLOW_MANAGER)
    assert (early.status, early.problem) == (409, "conflict")


def upload(app: Chalice, http: Http, invoke: Invoke, text: str, kind: str = "csv") -> tuple[Any, list[str]]:
    """Put a file where we are told to; how it ended, and its report."""
    path = "/communities/willow/uploads"
    place = http(app, "POST", path, body={"format": kind}, **WILLOW_MANAGER)
    assert place.status == 201, place
    key, upload_id = place.body["fields"]["key"], place.body["upload"]
    bucket = os.environ["LINLI_UPLOADS_BUCKET"]
    client("s3").put_object(Bucket=bucket, Key=key, Body=text.encode())
    stored = {
        "eventTime": "2026-01-20T08:00:00.000Z",
        "s3": {"bucket": {"name": bucket}, "object": {"key": key}},
    }
    for _ in range(2):
        told = invoke(app, "bulk_upload", batch({"Records": [stored]}))
        assert told["batchItemFailures"] == []
        if "again" not in text:
            break
    ended = http(app, "GET", f"{path}/{upload_id}", **WILLOW_MANAGER).body
    report = client("s3").get_object(Bucket=bucket, Key=f"reports/willow/{upload_id}.csv")["Body"].read()
    return ended, report.decode().splitlines()


def test_a_file_is_entered_and_every_bad_row_told_by_its_line(
    app: Chalice, http: Http, invoke: Invoke
) -> None:
    text = """meter,obis,measured_at,value,estimated
willow-meter-1,8-0:1.0.0,2026-01-06T00:00:00+08:00,11.5,
willow-meter-1,8-0:1.0.0,2026-01-05T00:00:00+08:00,10,
willow-meter-1,8-0:1.0.0,2026-01-05T00:00:00+08:00,ten,
willow-meter-9,8-0:1.0.0,2026-01-05T00:00:00+08:00,10,
willow-meter-1,8-0:1.0.0,2026-01-06T00:00:00+08:00,11.5,
willow-meter-1,8-0:1.0.0,2026-01-07T00:00:00+08:00,3,
willow-meter-1,8-0:1.0.0
"""
    ended, report = upload(app, http, invoke, text)
    assert ended["counts"] == {"kept": 2, "malformed": 2, "unknown_meter": 1, "duplicate": 1, "held": 1}
    assert ended["report_url"].startswith("https://")
    assert [line.split(",")[:2] for line in report[1:]] == [
        ["2", "kept"],
        ["3", "kept"],
        ["4", "malformed"],
        ["5", "unknown_meter"],
        ["6", "duplicate"],
        ["7", "held"],
        ["8", "malformed"],
    ]
    assert used(app, http) == {"2026-01-05": "1.500"}


def test_a_file_holds_what_the_dial_cannot_have_shown(app: Chalice, http: Http, invoke: Invoke) -> None:
    shown = ["10", "16777.215", "10.25", "10250", "0", "10.2500000001", "10.5"]
    rows = [f"willow-meter-1,2026-01-{day:02}T00:00:00+08:00,{value}" for day, value in enumerate(shown, 5)]
    ended, report = upload(app, http, invoke, "\n".join(["meter,measured_at,value", *rows]) + "\n")
    assert ended["counts"] == {"kept": 4, "held": 3}
    assert [line.split(",")[1] for line in report[1:]] == [
        "kept",
        "held",
        "kept",
        "held",
        "held",
        "kept",
        "kept",
    ]
    assert sum(map(Decimal, used(app, http).values())) == Decimal("0.5")


def test_json_lines_are_entered_alike_and_again_changes_nothing(
    app: Chalice, http: Http, invoke: Invoke
) -> None:
    lines = [
        {"meter": "willow-meter-1", "measured_at": f"2026-01-{day:02}T00:00:00+08:00", "value": str(day)}
        for day in range(1, 15)
    ]
    text = "\n".join([*(json.dumps(line) for line in lines), "again"])
    ended, _ = upload(app, http, invoke, text, "jsonl")
    assert ended["counts"] == {"duplicate": 14, "malformed": 1}
    assert set(used(app, http).values()) == {"1.000"}


def test_a_place_is_limited_and_the_same_key_is_the_same_place(app: Chalice, http: Http) -> None:
    path, key = "/communities/willow/uploads", {"Idempotency-Key": "january"}
    places = [
        http(app, "POST", path, body={"format": "csv"}, headers=key, **WILLOW_MANAGER).body for _ in range(2)
    ]
    assert places[0]["upload"] == places[1]["upload"]
    policy = json.loads(base64.b64decode(places[0]["fields"]["policy"]))
    assert ["content-length-range", 1, 16 * 1024 * 1024] in policy["conditions"]
    assert {"Content-Type": "text/csv"} in policy["conditions"]
    assert http(app, "POST", path, body={"format": "csv"}, **WILLOW_RESIDENT).status == 403


def test_somebody_who_moves_sees_their_new_home(app: Chalice, http: Http, invoke: Invoke) -> None:
    def moves(version: int, home: str | None) -> list[str]:
        fact = MembershipChanged(
            community="willow", person="willow-resident-2", roles=["resident"], home=home, version=version
        )
        return list(invoke(app, "household", batch(told(fact, f"m-{version}")))["outcomes"])

    sent(app, invoke, reading("2026-01-05T00:00:00Z", "10"), reading("2026-01-05T12:00:00Z", "11"))
    assert moves(2, "b1/101") == ["moved"]
    assert moves(1, None) == ["duplicate"]
    assert used(app, http, **NEIGHBOUR)
    household = http(app, "GET", "/communities/willow/households/b1/101", **WILLOW_MANAGER).body
    assert household["members"] == ["willow-resident-1", "willow-resident-2"]
    assert moves(3, None) == ["moved"]
    assert http(app, "GET", f"{AT}/signals", **NEIGHBOUR).status == 404


def test_a_dial_that_was_reset_is_asked_about_once_and_then_counts_on(
    app: Chalice, http: Http, invoke: Invoke
) -> None:
    start = datetime.fromisoformat("2026-01-05T00:00:00+08:00")
    sent(app, invoke, reading("2026-01-04T00:00:00+08:00", "500"), reading(start.isoformat(), "500"))
    after = [((start + timedelta(minutes=30 * n)).isoformat(), f"{n * 0.01:.2f}") for n in range(1, 300)]
    assert sent(app, invoke, readings(*after)) == ["held"]
    (held,) = http(app, "GET", "/communities/willow/held_readings", **WILLOW_MANAGER).body["items"]
    path = f"/communities/willow/held_readings/{held['held']}/decision"
    accept = {"decision": "accept", "note": "the dial was reset"}
    assert http(app, "POST", path, body=accept, **WILLOW_MANAGER).status == 200
    assert http(app, "GET", "/communities/willow/held_readings", **WILLOW_MANAGER).body == {"items": []}
    assert sum(map(Decimal, used(app, http).values())) == Decimal("2.98")


def test_a_dial_that_is_back_after_days_of_held_readings_counts_only_what_was_used(
    app: Chalice, http: Http, invoke: Invoke
) -> None:
    start = datetime.fromisoformat("2026-01-05T00:00:00+08:00")
    messages = []
    for number in range(48):  # six days; the dial shows nearly nothing on three of them
        shown = Decimal(number) / 100 + (0 if 16 <= number < 40 else 10_000)
        at = (start + timedelta(hours=3 * number)).isoformat()
        messages.append(reading(at, str(shown), f"e-{number}"))
    outcomes = [outcome for each in messages for outcome in sent(app, invoke, each)]
    assert outcomes == ["kept"] * 16 + ["held"] * 24 + ["kept"] * 8
    assert sum(map(Decimal, used(app, http).values())) == Decimal("0.47")
