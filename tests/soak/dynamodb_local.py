"""A service's table on AWS's DynamoDB Local, which serves many at once, and says which of two was first."""

from typing import Any

from linli.aws import client
from linli_cli import packaging
from linli_cli.templates import of_type
from tests.integration.conftest import ROOT, STAGE

HOME = ROOT / ".linli" / "dynamodb-local"
ITEMS_AT_ONCE = 25


def table_of(service: str) -> str:
    """Make a service's table, empty. Returns its name."""
    ((_, table),) = of_type(packaging.state_template(service), "AWS::DynamoDB::Table")
    name = f"linli-{STAGE}-{service}"
    wanted = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
    about = {each: table["Properties"][each] for each in wanted if each in table["Properties"]}
    store = client("dynamodb")
    if name in store.list_tables()["TableNames"]:
        store.delete_table(TableName=name)
    store.create_table(TableName=name, **about)
    return name


def rows_of(table: str) -> list[dict[str, Any]]:
    """All that is in a table."""
    pages = client("dynamodb").get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    return [item for page in pages for item in page["Items"]]


def refill(service: str, rows: list[dict[str, Any]]) -> None:
    """Let a service's table hold these rows and no others."""
    table = table_of(service)
    for first in range(0, len(rows), ITEMS_AT_ONCE):
        puts = [{"PutRequest": {"Item": row}} for row in rows[first : first + ITEMS_AT_ONCE]]
        client("dynamodb").batch_write_item(RequestItems={table: puts})
