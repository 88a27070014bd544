"""The command `logs`."""

import re
import time
from collections.abc import Iterator
from typing import Annotated, Any

import typer
from botocore.exceptions import ClientError

from linli_cli.cloud import LOCAL, Cloud, connect
from linli_cli.deploy.deploying import Profile, Stage
from linli_cli.deploy.stacks import full_name
from linli_cli.errors import CommandError
from linli_cli.operate.log_lines import Wanted, tidied

UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86400}
LATE_MS = 30_000  # log lines turn up in any order for a while: followed lines are looked for again so long
POLL_S = 1.0


def seconds_of(text: str) -> int:
    """`90s`, `10m`, `2h`, `1d` in seconds. Raises CommandError."""
    found = re.fullmatch(r"(\d+)([smhd])", text)
    if not found:
        raise CommandError(f"--since takes a number and s, m, h or d, such as 10m, not {text}")
    return int(found[1]) * UNITS_S[found[2]]


def short_name(text: str, stage: str) -> str:
    """`access/gate_pass`, `access-gate-pass` and the full name all mean `access-gate-pass`."""
    return text.removeprefix(full_name(stage, "")).replace("/", "-").replace("_", "-")


def known_functions(cloud: Cloud) -> list[str]:
    """The short names of all functions of the stage."""
    prefix = full_name(cloud.stage, "")
    pages = cloud.client("lambda").get_paginator("list_functions").paginate()
    names = (function["FunctionName"] for page in pages for function in page["Functions"])
    return sorted(name.removeprefix(prefix) for name in names if name.startswith(prefix))


def events_since(client: Any, group: str, start_ms: int) -> Iterator[dict[str, Any]]:
    """The lines of a log group from a time on (milliseconds since the epoch); none before its first."""
    try:
        pages = client.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=start_ms)
        for page in pages:
            yield from page["events"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise


def identity(event: dict[str, Any]) -> str:
    """What tells a line from others; not every cloud numbers them."""
    return event.get("eventId") or f"{event.get('logStreamName')} {event['timestamp']} {event['message']}"


def logs(
    *,
    function: Annotated[str, typer.Argument(help="E.g. access-gate-pass or access/gate_pass.")],
    since: Annotated[str, typer.Option("--since", help="How far back, e.g. 90s, 10m, 2h.")] = "10m",
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until interrupted.")] = False,
    errors: Annotated[bool, typer.Option("--errors", help="Only what nobody foresaw.")] = False,
    request: Annotated[
        str, typer.Option("--request", metavar="ID", help="Of one attempt: a problem's `instance`.")
    ] = "",
    everything: Annotated[bool, typer.Option("--all", help="Lambda's own lines and metrics, too.")] = False,
    stage: Stage = LOCAL,
    profile: Profile = None,
) -> None:
    """Print what a function logged.

    The correlation id of a request is the `instance` of its problem; a device's message has
    `<device>:<event_id>`.
    """
    wanted = Wanted(everything, errors, request)
    start_ms = int((time.time() - seconds_of(since)) * 1000)
    cloud, name = connect(stage, profile), short_name(function, stage)
    known = known_functions(cloud)
    if name not in known:
        names = f"the functions are: {', '.join(known)}" if known else "none is deployed: linli deploy"
        raise CommandError(f"there is no function {function}; {names}")
    client, printed = cloud.client("logs"), set[str]()
    while True:
        for event in events_since(client, f"/aws/lambda/{full_name(stage, name)}", start_ms):
            if identity(event) not in printed:
                printed.add(identity(event))
                if wanted.takes(event["message"]):
                    print(tidied(event["message"]), flush=True)
                start_ms = max(start_ms, event["timestamp"] - LATE_MS)
        if not follow:
            return
        time.sleep(POLL_S)
