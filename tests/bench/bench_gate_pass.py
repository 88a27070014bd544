"""Gate pass: against bare botocore, and as a device and a phone meet it on the deployed local cloud.

`warm logic`: the handler in this process, and the same two calls made with a bare botocore client, in turn,
both against the DynamoDB of the local cloud.
"""

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.access.gate_pass.handler import gate_pass
from linli.aws import client
from linli.tables import Row
from tests.bench.table import show
from tests.e2e.conftest import Town, town  # noqa: F401  the fixture
from tests.integration.messages import rule_event

WARM = 200
APART = timedelta(seconds=20)  # so that each is a passing of its own
CARD = {"credential": "card", "value": "willow-resident-1-card"}


def test_warm_logic(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    for name, value in {
        "AWS_ENDPOINT_URL": town.urls["endpoint"],
        "AWS_DEFAULT_REGION": town.urls["region"],
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "LINLI_STAGE": "local",
        "LINLI_SERVICE": "access",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(client("iot-data"), "publish", lambda **_: None)
    dynamodb = Row._get_connection().connection.client
    calls: list[tuple[str, dict[str, Any]]] = []
    started_at = datetime.now(UTC)

    def record(params: dict[str, Any], model: Any, **_: Any) -> None:
        calls.append((model.name, json.loads(params["body"])))

    def ask(number: int) -> None:
        now = started_at + number * APART
        body = {"event_id": f"bench-{number}", "seq": number, "occurred_at": now.isoformat(), **CARD}
        event = rule_event("gate_pass", body, "willow-gate-1", now=now)
        assert gate_pass(event, None) == {"outcome": "granted"}

    dynamodb.meta.events.register("before-call.dynamodb", record, unique_id="bench")
    ask(0)
    dynamodb.meta.events.unregister("before-call.dynamodb", unique_id="bench")
    (_, read), (_, write) = calls
    for item in write["TransactItems"]:
        if "Update" in item:  # the bare client writes what has been written since
            item["Update"]["ConditionExpression"] += " OR attribute_exists(pk)"
    ours, bare = [], []
    for number in range(1, WARM):
        started = time.perf_counter()
        ask(number)
        ours.append((time.perf_counter() - started) * 1000)
        pass_row = write["TransactItems"][0]["Put"]["Item"]
        outbox_row = write["TransactItems"][1]["Put"]["Item"]
        pass_row["sk"] = outbox_row["sk"] = {"S": f"bare-{number}"}
        started = time.perf_counter()
        dynamodb.batch_get_item(**read)
        dynamodb.transact_write_items(TransactItems=write["TransactItems"])
        bare.append((time.perf_counter() - started) * 1000)
    budget = "≤ 2 round trips, ≤ 1.3 × the same calls with a bare client"
    show("gate pass, warm logic", "ms", [("bare botocore", bare), ("gate_pass", ours)], budget)


def test_over_mqtt_and_http(town: Town) -> None:  # noqa: F811
    path = "/access/communities/willow/gates/willow-gate-1/passes"
    token = town.token("willow-guard-1")
    over_mqtt, over_http, read_back = [], [], []
    with town.device("willow-gate-1") as gate:
        started = time.perf_counter()
        gate.ask("gate_pass", **CARD)
        first_mqtt = (time.perf_counter() - started) * 1000
        started = time.perf_counter()
        town.http(None, "POST", path, {"event_id": "bench-first", **CARD}, token=token)
        first_http = (time.perf_counter() - started) * 1000
        for number in range(WARM):
            started = time.perf_counter()
            gate.ask("gate_pass", **CARD)
            over_mqtt.append((time.perf_counter() - started) * 1000)
            started = time.perf_counter()
            town.http(None, "POST", path, {"event_id": f"bench-{number}", **CARD}, token=token)
            over_http.append((time.perf_counter() - started) * 1000)
            started = time.perf_counter()
            town.http(None, "GET", "/access/communities/willow/passes", token=token)
            read_back.append((time.perf_counter() - started) * 1000)
    rows = [
        ("MQTT, publish to reply, warm", over_mqtt),
        ("MQTT, first", [first_mqtt]),
        ("HTTP, warm", over_http),
        ("HTTP, first", [first_http]),
        ("HTTP, reading the last passes", read_back),
    ]
    show("gate pass on the local cloud", "ms", rows, "p99 over MQTT < 1000 ms")
