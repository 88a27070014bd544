"""The command `trace`."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from linli.instants import to_text
from linli_cli.cloud import LOCAL, Cloud, connect
from linli_cli.deploy.deploying import Profile, Stage
from linli_cli.deploy.stacks import full_name
from linli_cli.errors import CommandError
from linli_cli.operate.logs import events_since, seconds_of
from linli_cli.operate.tracing import Finder, Line, line_of, traced
from linli_cli.progress import wide_table

GROUPS = "/aws/lambda/"
MOST = 10_000  # lines, the most that Logs Insights answers
TERMS_AT_ONCE = 50
POLL_S = 0.5
LONGEST_S = 120.0
ENDED = ("Complete", "Failed", "Cancelled", "Timeout")


def trace(
    what: Annotated[
        str,
        typer.Argument(
            metavar="ID", help="E.g. `<device>:<event_id>`, a problem's `instance`, a bill, a receipt."
        ),
    ],
    since: Annotated[str, typer.Option("--since", help="How far back, e.g. 12h, 40d.")] = "90d",
    as_json: Annotated[bool, typer.Option("--json", help="The log lines, for programs.")] = False,
    stage: Stage = LOCAL,
    profile: Profile = None,
) -> None:
    """All that came of one message or request: over facts, bills, orders, to the payment.

    It begins anywhere: also at what lines say that they are about, as `oak/use/<meter>/2026-01`.
    """
    cloud, start_s = connect(stage, profile), int(time.time()) - seconds_of(since)
    lines = traced(what, finder(cloud, start_s))
    if as_json:
        shown = [{"at": at_of(each), "function": each.function, **each.said} for each in lines]
        print(json.dumps(shown, indent=2, ensure_ascii=False))
    elif lines:
        show(lines)
    if not lines:
        raise CommandError(f"nothing of the last {since} belongs to {what}")


def finder(cloud: Cloud, start_s: int) -> Finder:
    """Looks in all logs of a stage: on AWS by Logs Insights, which bills what it reads."""
    return _locally(cloud, start_s) if cloud.is_local else _by_insights(cloud, start_s)


def _locally(cloud: Cloud, start_s: int) -> Finder:
    lines = list(_all_lines(cloud, start_s))
    return lambda _: lines


def _all_lines(cloud: Cloud, start_s: int) -> Iterator[Line]:
    logs, prefix = cloud.client("logs"), f"{GROUPS}{full_name(cloud.stage, '')}"
    for page in logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix):
        for group in page["logGroups"]:
            name = group["logGroupName"]
            for event in events_since(logs, name, start_s * 1000):
                if line := line_of(event["timestamp"], name.removeprefix(prefix), event["message"]):
                    yield line


def _by_insights(cloud: Cloud, start_s: int) -> Finder:
    logs, prefix = cloud.client("logs"), f"{GROUPS}{full_name(cloud.stage, '')}"

    def find(terms: set[str]) -> Iterator[Line]:
        wanted = sorted(terms)
        for first in range(0, len(wanted), TERMS_AT_ONCE):
            text = query(prefix, wanted[first : first + TERMS_AT_ONCE])
            for row in answered(logs, text, start_s):
                at = datetime.fromisoformat(row["@timestamp"]).replace(tzinfo=UTC)
                function = row["@log"].partition(":")[2].removeprefix(prefix)
                if line := line_of(int(at.timestamp() * 1000), function, row["@message"]):
                    yield line

    return find


def query(prefix: str, terms: list[str]) -> str:
    """All lines of a stage in which one of these texts stands, as Logs Insights asks for them."""
    named = " or ".join(f"@message like {json.dumps(each, ensure_ascii=False)}" for each in terms)
    return (
        f"SOURCE logGroups(namePrefix: ['{prefix}']) "
        f"| fields @timestamp, @log, @message | filter {named} | sort @timestamp asc | limit {MOST}"
    )


def answered(logs: Any, text: str, start_s: int) -> list[dict[str, str]]:
    """What Logs Insights answers to a query. Raises CommandError when it does not."""
    asked = logs.start_query(queryString=text, startTime=start_s, endTime=int(time.time()))["queryId"]
    end = time.monotonic() + LONGEST_S
    while True:
        answer = logs.get_query_results(queryId=asked)
        if answer["status"] in ENDED or time.monotonic() > end:
            break
        time.sleep(POLL_S)
    if answer["status"] != "Complete":
        raise CommandError(f"Logs Insights has not answered: {answer['status']}; try a shorter --since")
    return [{each["field"]: each["value"] for each in row} for row in answer["results"]]


def at_of(line: Line) -> str:
    """When it was, as text."""
    return to_text(datetime.fromtimestamp(line.at / 1000, UTC))


def show(lines: list[Line]) -> None:
    """Print lines, each with what it is about and of what it is a sum."""
    out, table = wide_table("when", "action", "how it ended", "correlation id", "about", "sums up")
    for each in lines:
        service = each.function.partition("-")[0]
        action = f"{service}/{each.said.get('action', '')}"
        about, sums = ("\n".join(sorted(links)) for links in (each.about, each.sums))
        table.add_row(at_of(each), action, str(each.said["outcome"]), each.chain, about, sums)
    out.print(table, markup=False)
