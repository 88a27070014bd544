"""Copies of tables as they were at an instant, each beside its table.

A copy has the rows, and nothing that makes them act: no stream, so that nothing is published; no time to
live, so that nothing vanishes while somebody compares; no index. No function has a right to it. The table
stays what it was: its stream, its time to live, its recovery, its alarms, and what the stack knows of it.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from linli.instants import to_text
from linli_cli.cloud import Cloud
from linli_cli.deploy.stacks import full_name
from linli_cli.errors import CommandError
from linli_cli.layout import services
from linli_cli.progress import Say

BESIDE = "-at-"
STAMP = "%Y%m%dt%H%M%Sz"
LATEST = "latest"
POLL_S = 10.0


@dataclass(frozen=True)
class Copy:
    """A restored table of a service, as of an instant; `ready` once all its rows are there."""

    service: str
    name: str
    at: datetime
    ready: bool


def table_of(cloud: Cloud, service: str) -> str:
    """The name of a service's table. Raises CommandError for what is no service."""
    if service not in services():
        raise CommandError(f"there is no service {service}; there are: {', '.join(sorted(services()))}")
    return full_name(cloud.stage, service)


def copies(cloud: Cloud, service: str = "") -> Iterator[Copy]:
    """The copies that stand beside the tables of a stage, or of one service's."""
    dynamodb = cloud.client("dynamodb")
    pages = dynamodb.get_paginator("list_tables").paginate()
    for name in (name for page in pages for name in page["TableNames"]):
        owner, at = as_copy(cloud, name) or ("", None)
        if at and service in ("", owner):
            status = dynamodb.describe_table(TableName=name)["Table"]["TableStatus"]
            yield Copy(owner, name, at, ready=status == "ACTIVE")


def as_copy(cloud: Cloud, table: str) -> tuple[str, datetime] | None:
    """The service and the instant that the name of a copy says; None for other tables."""
    prefix = full_name(cloud.stage, "")
    service, is_beside, stamp = table.removeprefix(prefix).partition(BESIDE)
    if not (table.startswith(prefix) and is_beside):
        return None
    try:
        return service, datetime.strptime(stamp, STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def copy_of(cloud: Cloud, service: str) -> Copy:
    """The copy of a service's table, with all its rows. Raises CommandError while there is none."""
    table_of(cloud, service)
    found = next(copies(cloud, service), None)
    if found is None:
        raise CommandError(
            f"{service} has no copy: `linli restore {service} --at <instant>` makes one beside its table"
        )
    if not found.ready:
        raise CommandError(f"{found.name} is still being restored: it can take hours, ask again later")
    return found


def window(cloud: Cloud, table: str) -> tuple[datetime, datetime]:
    """The first and the last second that a table can be restored to. Raises CommandError."""
    try:
        told = cloud.client("dynamodb").describe_continuous_backups(TableName=table)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("TableNotFoundException", "ResourceNotFoundException"):
            raise
        raise CommandError(
            f"there is no table {table}: what to do when a table is lost stands in docs/operating.md"
        ) from None
    recovery = told["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    if recovery["PointInTimeRecoveryStatus"] != "ENABLED":
        raise CommandError(f"{table} has no point-in-time recovery: nothing of its past is kept")
    return recovery["EarliestRestorableDateTime"], recovery["LatestRestorableDateTime"]


def instant(said: str, first: datetime, last: datetime) -> datetime:
    """The second that is meant, as UTC. Raises CommandError outside the window, or without an offset."""
    if said == LATEST:
        return last.astimezone(UTC).replace(microsecond=0)
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        raise CommandError(f"--at takes an instant such as 2026-01-05T03:00:00+08:00, not {said}") from None
    if at.tzinfo is None:
        raise CommandError(f"--at {said}: of which clock? Say Z for UTC, or an offset such as +08:00")
    at = at.astimezone(UTC).replace(microsecond=0)
    if not first.replace(microsecond=0) <= at <= last:
        raise CommandError(
            f"{to_text(at)} cannot be restored: from {to_text(first)} to {to_text(last)} it can, and the end "
            "moves on by itself, about five minutes behind"
        )
    return at


def begun(cloud: Cloud, service: str, said: str) -> Copy:
    """Begin to restore a service's table to an instant, beside it. Raises CommandError."""
    table = table_of(cloud, service)
    there = next(copies(cloud, service), None)
    if there:
        raise CommandError(
            f"{there.name} stands beside {table} already: compare, or `linli restore {service} --drop` first"
        )
    at = instant(said, *window(cloud, table))
    name = f"{table}{BESIDE}{at.strftime(STAMP)}"
    cloud.client("dynamodb").restore_table_to_point_in_time(
        SourceTableName=table,
        TargetTableName=name,
        RestoreDateTime=at,
        BillingModeOverride="PAY_PER_REQUEST",
        GlobalSecondaryIndexOverride=[],  # nobody queries it: without them it is sooner there, and cheaper
    )
    return Copy(service, name, at, ready=False)


def awaited(cloud: Cloud, copy: Copy, wait_s: float, say: Say) -> bool:
    """Wait until a copy is there, at most `wait_s` seconds. Returns whether it is."""
    end = time.monotonic() + wait_s
    while True:
        status = cloud.client("dynamodb").describe_table(TableName=copy.name)["Table"]["TableStatus"]
        if status == "ACTIVE":
            return True
        if time.monotonic() >= end:
            return False
        say(status.lower())
        time.sleep(POLL_S)


def dropped(cloud: Cloud, service: str) -> list[str]:
    """Delete the copies of a service's table; returns their names. The table itself is none of them."""
    table_of(cloud, service)
    dynamodb: Any = cloud.client("dynamodb")
    names = [each.name for each in copies(cloud, service)]
    for name in names:
        dynamodb.delete_table(TableName=name)
    return names
