"""`make upgrade FROM=COMMIT`: does this version take over all that an older one has kept?

The older one starts a local cloud of its own, seeds it and replays its samples. Then the clocks are stopped,
and when nothing moves any more every row is exported, and what every GET route answers about each row. This
version starts over the same state, without replaying, and everything is exported again. A seed finds what is
there, but tells of devices again: what the older version's own second seed writes again may differ.

It is told of each row that is gone or holds something else, of each that this version does not understand,
and of each answer of 200 that is none now, or says less. The exit code is 1 if there is any.
"""

import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from linli_cli.cloud import LOCAL, Cloud, connect
from linli_cli.develop.checkouts import checked_out, python, run
from linli_cli.develop.rereading import Loss, Raw, asked_of, lost, missing, texts_of
from linli_cli.errors import CommandError, Unanswered
from linli_cli.layout import ROOT, services
from linli_cli.local import issuer
from linli_cli.operate import addresses
from linli_cli.operate.front_door import FrontDoor
from linli_cli.progress import Progress, Say

PORT = 14700
QUIET_S, DEADLINE_S = 3.0, 180.0
MOVING = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
DEAD_LETTERS = "-dlq"
MOST_QUEUES = 1000
OK = 200
Place = tuple[str, str]
"""A row, and where in it."""


@dataclass(frozen=True)
class Town:
    """What a cloud holds: rows by service and key, answers of 200 by service and path."""

    rows: dict[str, Raw]
    answers: dict[str, Any]


def main(
    old: Annotated[str, typer.Option("--from", help="The commit that was there before.")],
    port: Annotated[int, typer.Option(help="HTTP port of the cloud; the next one is for MQTT.")] = PORT,
) -> None:
    """Upgrade a town, and say what of it is lost."""
    try:
        with TemporaryDirectory(prefix="linli-") as home, checked_out(old) as checkout:
            os.environ["LINLI_HOME"] = home
            found = upgraded(checkout, port)
    except CommandError as error:
        sys.exit(str(error))
    print("\n".join(found) or "nothing is lost, nothing is other than it was")
    sys.exit(bool(found))


def upgraded(checkout: Path, port: int) -> list[str]:
    """What of the older version's state is lost."""
    progress = Progress()
    with running(checkout, port) as cloud:
        stop_clocks(cloud)
        with progress.step("seeding once more, to see what that writes again"):
            first = settled(cloud)
            linli(checkout, "seed")
            rows = settled(cloud)
        with progress.step("asking the older version") as say:
            before = Town(rows, answered(rows, say))
    with running(ROOT, port, "--no-replay") as cloud, progress.step("asking this version") as say:
        after = Town(settled(cloud), answered(rows, say))
    again = {(at, loss.where) for at, loss in differences(first, rows)}
    print(f"{len(before.rows)} rows, {len(before.answers)} answers; {told_again(again, rows)}")
    return [*losses(before, after, again)]


def told_again(again: Iterable[Place], rows: Mapping[str, Raw]) -> str:
    """What the older version's own seed has written again, by kind."""
    kinds = Counter(
        f"{at.partition(' ')[0]} {rows[at]['kind']['S']}" for at in {at for at, _ in again} & rows.keys()
    )
    return (
        f"each seed writes again: {', '.join(f'{many} {kind}' for kind, many in kinds.items()) or 'nothing'}"
    )


@contextmanager
def running(checkout: Path, port: int, *options: str) -> Iterator[Cloud]:
    """The local cloud as a checkout brings it up; afterwards it is down, and its state saved."""
    try:
        linli(checkout, "up", "--port", str(port), "--mqtt-port", str(port + 1), *options)
        yield connect(LOCAL)
    finally:
        linli(checkout, "down")


def linli(checkout: Path, *arguments: str) -> None:
    """A command of a checkout's own, on the cloud that is upgraded. Raises CommandError."""
    command = [python(checkout), "-m", "linli_cli.main", *arguments]
    run(command, checkout, {"LINLI_HOME": os.environ["LINLI_HOME"]})


def stop_clocks(cloud: Cloud) -> None:
    """From now on nothing happens but what a version does because it starts."""
    events = cloud.client("events")
    for rule in events.list_rules()["Rules"]:
        if "ScheduleExpression" in rule:
            events.disable_rule(Name=rule["Name"])


def settled(cloud: Cloud) -> dict[str, Raw]:
    """Every row, by service and key, once nothing moves any more. Raises Unanswered."""
    end, before = time.monotonic() + DEADLINE_S, None
    while time.monotonic() < end:
        rows = exported(cloud)
        if rows == before and not waiting(cloud):
            return rows
        before = rows
        time.sleep(QUIET_S)
    raise Unanswered(f"after {DEADLINE_S:.0f} s something was still moving")


def exported(cloud: Cloud) -> dict[str, Raw]:
    """Every row of every table."""
    scan = cloud.client("dynamodb").get_paginator("scan")
    return {
        f"{service} {raw['pk']['S']} / {raw['sk']['S']}": raw
        for service in services()
        for page in scan.paginate(TableName=f"linli-{cloud.stage}-{service}")
        for raw in page["Items"]
    }


def waiting(cloud: Cloud) -> int:
    """How many messages are in queues, dead letters aside."""
    sqs = cloud.client("sqs")
    urls = sqs.list_queues(MaxResults=MOST_QUEUES)["QueueUrls"]
    told = [
        sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(MOVING))["Attributes"]
        for url in urls
        if not url.endswith(DEAD_LETTERS)
    ]
    return sum(int(each[name]) for each in told for name in MOVING)


def answered(rows: Mapping[str, Raw], say: Say) -> dict[str, Any]:
    """What every GET route answers about every row, to the first of those who may ask."""
    door, heads = FrontDoor(addresses.of_stage(LOCAL).http, issuer.token), heads_of(rows.values())
    found: dict[str, Any] = {}
    for service in services():
        say(service)
        own = [raw for at, raw in rows.items() if at.startswith(f"{service} ")]
        for path, naming in asked_of(service, own).items():
            tenant = "".join(path.split("/")[2:3])
            named = [texts_of(raw).get("person", "") for raw in naming]
            for person in filter(None, dict.fromkeys([*heads[tenant], *named])):
                answer = door.once(person, "GET", f"{door.urls[service]}{path}", None)
                if answer.status == OK:
                    found[f"{service} {path}"] = answer.body
                    break
    return found


def heads_of(rows: Iterable[Raw]) -> Mapping[str, list[str]]:
    """Somebody of each role in each community, company and sub-district, as the directory says."""
    by_role: dict[str, dict[str, str]] = defaultdict(dict)
    companies: dict[str, str] = {}
    for raw in rows:
        said, kind = texts_of(raw), raw["kind"]["S"]
        for role in raw["roles"]["SS"] if kind == "membership" else ():
            by_role[said["community"]].setdefault(role, said["person"])
        if kind in ("operator", "official"):
            by_role[said[{"operator": "company", "official": "district"}[kind]]][kind] = said["person"]
        if kind == "community_profile":
            companies[said["community"]] = said["company"]
    heads = defaultdict(list, {tenant: list(found.values()) for tenant, found in by_role.items()})
    for community, company in companies.items():
        heads[community] += heads[company]
    return heads


def losses(before: Town, after: Town, again: Container[Place]) -> Iterator[str]:
    """What is told of, but for rows whose time was over, and what each seed writes `again`."""
    now = time.time()
    rows = {at: raw for at, raw in before.rows.items() if float(raw.get("ttl", {}).get("N", now)) >= now}
    for at, raw in before.rows.items():
        yield from (f"row {at}: {where}: {what}" for where, what in lost(raw))
    for at, (where, what) in differences(rows, after.rows):
        if (at, where) not in again:
            yield f"row {at}: {where}: {what}"
    for at, (where, what) in differences(before.answers, after.answers):
        yield f"answer {at}: {where}: {what}"


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, Loss]]:
    """What of each row, or answer, is not there any more or something else."""
    for at, one in before.items():
        yield from ((at, loss) for loss in missing(one, after.get(at)))


if __name__ == "__main__":
    typer.run(main)
