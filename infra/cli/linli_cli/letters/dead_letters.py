"""The command `dlq list`: what could not be processed."""

import json
import time
from dataclasses import asdict, dataclass
from typing import Annotated, Any

import typer
from rich.console import Console

from linli_cli.cloud import LOCAL, Cloud, connect
from linli_cli.deploy.deploying import Profile, Stage
from linli_cli.deploy.stacks import full_name
from linli_cli.errors import CommandError
from linli_cli.letters import peeking, redriving
from linli_cli.operate.logs import short_name
from linli_cli.progress import wide_table

SUFFIX = "-dlq"
LOOKED_AT = 100  # messages, for the oldest and for showing

app = typer.Typer(
    no_args_is_help=True, help="Dead-letter queues: look into them, send messages again, or away."
)


@dataclass(frozen=True)
class DeadLetterQueue:
    """`name` as `<service>-<action>`; the age is that of the oldest message, in seconds."""

    name: str
    messages: int
    oldest_s: int | None


def queue_urls(cloud: Cloud) -> dict[str, str]:
    """The dead-letter queues of the stage: short name to URL."""
    prefix = full_name(cloud.stage, "")
    pages = cloud.client("sqs").get_paginator("list_queues").paginate(QueueNamePrefix=prefix)
    urls = (url for page in pages for url in page.get("QueueUrls", []))
    named = {url.rpartition("/")[2].removeprefix(prefix): url for url in urls}
    return {name.removesuffix(SUFFIX): url for name, url in sorted(named.items()) if name.endswith(SUFFIX)}


def url_of(cloud: Cloud, queue: str) -> tuple[str, str]:
    """The short name and URL of a queue. Raises CommandError for one that is not there."""
    urls, name = queue_urls(cloud), short_name(queue, cloud.stage).removesuffix(SUFFIX)
    if name not in urls:
        names = f"the queues are: {', '.join(urls)}" if urls else "none is deployed: linli deploy"
        raise CommandError(f"there is no dead-letter queue {queue}; {names}")
    return name, urls[name]


def summary(cloud: Cloud, now: float) -> list[DeadLetterQueue]:
    """All queues; the age is exact for those with up to a hundred messages."""
    sqs, found = cloud.client("sqs"), []
    for name, url in queue_urls(cloud).items():
        count = peeking.waiting(sqs, url)
        sent = [peeking.sent_at(each) for each in peeking.peek(sqs, url, min(count, LOOKED_AT))]
        found.append(DeadLetterQueue(name, count, max(0, int(now - min(sent))) if sent else None))
    return found


@app.command("list")
def list_(
    queue: Annotated[str | None, typer.Argument(help="Show the messages of this one.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    stage: Stage = LOCAL,
    profile: Profile = None,
) -> None:
    """All dead-letter queues, or the messages of one: why, when, and what."""
    cloud = connect(stage, profile)
    if queue is None:
        show_queues(summary(cloud, time.time()), as_json=as_json)
        return
    name, url = url_of(cloud, queue)
    sqs: Any = cloud.client("sqs")
    count = min(peeking.waiting(sqs, url), LOOKED_AT)
    shown = [redriving.shown(each) for each in peeking.peek(sqs, url, count)]
    if as_json:
        print(json.dumps(shown, indent=2))
        return
    console = Console(soft_wrap=True, highlight=False)
    for each in shown:
        console.print(f"{each['sent_at']}  {each['reason']}", style="bold", markup=False)
        console.print(f"  {readable(each['body'])}", markup=False)
    if not shown:
        console.print(f"{name} has no dead letters", markup=False)


def readable(body: Any) -> str:
    """A message as text; what no encoding can hold (a lone surrogate) stays escaped."""
    return json.dumps(body, ensure_ascii=False).encode(errors="backslashreplace").decode()


def show_queues(queues: list[DeadLetterQueue], *, as_json: bool) -> None:
    """Print the summary."""
    if as_json:
        print(json.dumps([asdict(each) for each in queues], indent=2))
        return
    console, table = wide_table("queue", "messages", "oldest")
    for each in queues:
        age = "" if each.oldest_s is None else age_in_words(each.oldest_s)
        table.add_row(each.name, str(each.messages), age, style="yellow" if each.messages else "dim")
    console.print(table)


def age_in_words(seconds: int) -> str:
    """`40 s`, `12 min`, `3 h`, `2 d`."""
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"
