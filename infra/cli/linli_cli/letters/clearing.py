"""The commands `dlq redrive` and `dlq discard`: dead letters sent again, or thrown away."""

import time
from collections.abc import Callable
from typing import Annotated, Any

import typer
from botocore.exceptions import BotoCoreError, ClientError

from linli_cli.cloud import LOCAL, connect
from linli_cli.deploy.deploying import Profile, Stage
from linli_cli.errors import CommandError
from linli_cli.letters import peeking, redriving
from linli_cli.letters.dead_letters import app, url_of
from linli_cli.letters.redriving import WayBack

LOOK_S = 6.0  # longer than the retries of the local cloud take; on AWS they take minutes
POLL_S = 0.5

Queue = Annotated[str, typer.Argument(help="E.g. access-gate-pass or access/gate_pass.")]
Most = Annotated[int | None, typer.Option("--max", min=1, help="At most so many.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


@app.command()
def redrive(
    queue: Queue, most: Most = None, yes: Yes = False, stage: Stage = LOCAL, profile: Profile = None
) -> None:
    """Send dead letters to where they failed; each is removed once it has been taken over."""
    cloud = connect(stage, profile)
    name, url = url_of(cloud, queue)
    sqs: Any = cloud.client("sqs")
    there = peeking.waiting(sqs, url)
    count = agreed(name, there, most, "send {} of {} again?", yes=yes)
    if not count:
        return
    way = redriving.way_back(cloud, name)
    done, failures = 0, list[str]()
    for message in peeking.peek(sqs, url, count):
        try:
            way.send(message)
        except (CommandError, BotoCoreError, ClientError) as error:
            failures.append(str(error))
        else:
            peeking.remove(sqs, url, message)
            done += 1
    print(f"sent again: {done} of {name}, to {way.target}")
    if done:
        back, known = came_back(way, done, lambda: peeking.waiting(sqs, url) - (there - done))
        later = "" if known else f" so far; whether more will cannot be known yet: linli dlq list {name}"
        print(f"came back: {back or 'none'}{later}")
    if failures:
        raise CommandError(f"{len(failures)} of {name} stay where they are: {failures[0]}")


@app.command()
def discard(
    queue: Queue, most: Most = None, yes: Yes = False, stage: Stage = LOCAL, profile: Profile = None
) -> None:
    """Throw dead letters away for good: those that no sending again can help."""
    cloud = connect(stage, profile)
    name, url = url_of(cloud, queue)
    sqs: Any = cloud.client("sqs")
    count = agreed(name, peeking.waiting(sqs, url), most, "throw {} of {} away for good?", yes=yes)
    done = 0
    for message in peeking.peek(sqs, url, count):
        peeking.remove(sqs, url, message)
        done += 1
    if count:
        print(f"thrown away: {done} of {name}")


def agreed(name: str, there: int, most: int | None, question: str, *, yes: bool) -> int:
    """How many of the messages that are there are meant. Raises CommandError when somebody says no."""
    count = min(there, most or there)
    if not count:
        print(f"{name} has no dead letters")
    elif not yes and not typer.confirm(question.format(count, name)):
        raise CommandError("nothing was done")
    return count


def came_back(way: WayBack, sent: int, returned: Callable[[], int]) -> tuple[int, bool]:
    """How many of those sent are dead letters again, and whether that is all there will be."""
    end, known, back = time.monotonic() + LOOK_S, False, 0
    while not known and back < sent:
        time.sleep(POLL_S)
        known = way.settled()  # asked first: what is dealt with has left its letter by then
        back = max(0, returned())
        if time.monotonic() > end:
            break
    return back, known or back >= sent
