"""Brings rows of a copy back into their table, each only if the table still has what was compared."""

from collections.abc import Iterable, Iterator
from typing import Any

from botocore.exceptions import ClientError

from linli_cli.restoring.differences import Difference, Raw

REFUSED = "ConditionalCheckFailedException"
BROUGHT, MEANWHILE = "brought back", "meanwhile"


def brought(dynamodb: Any, table: str, found: Iterable[Difference]) -> Iterator[tuple[Difference, str]]:
    """Put each row back as it was; says of each whether it was, or somebody has written it meanwhile.

    A row is put without its neighbours, one after the other: after a break the same again goes on.
    """
    for each in found:
        yield each, BROUGHT if put(dynamodb, table, each) else MEANWHILE


def put(dynamodb: Any, table: str, found: Difference) -> bool:
    """Put one row back, if the table has it as it was read. Returns whether it did."""
    if found.before is None:
        raise ValueError("a row that was not there cannot be brought back")
    try:
        dynamodb.put_item(TableName=table, Item=found.before, **as_compared(found.before, found.now))
    except ClientError as error:
        if error.response["Error"]["Code"] != REFUSED:
            raise
        return False
    return True


def as_compared(before: Raw, now: Raw | None) -> dict[str, Any]:
    """The condition that there is no such row, or that all of its attributes are as they were read."""
    if now is None:
        return {"ConditionExpression": "attribute_not_exists(pk)"}
    names = {f"#a{number}": name for number, name in enumerate(sorted({*before, *now}))}
    values = {f":{mark[1:]}": now[name] for mark, name in names.items() if name in now}
    same = [
        f"{mark} = :{mark[1:]}" if name in now else f"attribute_not_exists({mark})"
        for mark, name in names.items()
    ]
    return {
        "ConditionExpression": " AND ".join(same),
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": values,
    }
