"""A burst of 2,000 gate passes from 20 gates, half of them repeats, and a call for help meanwhile.

Over real MQTT on the deployed local cloud. Its own queueing is measured in the same run by a function that
makes as many calls as a press does, decides nothing, and is told by an event of its own.
"""

import io
import json
import sys
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

from rich.console import Console
from rich.table import Table

from tests.bench.table import show
from tests.e2e import burst
from tests.e2e.conftest import Town, town  # noqa: F401  the fixture
from tests.e2e.devices import Device

GATES, MESSAGES, LIMIT_S = 20, 2_000, 300
ALONE = 20
CALLS = 4  # of the store, in a press that joins an open alert; and one that publishes the answer
PAUSE_S = 0.5
HEARER = "willow-motion-1"  # who hears the echo
ECHO = "linli-local-bench-echo"
CODE = """
import json
import boto3

store, devices = boto3.client("dynamodb"), boto3.client("iot-data")

def handler(event, context):
    for _ in range(event["calls"]):
        store.get_item(TableName="linli-local-care", Key={"pk": {"S": "bench"}, "sk": {"S": "bench"}})
    devices.publish(topic=event["topic"], qos=1, payload=json.dumps({"event_id": event["event_id"]}))
"""


def make_echo(town: Town) -> None:  # noqa: F811
    """The function that only echoes, with executions of its own as a press has."""
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    rights = {"Effect": "Allow", "Action": ["dynamodb:GetItem", "iot:Publish"], "Resource": "*"}
    iam, functions = town.client("iam"), town.client("lambda")
    role = iam.create_role(RoleName=ECHO, AssumeRolePolicyDocument=json.dumps(document(trust)))["Role"]["Arn"]
    iam.put_role_policy(RoleName=ECHO, PolicyName="own", PolicyDocument=json.dumps(document(rights)))
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("index.py", CODE)
    functions.create_function(
        FunctionName=ECHO,
        Runtime=f"python{sys.version_info.major}.{sys.version_info.minor}",
        Role=role,
        Handler="index.handler",
        Code={"ZipFile": code.getvalue()},
        Timeout=30,
    )
    functions.put_function_concurrency(FunctionName=ECHO, ReservedConcurrentExecutions=10)


def document(statement: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [statement]}


def echo(functions: Any, hearer: Device) -> None:
    """Have the echo speak to a device, and wait until it hears it."""
    topic, event_id = f"{hearer.prefix}/motion/reply", uuid4().hex
    payload = json.dumps({"topic": topic, "event_id": event_id, "calls": CALLS})
    functions.invoke(FunctionName=ECHO, InvocationType="Event", Payload=payload)
    burst.heard(hearer, event_id, LIMIT_S)


def timed(ask: Callable[[], Any]) -> float:
    """How long it took, in milliseconds."""
    started = time.perf_counter()
    ask()
    return (time.perf_counter() - started) * 1000


def during(bursting: burst.Burster, ask: Callable[[], None]) -> list[float]:
    """How long each took, from the first moment of the burst to its end."""
    took = []
    while bursting.is_alive():
        took.append(timed(ask))
        bursting.join(PAUSE_S)
    return took


def test_burst(town: Town) -> None:  # noqa: F811
    make_echo(town)
    names, functions = burst.gates(town, GATES), town.client("lambda")
    with (
        burst.connected(town, names, MESSAGES) as (found, asking),
        town.device(burst.BUTTON) as button,
        town.device(HEARER) as hearer,
    ):

        def press() -> None:
            burst.press(button, LIMIT_S)

        def be_echoed() -> None:
            echo(functions, hearer)

        press()
        be_echoed()
        pressed_alone = [timed(press) for _ in range(ALONE)]
        echoed_alone = [timed(be_echoed) for _ in range(ALONE)]
        with burst.Burster(town, found, asking, LIMIT_S) as bursting, ThreadPoolExecutor(2) as both:
            series = both.map(lambda ask: during(bursting, ask), (press, be_echoed))
        pressed, echoed = series
    tell(found)
    rows = [
        ("echo, alone", echoed_alone),
        ("SOS, alone", pressed_alone),
        ("echo, during the burst", echoed),
        ("SOS, during the burst", pressed),
    ]
    show(
        "a call for help during the burst",
        "ms",
        rows,
        "SOS during the burst ≤ 1000 ms + echo during the burst",
    )
    assert found.unaccounted == []
    assert found.contradictions == []


def tell(found: burst.Burst) -> None:
    """Print what became of the messages."""
    table = Table("what", "messages", title=f"{MESSAGES} messages of {GATES} gates, half of them repeats")
    for what, number in (
        ("sent", sum(found.sent.values())),
        ("answered", found.answered),
        ("distinct decisions", len(found.answers)),
        ("answered in two ways", len(found.contradictions)),
        *((f"parked: {reason}", number) for reason, number in found.reasons.items()),
        ("unaccounted", len(found.unaccounted)),
        ("seconds until all were accounted for", round(found.took_s)),
    ):
        table.add_row(what, f"{number:,}")
    Console(file=sys.__stdout__, width=110).print(table)
