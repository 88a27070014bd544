"""One trace from what a meter says to the receipt, by real handlers of two services, and `linli trace`."""

import json
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner

from functions.payments.providers import client as outgoing
from linli.aws import client
from linli.events import Event
from linli_cli.cloud import Cloud
from linli_cli.errors import CommandError
from linli_cli.main import app
from linli_cli.operate import trace
from linli_cli.operate.tracing import Line, line_of, traced
from tests.integration.conftest import STAGE, Http, Invoke, Service, enter, published
from tests.integration.messages import batch, rule_event
from tests.integration.neighbourhood import furnish_utilities
from tests.integration.paying import Till, paid
from tests.integration.people import WILLOW_MANAGER

MONTH, NOW = "2026-01", datetime.fromisoformat("2026-02-03T08:00:00Z")
MESSAGE = "willow-meter-1:e-mid"
MIDNIGHT = "{}T00:00:00+08:00".format
TARIFF = {"tariff": "water", "medium": "water", "valid_from": "2025-01-01", "price": "3.00"}


def say(till: Till, utilities: Any, event_id: str, day: str, value: str) -> None:
    """A meter says what its dial shows."""
    reading = {"measured_at": MIDNIGHT(day), "value": value}
    body = {"event_id": event_id, "seq": 1, "occurred_at": "2026-02-03T08:00:00Z", "readings": [reading]}
    answer = till.invoke(
        utilities, "meter_reading", batch(rule_event("meter_reading", body, "willow-meter-1", now=NOW))
    )
    assert answer["outcomes"] == ["kept"]


def handed_over(app: Any, action: str) -> list[dict[str, Any]]:
    """The tasks in a queue as Lambda hands them over, with what goes with each."""
    enter(app)
    sqs = boto3.client("sqs")
    url = sqs.get_queue_url(QueueName=f"linli-{STAGE}-utilities-{action}")["QueueUrl"]
    taken = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])
    found = []
    for each in taken.get("Messages", []):
        sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
        (record,) = batch(each["Body"], sent=NOW)["Records"]
        said = each.get("MessageAttributes", {})
        record["messageAttributes"] = {name: {"stringValue": it["StringValue"]} for name, it in said.items()}
        found.append(record)
    return found


def on_the_bus(event: Event) -> dict[str, Any]:
    return {"version": "0", "id": "e", "detail-type": event.type, "detail": event.model_dump(mode="json")}


@pytest.fixture
def lines(
    service: Service, http: Http, invoke: Invoke, logged: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> list[Line]:
    """What is logged of a month: three readings, its bill, order and callback, and those of another bill."""
    utilities = service("utilities")
    furnish_utilities(utilities, http, invoke)
    monkeypatch.setattr(client("iot-data"), "publish", lambda **_: None)
    monkeypatch.setattr(outgoing, "order", lambda *_: {"package": "prepay_id=1"})
    till = Till(service("payments"), service("payments-callback"), http, invoke)
    till.furnish()
    logged()
    said: list[tuple[str, str]] = []

    def of(function: str) -> None:
        said.extend((function, line) for line in logged().splitlines())

    # what the meter says in January
    http(utilities, "POST", "/communities/willow/tariffs", body=TARIFF, now=NOW, **WILLOW_MANAGER)
    for event_id, day, value in (
        ("e-first", "2026-01-01", "1"),
        ("e-mid", "2026-01-15", "5"),
        ("e-last", "2026-02-01", "9"),
    ):
        say(till, utilities, event_id, day, value)
        of("utilities-meter-reading")
    # the bill run, and what it leaves in its own queue
    http(
        utilities, "POST", "/communities/willow/bill_runs", body={"period": MONTH}, now=NOW, **WILLOW_MANAGER
    )
    of("utilities-api")
    while records := handed_over(utilities, "bill-run"):
        for record in records:
            assert invoke(utilities, "bill_run", {"Records": [record]})["batchItemFailures"] == []
        of("utilities-bill-run")
    (told,) = [each for each in published("willow") if each.type.endswith("bill_issued.v1")]
    # payments hears of it, somebody orders, the provider calls
    assert till.invoke(till.app, "bill", batch(on_the_bus(told), sent=NOW))["outcomes"] == ["owed"]
    till.owe("another")
    of("payments-bill")
    bill, amount = told.data["bill"], told.data["amount_fen"]
    intent = till.order("alipay", bill)
    of("payments-api")
    assert till.deliver(paid("alipay", intent, amount)).accepted
    of("payments-callback-api")
    till.deliver(paid("alipay", till.order("alipay", "another")))
    of("payments-callback-api")
    found = [line_of(number, function, line) for number, (function, line) in enumerate(said)]
    return [line for line in found if line is not None]


def path(found: list[Line]) -> list[tuple[str, str]]:
    return [(line.function, str(line.said["outcome"])) for line in found]


def test_a_message_of_a_meter_leads_to_its_receipt_and_to_nothing_else(lines: list[Line]) -> None:
    found = traced(MESSAGE, lambda _: lines)

    assert path(found) == [
        ("utilities-meter-reading", "kept"),
        ("utilities-bill-run", "ok"),
        ("payments-bill", "owed"),
        ("payments-api", "ok"),
        ("payments-callback-api", "settled"),
    ]
    assert [each.split("/")[1] for each in sorted(found[-1].about)] == ["bill", "intent", "receipt"]


def test_a_payment_leads_back_to_its_bill_and_names_the_months_that_it_sums(lines: list[Line]) -> None:
    receipt = next(each for line in lines for each in line.about if "/receipt/" in each)

    found = traced(receipt, lambda _: lines)

    assert traced(receipt.rpartition("/")[2], lambda _: lines) == found
    assert path(found)[0] == ("utilities-bill-run", "ok")
    assert found[0].sums == {"willow/use/willow-meter-1/2026-01"}
    assert (
        path(traced("willow/use/willow-meter-1/2026-01", lambda _: lines))[:3]
        == [("utilities-meter-reading", "kept")] * 3
    )


def test_the_steps_of_a_run_have_the_correlation_id_of_who_asked_for_it(lines: list[Line]) -> None:
    (asked,) = {line.chain for line in lines if line.said.get("operation") == "start_bill_run"}

    steps = [line.said["outcome"] for line in lines if line.chain == asked]

    assert steps == ["ok", "divided", "issued"]


def test_who_takes_in_a_fact_has_the_correlation_id_of_what_told_it(lines: list[Line]) -> None:
    issued = next(line for line in lines if line.said["action"] == "bill_issued")

    (taken,) = [line for line in lines if line.said["action"] == "bill" and line.about == issued.about]

    assert taken.chain == issued.chain
    assert taken.said["event"] == f"linli.utilities:{issued.chain}"


def test_a_fact_of_a_version_before_has_a_name_of_its_own(lines: list[Line]) -> None:
    unnamed = {line.chain for line in lines if line.said["action"] == "bill"}

    assert any(each.startswith("linli.utilities:") for each in unnamed)


def test_the_command_finds_it_in_the_logs_of_a_cloud(
    lines: list[Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud = Cloud(STAGE, boto3.Session(region_name="eu-west-1"))
    logs, now_ms = cloud.client("logs"), int(time.time() * 1000)
    for function in {line.function for line in lines}:
        group = f"/aws/lambda/linli-{STAGE}-{function}"
        logs.create_log_group(logGroupName=group)
        logs.create_log_stream(logGroupName=group, logStreamName="one")
        ours = [line for line in lines if line.function == function]
        events = [{"timestamp": now_ms - 1000 + each.at, "message": json.dumps(each.said)} for each in ours]
        logs.put_log_events(logGroupName=group, logStreamName="one", logEvents=events)
    monkeypatch.setattr(trace, "connect", lambda *_: cloud)
    monkeypatch.setattr(trace, "finder", trace._locally)

    told = CliRunner().invoke(app, ["trace", MESSAGE, "--json"])
    nothing = CliRunner().invoke(app, ["trace", "willow-meter-1:never"])

    assert [each["function"] for each in json.loads(told.stdout)] == [
        line.function for line in traced(MESSAGE, lambda _: lines)
    ]
    assert isinstance(nothing.exception, CommandError)
