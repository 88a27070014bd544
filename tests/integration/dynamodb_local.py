"""AWS's DynamoDB Local behind the clients of a test, in place of moto's tables: unlike a mock it serves many
at once, and says which of two was first.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from threading import RLock
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.awsrequest import AWSResponse
from botocore.httpsession import URLLib3Session
from moto.core.models import botocore_stubber

from linli.aws import of_botocore
from linli.connections import Answer, Asked, Endpoint
from linli_cli.deploy import packaging
from linli_cli.deploy.templates import of_type
from linli_cli.layout import ROOT
from linli_cli.local.dynamodb_local import Served, installed, missing, serving
from tests.integration import wire

HOME = ROOT / ".linli/venvs/dynamodb-local"  # where LocalStack finds it, too
STAGE = "test"
CALLS = "before-send.dynamodb."
CONNECTIONS = 64
ITEMS_AT_ONCE = 25


@contextmanager
def running() -> Iterator[Served]:
    """One of the test's own. Where a JDK or npm is missing the test is skipped, and says which; whatever else
    goes wrong fails it.
    """
    reason = missing(HOME)
    if reason is not None:
        pytest.skip(reason)
    with serving(installed(HOME)) as served:
        yield served


@contextmanager
def in_place_of_moto(url: str) -> Iterator[None]:
    """All calls of tables go to the one at `url`, whoever makes them, ours by our own connections; all others
    to moto, one at a time.
    """
    kind, lock = type(botocore_stubber), RLock()
    mocked = kind.__call__

    def answer(self: Any, event_name: str, request: Any, **more: Any) -> AWSResponse | None:
        if not event_name.startswith(CALLS):
            with lock:
                return mocked(self, event_name, request, **more)
        request.url = f"{url}/"
        return _connections(os.getpid()).send(request)

    def by_our_own(asked: Asked, _: wire.PassOn) -> Answer:
        return wire.over_the_wire(replace(asked, endpoint=endpoint))

    parts = urlsplit(url)
    endpoint = Endpoint(parts.scheme, parts.netloc, parts.hostname or "", parts.port)
    kind.__call__ = answer  # type: ignore[method-assign]  # a handler beside it would be called as well
    try:
        with wire.between("dynamodb", by_our_own):
            yield
    finally:
        kind.__call__ = mocked  # type: ignore[method-assign]


@cache
def _connections(_process: int) -> URLLib3Session:
    """A copy of a process must not share them."""
    return URLLib3Session(max_pool_connections=CONNECTIONS)


def table_of(service: str) -> str:
    """Make a service's table, empty. Returns its name."""
    ((_, table),) = of_type(packaging.state_template(service), "AWS::DynamoDB::Table")
    name = f"linli-{STAGE}-{service}"
    wanted = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
    about = {each: table["Properties"][each] for each in wanted if each in table["Properties"]}
    if name in tables():
        of_botocore("dynamodb").delete_table(TableName=name)
    of_botocore("dynamodb").create_table(TableName=name, **about)
    return name


def tables() -> list[str]:
    """The names of all tables."""
    names: list[str] = of_botocore("dynamodb").list_tables()["TableNames"]
    return names


def rows_of(table: str) -> list[dict[str, Any]]:
    """All that is in a table."""
    pages = of_botocore("dynamodb").get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    return [item for page in pages for item in page["Items"]]


def refill(service: str, rows: list[dict[str, Any]]) -> None:
    """Let a service's table hold these rows and no others."""
    table = table_of(service)
    for first in range(0, len(rows), ITEMS_AT_ONCE):
        puts = [{"PutRequest": {"Item": row}} for row in rows[first : first + ITEMS_AT_ONCE]]
        of_botocore("dynamodb").batch_write_item(RequestItems={table: puts})
