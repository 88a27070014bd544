"""Compares a table with a copy of it, both by pages: neither needs to fit into memory."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from linli.pauses import pause
from linli_cli.errors import CommandError
from linli_cli.restoring.differences import Difference, Raw, difference

AT_ONCE = 100  # which one BatchGetItem takes
STANDSTILLS, LONGEST_STANDSTILL_S = 10, 2.0


@dataclass(frozen=True)
class Chosen:
    """Which rows are meant: all of them, those of a tenant, of a partition, of some kinds."""

    community: str = ""
    partition: str = ""
    kinds: tuple[str, ...] = ()

    def asked(self, table: str, *, keys_only: bool) -> dict[str, Any]:
        """A query of the partition, or a scan, for these rows."""
        asked: dict[str, Any] = {"TableName": table, "ConsistentRead": True}
        names: dict[str, str] = {}
        values: dict[str, dict[str, str]] = {}
        filters = []
        if self.partition:
            asked["KeyConditionExpression"], values[":pk"] = "#pk = :pk", {"S": self.partition}
            names["#pk"] = "pk"
        elif self.community:
            filters.append("(#pk = :tenant OR begins_with(#pk, :of_tenant))")
            values |= {":tenant": {"S": self.community}, ":of_tenant": {"S": f"{self.community}#"}}
            names["#pk"] = "pk"
        if self.kinds:
            marks = {f":kind{number}": {"S": kind} for number, kind in enumerate(self.kinds)}
            filters.append(f"#kind IN ({', '.join(marks)})")
            values |= marks
            names["#kind"] = "kind"
        if filters:
            asked["FilterExpression"] = " AND ".join(filters)
        if keys_only:
            asked["ProjectionExpression"], names = "#pk, #sk", names | {"#pk": "pk", "#sk": "sk"}
        if names:
            asked["ExpressionAttributeNames"] = names
        if values:
            asked["ExpressionAttributeValues"] = values
        return asked


def differing(dynamodb: Any, table: str, copy: str, chosen: Chosen) -> Iterator[Difference]:
    """The rows that are gone, changed or new since the copy's instant.

    A scan of both. Operations may, requests never do. Raises CommandError when the store stays busy.
    """
    for rows in some(rows_of(dynamodb, copy, chosen)):
        there = under(dynamodb, table, rows)
        for row in rows:
            if found := difference(row, there.get(key_of(row))):
                yield found
    for keys in some(rows_of(dynamodb, table, chosen, keys_only=True)):
        known = under(dynamodb, copy, keys)
        new = [row for row in keys if key_of(row) not in known]
        for row in under(dynamodb, table, new).values() if new else ():
            yield Difference(None, row)


def some(rows: Iterable[Raw]) -> Iterator[tuple[Raw, ...]]:
    """Rows by so many as are read at once."""
    left = iter(rows)
    while taken := tuple(islice(left, AT_ONCE)):
        yield taken


def rows_of(dynamodb: Any, table: str, chosen: Chosen, *, keys_only: bool = False) -> Iterator[Raw]:
    """The chosen rows of a table."""
    how = "query" if chosen.partition else "scan"
    for page in dynamodb.get_paginator(how).paginate(**chosen.asked(table, keys_only=keys_only)):
        yield from page["Items"]


def under(dynamodb: Any, table: str, rows: Sequence[Raw]) -> dict[tuple[str, str], Raw]:
    """What a table has under the keys of rows, read consistently. Raises CommandError."""
    left: Any = [{"pk": row["pk"], "sk": row["sk"]} for row in rows]
    found: dict[tuple[str, str], Raw] = {}
    standstills = 0
    while left and standstills < STANDSTILLS:
        answer = dynamodb.batch_get_item(RequestItems={table: {"Keys": left, "ConsistentRead": True}})
        found |= {key_of(row): row for row in answer["Responses"].get(table, ())}
        before, left = left, answer.get("UnprocessedKeys", {}).get(table, {}).get("Keys", ())
        standstills = 0 if len(left) < len(before) else standstills + 1
        if left:
            pause(standstills + 1, LONGEST_STANDSTILL_S)
    if left:
        raise CommandError(f"{table} is too busy to be read: try again later")
    return found


def key_of(row: Raw) -> tuple[str, str]:
    """The key of a row."""
    return str(row["pk"]["S"]), str(row["sk"]["S"])
