"""A meter on moto: what one event takes of each service, counted as AWS counts it.

It sits where moto answers, so that whoever asks is heard. DynamoDB's capacity is counted from the rows as
they were before and after, since moto does not.
"""

import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, TextIO

import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.responses import BaseResponse
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.s3.responses import S3Response

from linli_cli.cost.capacity import (
    ITEM_OVERHEAD_BYTES,
    Index,
    Item,
    index_units,
    read_units,
    size_of,
    write_units,
)
from linli_cli.cost.units import ANSWER, GB, Stored, Taken
from tests.integration.conftest import ENVIRONMENT

KEYS = ("pk", "sk")
DAY_S = 86_400
WRITES = {"PutItem", "UpdateItem", "DeleteItem"}
WAITED_FOR = {"dynamodb", "sqs", "events", "s3", "iot", "iot-data"}


class Meter:
    """What is being counted, while it is on; `now`: the time of the event, by which rows are kept."""

    on: ClassVar["Meter | None"] = None

    def __init__(self, now: datetime) -> None:
        self.taken, self.now = Taken(), now

    def heard(self, service: str, action: str, body: Any, answer: Callable[[], Any]) -> Any:
        """What was asked, counted, and its answer."""
        self.taken.calls += service in WAITED_FOR
        if service == "dynamodb":
            return self._dynamodb(action, body, answer)
        if service == "secretsmanager":
            self.taken.asks_secrets = 1
        elif service == "iot-data":
            self.taken.units["iot_message"] += ANSWER
        elif service == "iot":
            self.taken.units["iot_registry"] += 1
        elif service == "sqs" and action == "SendMessage":
            self.taken.units["sqs_request"] += 1
        elif service == "s3":
            self.taken.units["s3_get" if action in {"GET", "HEAD"} else "s3_put"] += 1
        return answer()

    def _dynamodb(self, action: str, body: Any, answer: Callable[[], Any]) -> Any:
        written = list(_written(action, body))
        before = [_item(table, key) for table, key, _ in written]
        answered = answer()
        for (table, key, checked), old in zip(written, before, strict=True):
            self._wrote(table, old, old if checked else _item(table, key), action)
        if action == "BatchGetItem":
            for table, asked in body["RequestItems"].items():
                consistent = asked.get("ConsistentRead", False)
                for key in asked["Keys"]:
                    self._read(size_of(_item(table, key) or {}), consistent=consistent)
        elif action == "Query":
            self._queried(body, json.loads(answered[2]))
        elif action == "GetItem":
            item = _item(body["TableName"], body["Key"]) or {}
            self._read(size_of(item), consistent=body.get("ConsistentRead", False))
        elif not written:
            raise LookupError(action)
        return answered

    def _queried(self, body: Any, answered: Any) -> None:
        """All that is read counts, whatever a filter leaves of it."""
        table, index = body["TableName"], _indexes(body["TableName"]).get(body.get("IndexName"))
        found = [_item(table, each) or {} for each in answered.get("Items", []) if set(KEYS) <= each.keys()]
        shown = [index.shown(each, KEYS) or {} for each in found] if index else found
        scanned, count = answered.get("ScannedCount", len(shown)), len(shown)
        size = sum(map(size_of, shown)) * (scanned / count if count else 1)
        self._read(round(size), consistent=body.get("ConsistentRead", False))

    def _read(self, size: int, *, consistent: bool) -> None:
        self.taken.units["read_unit"] += read_units(size, consistent=consistent)

    def _wrote(self, table: str, old: Item | None, new: Item | None, action: str) -> None:
        units = write_units(old, new, transacted=action == "TransactWriteItems")
        indexes = _indexes(table).values()
        units += sum(index_units(old, new, index, KEYS) for index in indexes)
        self.taken.units["write_unit"] += units
        if new is None or new == old:
            return
        shown = [new, *(each for index in indexes if (each := index.shown(new, KEYS)))]
        size = sum(size_of(each) + ITEM_OVERHEAD_BYTES for each in shown)
        if old is not None:
            olds = [old, *(each for index in indexes if (each := index.shown(old, KEYS)))]
            size -= sum(size_of(each) + ITEM_OVERHEAD_BYTES for each in olds)
        ttl = new.get("ttl", {}).get("N")
        days = (int(ttl) - self.now.timestamp()) / DAY_S if ttl else None
        if size > 0:
            self.taken.stored.append(Stored(size, max(days, 0) if days is not None else None))
        if old is None and new.get("kind", {}).get("S") == "outbox":
            self.taken.facts[json.loads(new["event"]["S"])["type"]] += 1

    def logged(self, text: str) -> None:
        """What was written, and the metrics in it."""
        self.taken.units["log_gb"] += len(text.encode()) / GB
        for line in text.splitlines():
            if '"_aws"' in line:
                told = json.loads(line)
                for each in told["_aws"]["CloudWatchMetrics"]:
                    for dimensions in each["Dimensions"]:
                        where = [f"{name}={told[name]}" for name in sorted(dimensions)]
                        names = [metric["Name"] for metric in each["Metrics"]]
                        self.taken.series |= {" ".join([name, *where]) for name in names}


@contextmanager
def metered(now: datetime) -> Iterator[Taken]:
    """What happens inside is counted."""
    meter = Meter(now)
    Meter.on = meter
    try:
        with _stdout() as read:
            yield meter.taken
            meter.logged(read())
    finally:
        Meter.on = None


@contextmanager
def listening() -> Iterator[None]:
    """moto with a meter in it."""
    with pytest.MonkeyPatch.context() as patch:
        answer, of_s3 = BaseResponse.call_action, S3Response.key_response

        def counted(self: Any) -> Any:
            if Meter.on is None:
                return answer(self)
            body = getattr(self, "params", None) or {}
            return Meter.on.heard(self.service_name, self._get_action(), body, lambda: answer(self))

        def counted_of_s3(self: Any, request: Any, *more: Any) -> Any:
            if Meter.on is None:
                return of_s3(self, request, *more)
            return Meter.on.heard("s3", request.method, {}, lambda: of_s3(self, request, *more))

        patch.setattr(BaseResponse, "call_action", counted)
        patch.setattr(S3Response, "key_response", counted_of_s3)
        yield


@contextmanager
def quiet() -> Iterator[TextIO]:
    """What is written to standard output goes nowhere; what is written to this goes there."""
    sys.stdout.flush()
    with os.fdopen(os.dup(1), "w") as shown, Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        try:
            yield shown
        finally:
            sys.stdout.flush()
            shown.flush()
            os.dup2(shown.fileno(), 1)


@contextmanager
def _stdout() -> Iterator[Callable[[], str]]:
    """What is written to this process's standard output, whoever holds it."""
    sys.stdout.flush()
    with tempfile.TemporaryFile() as file:
        kept = os.dup(1)
        os.dup2(file.fileno(), 1)

        def read() -> str:
            sys.stdout.flush()
            file.seek(0)
            return file.read().decode()

        try:
            yield read
        finally:
            sys.stdout.flush()
            os.dup2(kept, 1)
            os.close(kept)


def _written(action: str, body: Any) -> Iterator[tuple[str, Item, bool]]:
    """The rows that a request writes, by table and key; True where it only looks whether it may."""
    if action in WRITES:
        yield body["TableName"], body.get("Key", body.get("Item")), False
    elif action == "TransactWriteItems":
        for each in body["TransactItems"]:
            ((kind, write),) = each.items()
            yield write["TableName"], write.get("Key", write.get("Item")), kind == "ConditionCheck"
    elif action == "BatchWriteItem":
        for table, writes in body["RequestItems"].items():
            for each in writes:
                ((_, write),) = each.items()
                yield table, write.get("Key", write.get("Item")), False


def _table(name: str) -> Any:
    return dynamodb_backends[DEFAULT_ACCOUNT_ID][ENVIRONMENT["AWS_DEFAULT_REGION"]].tables[name]


def _item(table: str, key: Item) -> Item | None:
    found = _table(table).get_item(*(DynamoType(key[name]) for name in KEYS))
    return {name: value.to_regular_json() for name, value in found.attrs.items()} if found else None


def _indexes(table: str) -> dict[str, Index]:
    found = {}
    for each in _table(table).global_indexes:
        keys = tuple(key["AttributeName"] for key in each.schema)
        projection = each.projection
        everything = projection["ProjectionType"] == "ALL"
        found[each.name] = Index(
            keys, None if everything else frozenset(projection.get("NonKeyAttributes") or ())
        )
    return found
