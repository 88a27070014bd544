"""The minute sweep with a thousand and with a million people, as many of them due; and 5,000 due at once.

    make bench    or    python -m pytest --capture no --override-ini "python_files=bench_*.py" tests/bench

First the sweep itself, through PynamoDB and our client, on an index that is held sorted here, as DynamoDB
does, and that counts what it is asked. Capacity as DynamoDB counts it: half a unit per 4 KB that a query
reads, at least half of one. Then all that follows for 5,000 people who are due in one minute, of whom 1,000
are tried, on moto, whose own time is taken off and replaced by that of a call to DynamoDB; gateways take
every message over at once.
"""

import json
import logging
import os
import sys
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from time import process_time
from types import SimpleNamespace
from typing import Any

import moto.dynamodb.models
import pytest
from moto import mock_aws
from moto.core.models import botocore_stubber
from moto.dynamodb.models.table import Table as MotoTable
from rich.console import Console
from rich.table import Table

from functions.care.calling.rows import AlertRow
from functions.care.escalation import store as escalation
from functions.care.idle_alert import store as idle_alert
from functions.care.sweep import store as sweep
from functions.care.watching.rows import StateRow, WatchRow
from functions.care.watching.state import WatchState
from functions.care.watching.watch import Contact, Sensor, Watch
from linli import connections, tasks
from linli.aws import client
from linli.connections import Answer, Asked
from linli.due import TimedRow, shard_of
from linli.escalation import client as calling_client
from linli.escalation.tasks import DueTask
from linli.instants import to_text
from linli.tables import Row
from linli_cli.deploy.packaging import state_template
from tests.integration import wire

PEOPLE = (1_000, 10_000, 100_000, 1_000_000)
DUE, AT_ONCE, TRIED = 100, 5_000, 1_000
NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
HALF_DAY_MS = 12 * 3_600_000
FLAT = 1.5  # the most that the time for a million may exceed that for a thousand
MINUTE_S = 60
CALL_S = 0.008  # a call to DynamoDB from its region, a transaction included
INDEX_NAME = 6  # which argument of moto's query, after the partition
MILLISECOND = timedelta(milliseconds=1)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in [name for name in os.environ if name.startswith(("AWS_", "LINLI_"))]:
        monkeypatch.delenv(name)
    values = {
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "LINLI_STAGE": "bench",
        "LINLI_SERVICE": "care",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    logging.disable(logging.CRITICAL)
    tasks._url.cache_clear()
    yield
    logging.disable(logging.NOTSET)


class Index:
    """The index `due` of so many people, shard by shard in order: when, in ms from now, and who."""

    def __init__(self, people: int, due: int) -> None:
        self.shards: dict[str, list[tuple[int, int]]] = {str(each): [] for each in range(TimedRow.SHARDS)}
        for person in range(people):
            at = 0 if person < due else 1 + person * 7919 % HALF_DAY_MS
            self.shards[shard_of(f"p-{person}", TimedRow.SHARDS)].append((at, person))
        for entries in self.shards.values():
            entries.sort()
        self.requests = self.read = self.units = self.tasks = 0.0

    def answer(self, asked: Asked) -> Answer:
        """What DynamoDB and SQS answer, counted."""
        self.requests += 1
        said: dict[str, Any] = {"QueueUrl": "https://queue", "MessageId": "1", "Attributes": {}}
        if asked.operation == "dynamodb.Query":
            said = self._query(wire.arguments(asked))
        if asked.operation == "sqs.SendMessage":
            self.tasks += 1
        return Answer(200, {}, json.dumps(said).encode())

    def _query(self, asked: dict[str, Any]) -> dict[str, Any]:
        values = [next(iter(each.values())) for each in asked["ExpressionAttributeValues"].values()]
        until = next(each for each in values if each.startswith("20"))
        shard = next(each for each in values if each in self.shards)
        offset = (datetime.fromisoformat(until) - NOW) // MILLISECOND
        entries = self.shards[shard]
        found = [self._item(*each) for each in entries[: bisect_right(entries, (offset, sys.maxsize))]]
        self.read += len(found)
        self.units += max(ceil(len(json.dumps(found)) / 4096), 1) / 2
        return {"Items": found, "Count": len(found), "ScannedCount": len(found)}

    @staticmethod
    def _item(at: int, person: int) -> dict[str, dict[str, str]]:
        item = {
            "pk": f"community-{person % 500}#person#p-{person}",
            "sk": "state",
            "kind": "watch_state",
            "due_shard": shard_of(f"p-{person}", TimedRow.SHARDS),
            "due_at": to_text(NOW + at * MILLISECOND),
        }
        return {name: {"S": value} for name, value in item.items()}


def swept(index: Index) -> float:
    """The CPU that one sweep costs, in ms; the second run of it, when everything is warm."""
    spent = 0.0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connections, "exchange", index.answer)
        for _ in range(2):
            index.requests = index.read = index.units = index.tasks = 0.0
            started = process_time()
            sweep.sweep(NOW)
            spent = process_time() - started
    return spent * 1000


@pytest.mark.usefixtures("environment")
def test_the_sweep_costs_the_same_however_many_people_there_are() -> None:
    table = Table(
        "people", "due", "requests", "keys read", "RCU", "tasks", "CPU ms", title="a minute's sweep"
    )
    figures = {}
    for people, due in [*((each, DUE) for each in PEOPLE), (PEOPLE[-1], AT_ONCE)]:
        index = Index(people, due)
        spent = swept(index)
        figures[people, due] = (index.requests, index.read, index.units, spent)
        row = (people, due, index.requests, index.read, index.units, index.tasks)
        table.add_row(*(f"{each:,.15g}" for each in row), f"{spent:.1f}")
    _show(table)
    few, many = figures[PEOPLE[0], DUE], figures[PEOPLE[-1], DUE]
    assert many[:3] == few[:3], "a million cost more requests, keys or capacity than a thousand"
    assert many[3] <= FLAT * few[3], "a million cost more time than a thousand"
    assert figures[PEOPLE[-1], AT_ONCE][1] == AT_ONCE


@dataclass
class Calls:
    """What was asked of the table, and the CPU that moto took to answer, in s."""

    number: int = 0
    seconds: float = 0.0

    def counting(self, stock: Callable[..., Any]) -> Callable[..., Any]:
        """moto's answer to a request, counted. A second handler beside moto's would let it answer twice."""

        def answer(stubber: Any, event_name: str, request: Any, **more: Any) -> Any:
            started = process_time()
            answer = stock(stubber, event_name, request, **more)
            if event_name.startswith("before-send.dynamodb"):
                self.number += 1
                self.seconds += process_time() - started
            return answer

        return answer


@pytest.fixture
def town(environment: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Calls]:  # noqa: ARG001
    """People who are all due, in a table of moto, and the calls made to it."""
    # moto copies a whole table before each transaction, to be able to undo it; nothing is undone here.
    monkeypatch.setattr(moto.dynamodb.models, "copy", SimpleNamespace(deepcopy=lambda table: table))
    monkeypatch.setattr(calling_client.Courier, "send", lambda *_: None)
    monkeypatch.setattr(MotoTable, "query", _knowing_its_partitions(MotoTable.query))
    with mock_aws(), wire.to_moto():
        resources = state_template("care")["Resources"].values()
        properties = next(each["Properties"] for each in resources if "KeySchema" in each["Properties"])
        client("dynamodb").create_table(
            TableName="linli-bench-care",
            **{
                name: properties[name]
                for name in ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
            },
        )
        for queue in ("idle-alert", "escalation"):
            client("sqs").create_queue(QueueName=f"linli-bench-care-{queue}")
        _settle_in()
        calls = Calls()
        stubber = type(botocore_stubber)
        monkeypatch.setattr(stubber, "__call__", calls.counting(stubber.__call__))
        yield calls


def _knowing_its_partitions(stock: Callable[..., Any]) -> Callable[..., Any]:
    """Left to itself, moto walks the whole table for a partition that is not there."""

    def query(self: MotoTable, hash_key: Any, *arguments: Any, **more: Any) -> Any:
        if arguments[INDEX_NAME] is None and hash_key not in self.items:
            return [], 0, None
        return stock(self, hash_key, *arguments, **more)

    return query


def _settle_in() -> None:
    with Row.batch_write() as batch:
        for number in range(TRIED):
            for row in _who_is_due(f"community-{number % 50}", number):
                batch.save(row)


def _who_is_due(community: str, number: int) -> tuple[Row, Row]:
    person, seen = f"p-{number}", NOW - timedelta(hours=13)
    watch = Watch(
        community=community,
        person=person,
        version=1,
        home=f"b1/{number}",
        consent="file",
        phone="+8613800000000",
        sensors=[Sensor(device=f"motion-{number}", kind="motion")],
        contacts=[Contact(name="Daughter", phone="+8613800000001")],
    )
    state = StateRow(
        *StateRow.key(community, person),
        state=WatchState(seen_at=seen, since=seen, where="home"),
        seen_at=seen,
        version=1,
        **StateRow.timed(person, NOW - timedelta(minutes=1)),
    )
    return WatchRow(*WatchRow.key(community, person), watch=watch, version=1), state


def _tasks(queue: str) -> Iterator[DueTask]:
    sqs = client("sqs")
    url = sqs.get_queue_url(QueueName=f"linli-bench-care-{queue}")["QueueUrl"]
    while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for each in found:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
            yield DueTask.model_validate_json(each["Body"])


def test_five_thousand_who_are_due_in_one_minute(town: Calls) -> None:
    table = Table("step", "tasks", "calls a person", "CPU ms a person", "seconds of one worker")
    table.title = "5,000 who are due in one minute"

    def step(name: str, run: Callable[[], object], count: int) -> float:
        town.number, town.seconds = 0, 0.0
        started = process_time()
        run()
        spent = process_time() - started - town.seconds
        seconds = (spent + town.number * CALL_S) * AT_ONCE / TRIED
        figures = (f"{town.number / TRIED:.2f}", f"{1000 * spent / TRIED:.2f}", f"{seconds:.0f}")
        table.add_row(name, str(count), *figures)
        return seconds

    def settled(settle: Callable[[DueTask], str], left: list[DueTask]) -> Callable[[], object]:
        return lambda: [settle(task) for task in left]

    step("sweep", lambda: sweep.sweep(NOW), 1)
    opening = list(_tasks("idle-alert"))
    seconds = step("idle_alert", settled(idle_alert.judge_all, opening), len(opening))
    calling = list(_tasks("escalation"))
    seconds += step("escalation", settled(escalation.carry_out, calling), len(calling))
    table.caption = (
        f"{ceil(seconds / MINUTE_S)} workers at {CALL_S * 1000:.0f} ms a call do it within the minute"
    )
    _show(table)
    alerts = [row for row in AlertRow.scan() if row.alert.state == "open"]
    assert len(alerts) == TRIED
    assert all(row.alert.calls for row in alerts), "somebody has not been called about"


def _show(table: Table) -> None:
    Console(file=sys.__stdout__, width=110).print(table)  # what is measured may log; that stays captured
