"""The command `status`."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from linli_cli.cloud import LOCAL, connect
from linli_cli.deploy.deploying import Profile, Stage
from linli_cli.errors import CommandError
from linli_cli.progress import number_of, wide_table
from linli_cli.standing import readings
from linli_cli.standing.readings import Line


def status(
    everything: Annotated[
        bool, typer.Option("--all", help="Each stack, alarm and queue, also those that are well.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="All of it, for programs.")] = False,
    stage: Stage = LOCAL,
    profile: Profile = None,
) -> None:
    """What needs somebody, and the command that helps: stacks, alarms, dead letters, queues, sweeps, refunds.

    Fails where somebody has to act, or where something cannot be read.
    """
    lines = readings.told(connect(stage, profile), datetime.now(UTC))
    acting = [line for line in lines if line.acts]
    if as_json:
        print(json.dumps([asdict(line) for line in lines], indent=2, ensure_ascii=False))
    else:
        show(lines if everything else shortened(lines))
    if acting:
        one = len(acting) == 1
        raise CommandError(f"{number_of(len(acting), 'thing')} need{'s' if one else ''} somebody")


def shortened(lines: Iterable[Line]) -> list[Line]:
    """What needs somebody first, then what may be of interest, then a line for each part that is well."""
    every = list(lines)
    acting = [line for line in every if line.acts]
    odd = [line for line in every if line.command and not line.acts]
    well = []
    for part in readings.PARTS:
        quiet = [line for line in every if line.part == part and not line.acts and not line.command]
        if len(quiet) == 1:
            well += quiet
        elif quiet or not any(line.part == part for line in every):
            well.append(Line(part, "", f"{len(quiet)} {in_words(part, quiet)}"))
    return [*acting, *odd, *well]


def in_words(part: str, quiet: list[Line]) -> str:
    """How those of a part stand that need nobody."""
    if part == "alarms":
        silent = sum(line.state == "INSUFFICIENT_DATA" for line in quiet)
        return f"do not ring{f', {silent} of them have no data' if silent else ''}"
    words = {"dead letters": "queues without any", "queues": "queues are empty", "sweeps": "run"}
    return words.get(part, "well" if quiet else "")


def show(lines: Iterable[Line]) -> None:
    """Print lines, those that somebody has to act on in red."""
    out, table = wide_table("part", "what", "how it stands", "what helps")
    for line in lines:
        style = "red" if line.acts else "yellow" if line.command else "green"
        table.add_row(line.part, line.what, line.state, line.command, style=style)
    out.print(table)
