"""Readings through the bulk path against one write per reading, in the same run and the same store.

    make bench    or    python -m pytest --capture no --override-ini "python_files=bench_*.py" tests/bench

The store is moto, in this process: its time is in the figures of both ways, so that the ratio counts.
Capacity is counted as DynamoDB does: a written kilobyte is one unit, in a transaction two.
"""

import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from time import process_time
from types import SimpleNamespace
from typing import Any

import moto.dynamodb.models
import pytest
from moto import mock_aws
from pynamodb.attributes import NumberAttribute
from rich.console import Console
from rich.table import Table

from functions.utilities.bulk_upload.domain import report, rows
from functions.utilities.bulk_upload.store import enter
from functions.utilities.meters.models import Meter, Register
from functions.utilities.meters.rows import MeterRow
from linli.aws import client
from linli.connections import Answer, Asked
from linli.tables import Row, Transaction
from tests.integration import wire

READINGS = 100_000
METERS = 70
SINGLE = 2_000  # enough to know the rate of one write per reading
START = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 1, tzinfo=UTC)
RATIO = 5


class SingleRow(Row, discriminator="bench_single_reading"):
    """What the naive way writes: a row per reading, once, by condition on its key."""

    ticks = NumberAttribute()


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, float]]:
    """A table in moto, and the capacity units that have been used."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "LINLI_"))]:
        monkeypatch.delenv(name)
    environment = {
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "LINLI_STAGE": "bench",
        "LINLI_SERVICE": "utilities",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    # moto copies a whole table before each transaction, to be able to undo it; nothing is undone here.
    monkeypatch.setattr(moto.dynamodb.models, "copy", SimpleNamespace(deepcopy=lambda table: table))
    with mock_aws(), wire.to_moto():
        client("dynamodb").create_table(
            TableName="linli-bench-utilities",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            BillingMode="PAY_PER_REQUEST",
        )
        used = {"calls": 0.0, "rows written": 0.0, "WCU": 0.0}
        with wire.between("dynamodb", _counting(used)):
            yield used


def _counting(used: dict[str, float]) -> wire.Between:
    def count(asked: Asked, pass_on: wire.PassOn) -> Answer:
        params = wire.arguments(asked)
        used["calls"] += 1
        if wire.operation(asked) == "TransactWriteItems":
            for each in params["TransactItems"]:
                item = each.get("Put", {}).get("Item", {})
                used["rows written"] += 1
                used["WCU"] += 2 * -(-max(_size(item), 1) // 1024)
        elif wire.operation(asked) == "PutItem":
            used["rows written"] += 1
            used["WCU"] += -(-_size(params["Item"]) // 1024)
        return pass_on(asked)

    return count


def _size(item: dict[str, Any]) -> int:
    return sum(len(name) + len(str(next(iter(value.values())))) for name, value in item.items())


def _meters() -> None:
    for number in range(METERS):
        meter = Meter(
            meter=f"meter-{number}",
            medium="water",
            registers=[Register(obis="8-0:1.0.0")],
            home=f"b1/{number}",
            installed_at=START - timedelta(days=1),
        )
        transaction = Transaction()
        transaction.put("meter", MeterRow(*MeterRow.key("willow", meter.meter), meter=meter, version=1))
        transaction.commit()


def _file() -> list[bytes]:
    """Half-hourly readings, meter after meter."""
    each = READINGS // METERS + 1
    lines = [
        f"meter-{number},8-0:1.0.0,{(START + timedelta(minutes=30 * n)).isoformat()},"
        f"{Decimal(100_000 + n * (number % 7)).scaleb(-3)},\n".encode()
        for number in range(METERS)
        for n in range(each)
    ]
    return [b"meter,obis,measured_at,value,estimated\n", *lines[:READINGS]]


def test_bulk_readings(store: dict[str, float]) -> None:
    _meters()
    lines = _file()
    started = process_time()
    for n in range(SINGLE):
        row = SingleRow(f"willow#single#{n % METERS}", f"{n:08}", ticks=n)
        row.save(SingleRow.pk.does_not_exist())
    single = SINGLE / (process_time() - started)
    table = Table(
        "what", "readings/s per core", "WCU per reading", "calls per reading", title="meter readings"
    )
    _add(table, "one conditional write per reading", single, SINGLE, store)

    store.update(dict.fromkeys(store, 0.0))
    started = process_time()
    found = list(rows(lines, "csv"))
    parsed = process_time() - started
    outcomes = enter("willow", found, "bench", NOW)
    _, counts = report(found, outcomes)
    spent = process_time() - started
    bulk = READINGS / spent
    _add(table, f"bulk path, {READINGS} rows of CSV", bulk, READINGS, store)

    store.update(dict.fromkeys(store, 0.0))
    started = process_time()
    again = enter("willow", found, "bench-again", NOW)
    _add(table, "the same file again", READINGS / (process_time() - started), READINGS, store)
    parsing = f"parsing alone {READINGS / parsed:,.0f} rows/s"
    table.caption = f"bulk is {bulk / single:.1f} x one write per reading (budget: {RATIO} x); {parsing}"
    console = Console(file=sys.__stdout__, width=110)  # what is measured may log; that stays captured
    console.print(table)
    assert counts == {"kept": READINGS}
    assert set(again.values()) == {"duplicate"}
    assert bulk >= RATIO * single, "over budget"


def _add(table: Table, what: str, rate: float, count: int, used: dict[str, float]) -> None:
    table.add_row(what, f"{rate:,.0f}", f"{used['WCU'] / count:.3f}", f"{used['calls'] / count:.4f}")
