"""Gate pass: against bare botocore and both peers, and as a device and a phone meet it on the local cloud.

`warm`: in this process, in turn: a pass over HTTP, and one over MQTT, which has a reply; the same calls made
by bare clients of botocore; both peers. CPU, against DynamoDB Local and a stub.
"""

import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from functions.access.gate_pass.handler import gate_pass
from linli import connections
from linli.aws import of_botocore
from linli.connections import Answer, Asked
from tests.bench.a_gate import CARD, Question, furnished, peers
from tests.bench.table import show
from tests.e2e.conftest import Town, town  # noqa: F401  the fixture
from tests.integration import wire
from tests.integration.conftest import app_of

WARM, WARMING = 200, 5


def test_warm(monkeypatch: pytest.MonkeyPatch) -> None:
    with furnished():
        asking, calls = callers(), recorded(monkeypatch)
        read, write = calls["BatchGetItem"], calls["TransactWriteItems"]
        dynamodb, devices = of_botocore("dynamodb"), of_botocore("iot-data")

        def bare(question: Question) -> None:
            for item in write["TransactItems"][:2]:
                item["Put"]["Item"]["sk"] = {"S": f"bare-{question.number}"}
            dynamodb.batch_get_item(**read)
            dynamodb.transact_write_items(TransactItems=write["TransactItems"][:2])

        def bare_with_reply(question: Question) -> None:
            bare(question)
            devices.publish(topic="linli/willow/willow-gate-1/gate_pass/reply", qos=1, payload=b"{}")

        series: dict[str, Callable[[Question], Any]] = {
            "bare botocore: read, write": bare,
            "bare botocore: read, write, reply": bare_with_reply,
            **asking,
        }
        spent: dict[str, list[float]] = {name: [] for name in series}
        for run in range(WARMING + WARM):
            for place, (name, ask) in enumerate(series.items()):
                question = Question(1 + run * len(series) + place)
                started = time.process_time()
                ask(question)
                if run >= WARMING:
                    spent[name].append((time.process_time() - started) * 1000)
    by_http = {name: spent[name] for name in spent if "reply" not in name}
    show("gate pass, warm, over HTTP", "CPU ms", list(by_http.items()), "≤ 1.0 × the bare calls")
    with_reply = {name: spent[name] for name in spent if "reply" in name}
    show("gate pass, warm, over MQTT", "CPU ms", list(with_reply.items()), "≤ 1.0 × the bare calls")


def callers() -> dict[str, Callable[[Question], Any]]:
    """Who can be asked, here and at the peers'."""
    app, context = app_of("access"), SimpleNamespace(aws_request_id="1", function_name="f")
    context.memory_limit_in_mb, context.invoked_function_arn = 256, "arn"
    context.get_remaining_time_in_millis = lambda: 9_000

    def by_http(handler: Callable[[Any, Any], Any]) -> Callable[[Question], None]:
        def ask(question: Question) -> None:
            assert handler(question.http(), context)["statusCode"] in {200, 201}

        return ask

    def by_mqtt(question: Question) -> None:
        assert gate_pass(question.mqtt(), None) == {"outcome": "granted"}

    return {
        "gate_pass over MQTT, with its reply": by_mqtt,
        "gate_pass over HTTP": by_http(app),
        **{name: by_http(handler) for name, handler in peers().items()},
    }


def recorded(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, Any]]:
    """The calls that a pass makes, by operation."""
    made: dict[str, dict[str, Any]] = {}
    exchange = connections.exchange

    def record(asked: Asked) -> Answer:
        made[wire.operation(asked)] = wire.arguments(asked)
        return exchange(asked)

    with monkeypatch.context() as patch:
        patch.setattr(connections, "exchange", record)
        gate_pass(Question(0).mqtt(), None)
    return made


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
