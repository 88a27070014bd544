"""The command `runbook`."""

import re
from collections.abc import Iterator
from typing import Annotated

import typer
from rich.console import Console

from linli_cli.cloud import LOCAL
from linli_cli.deploy import runbooks
from linli_cli.deploy.alarms import Alarm, alarms_of
from linli_cli.errors import CommandError
from linli_cli.layout import services
from linli_cli.progress import wide_table

COMMAND = re.compile(r"`(linli [a-z][^`]*)`")
HERE = Annotated[str, typer.Option("--stage", "-s", help="Whose commands are printed.")]


def runbook(
    alarm: Annotated[str | None, typer.Argument(help="As it is named, e.g. care-sweep-silent.")] = None,
    stage: HERE = LOCAL,
) -> None:
    """What to do when an alarm rings; without one, all alarms there are. It asks no cloud."""
    if alarm is None:
        out, table = wide_table("alarm", "what it says")
        for service in services():
            for each in sorted(alarms_of(service), key=lambda one: one.name):
                table.add_row(each.name, each.description)
        out.print(table)
        return
    console = Console(highlight=False, soft_wrap=True)
    for line in lines_of(found(alarm, stage), stage):
        console.print(line, markup=False)


def found(name: str, stage: str) -> Alarm:
    """An alarm by its name, with or without the stage's prefix. Raises CommandError for none of ours."""
    wanted = name.removeprefix(f"linli-{stage}-")
    service = wanted.partition("-")[0]
    if service not in services():
        raise CommandError(f"there is no alarm {name}: `linli runbook` lists them")
    there = {each.name: each for each in alarms_of(service)}
    if wanted not in there:
        raise CommandError(f"there is no alarm {name}; of {service} there are: {', '.join(sorted(there))}")
    return there[wanted]


def lines_of(alarm: Alarm, stage: str) -> Iterator[str]:
    """A runbook as text, its commands as they are typed for this stage."""
    means, look, do = (alarm.runbook[part] for part in runbooks.PARTS)
    yield f"linli-{stage}-{alarm.name}: {alarm.description}"
    yield f"\n{means}\n\nLook:"
    yield from (f"  {of_stage(each, stage)}" for each in look)
    yield "\nDo:"
    for number, each in enumerate(do, 1):
        yield f"  {number}. {COMMAND.sub(lambda it: f'`{of_stage(it[1], stage)}`', each)}"


def of_stage(command: str, stage: str) -> str:
    """A command of `linli` for a stage; the note behind it stays behind."""
    typed, gap, note = command.partition("  #")
    is_ours = typed.startswith("linli ") and stage != LOCAL
    return f"{typed} --stage {stage}{gap}{note}" if is_ours else command
