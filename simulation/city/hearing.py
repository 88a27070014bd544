"""What rows ask of their table: what it costs, what falls due when, which facts and tickets were written.

It is heard at PynamoDB's connection, after each call that went well: what a stream, an index and an app that
shows a ticket would tell, without asking for it.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush
from typing import Any

from linli.tables import Row

READS = frozenset({"BatchGetItem", "GetItem", "Query"})
SET = re.compile(r"(#\w+) = (:\w+)")
RowKey = tuple[str, str]
Raw = dict[str, Any]


@dataclass(slots=True)
class Units:
    """Capacity units: as DynamoDB Local tells, and what it leaves out, rows that are not there."""

    read: float = 0.0
    written: float = 0.0

    def add(self, operation: str, asked: Raw, answer: Raw) -> None:
        """Count a call in."""
        told = answer.get("ConsumedCapacity") or []
        each = told if isinstance(told, list) else [told]
        units = sum(float(one.get("CapacityUnits", 0)) for one in each)
        if operation in READS:
            self.read += units + missing(operation, asked, answer, units)
        else:
            self.written += units


def missing(operation: str, asked: Raw, answer: Raw, units: float) -> float:
    """The units of rows that were asked for and are not there, and of a query that found nothing: AWS counts
    them as rows of the smallest size, DynamoDB Local not at all.
    """
    if operation == "BatchGetItem":
        ((table, wanted),) = asked["RequestItems"].items()
        found = len(answer["Responses"].get(table, ()))
        left = len(answer.get("UnprocessedKeys", {}).get(table, {}).get("Keys", ()))
        return (len(wanted["Keys"]) - found - left) * (1.0 if wanted.get("ConsistentRead") else 0.5)
    return 0.0 if units else 1.0 if asked.get("ConsistentRead") else 0.5


@dataclass(slots=True)
class Ear:
    """What was heard since it was last asked. `concerned`: the tickets that rows were about; `pushed`: the
    communities whose managers were sent messages; `due`: when each row falls due, as it was written last.
    """

    units: Units = field(default_factory=Units)
    calls: int = 0
    puts: int = 0
    outbox: list[Raw] = field(default_factory=list)
    tickets: list[Raw] = field(default_factory=list)
    joined: list[tuple[str, str]] = field(default_factory=list)
    concerned: set[str] = field(default_factory=set)
    pushed: set[str] = field(default_factory=set)
    due: dict[RowKey, datetime] = field(default_factory=dict)
    _order: list[tuple[datetime, RowKey]] = field(default_factory=list)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hear all calls of rows."""
        connection: Any = Row._get_connection().connection  # noqa: SLF001  the one client of all rows
        asks = connection.dispatch

        def dispatch(operation: str, asked: Raw) -> Raw:
            asked.setdefault("ReturnConsumedCapacity", "TOTAL")
            answer: Raw = asks(operation, asked)
            self._hear(operation, asked, answer)
            return answer

        connection.dispatch = dispatch
        try:
            yield
        finally:
            connection.dispatch = asks

    def next_due(self) -> datetime | None:
        """When the next row falls due."""
        while self._order:
            at, key = self._order[0]
            if self.due.get(key) == at:
                return at
            heappop(self._order)
        return None

    def _hear(self, operation: str, asked: Raw, answer: Raw) -> None:
        self.calls += 1
        self.units.add(operation, asked, answer)
        if operation == "TransactWriteItems":
            for item in asked["TransactItems"]:
                for verb, write in item.items():
                    self._written(verb, write)
        elif operation not in READS:
            self._written(operation.removesuffix("Item"), asked)

    def _written(self, verb: str, write: Raw) -> None:
        raw = write["Item"] if verb == "Put" else write["Key"]
        key = raw["pk"]["S"], raw["sk"]["S"]
        self._note_ticket(key)
        if verb == "Delete":
            self.due.pop(key, None)
        elif verb == "Put":
            self.puts += 1
            self._note(key, raw, whole=True)
        elif verb == "Update":
            if key[0].endswith("#escalations"):
                self.pushed.add(key[0].partition("#")[0])
            self._note(key, changes(write), whole=False)

    def _note(self, key: RowKey, after: Raw, *, whole: bool) -> None:
        if key[0].endswith("#outbox"):
            self.outbox.append(after)
            return
        self._note_due(key, after, whole=whole)
        if key[1] == "ticket":
            incident = after.get("incident")
            if incident is not None:
                self.joined.append((key[0].rpartition("#")[2], incident["S"]))
            if "ticket" in after:
                self.tickets.append(json.loads(after["ticket"]["S"]))

    def _note_due(self, key: RowKey, after: Raw, *, whole: bool) -> None:
        if "due_at" not in after and not whole:
            return
        told = after.get("due_at")
        if told is None:
            self.due.pop(key, None)
            return
        at = datetime.fromisoformat(told["S"])
        self.due[key] = at
        heappush(self._order, (at, key))

    def _note_ticket(self, key: RowKey) -> None:
        _, _, rest = key[0].partition("#")
        kind, _, ticket = rest.partition("#")
        if kind == "ticket":
            self.concerned.add(ticket)
        elif kind == "escalations":
            self.concerned.add(key[1].split("#")[1])


def changes(write: Raw) -> Raw:
    """What an update sets, and what it takes away, which is None; counters and sets are left out."""
    names, values = write["ExpressionAttributeNames"], write.get("ExpressionAttributeValues", {})
    found: Raw = {names[name]: values[value] for name, value in SET.findall(write["UpdateExpression"])}
    _, _, removed = write["UpdateExpression"].partition("REMOVE ")
    for name in re.findall(r"#\w+", re.split(r" (?:SET|ADD|DELETE) ", removed)[0]):
        found.setdefault(names[name], None)
    return found
