"""The commands `simulate care` (believable lives under our rules and others', in memory or through MQTT) and
`simulate city` (a city's tickets through the real handlers, in virtual time).
"""

from math import inf
from os import cpu_count
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from linli_cli.errors import CommandError
from linli_cli.progress import Progress

app = typer.Typer(no_args_is_help=True, help="Play through what takes months.")

PICTURES = (".png", ".svg")


@app.callback()
def simulate() -> None:
    """Play through what takes months."""


@app.command()
def care(
    *,
    people: Annotated[int, typer.Option("--people", min=1, max=100_000)] = 200,
    days: Annotated[int, typer.Option("--days", min=1, max=730)] = 90,
    seed: Annotated[int, typer.Option("--seed", help="The same seed, the same lives.")] = 1,
    seeds: Annotated[
        int, typer.Option("--seeds", min=1, max=100, help="So many seeds from --seed on; tells the spread.")
    ] = 1,
    plot: Annotated[Path | None, typer.Option("--plot", metavar="FILE", help="A .png or .svg.")] = None,
    through: Annotated[
        Literal["memory", "mqtt"],
        typer.Option("--through", help="mqtt: a few lives as devices on the local cloud."),
    ] = "memory",
) -> None:
    """Who is asked after, how soon, and how often for nothing: our rules against 8, 10 and 12 hours."""
    if plot is not None and (plot.suffix not in PICTURES or not plot.parent.is_dir()):
        raise CommandError(f"--plot: {plot} must end in .png or .svg, in a folder that exists")
    if through == "mqtt":
        from simulation.broadcasting import play  # noqa: PLC0415 - needs the local cloud

        play(people, days, seed)
        return
    from simulation import judging, picture  # noqa: PLC0415 - `linli` itself starts without the rules
    from simulation.rules import OURS  # noqa: PLC0415

    by_seed = [judging.simulated(people, days, each) for each in range(seed, seed + seeds)]
    console = Console()
    lived = judging.total(by_seed)
    title = f"{people} people, {days} days, seed {seed}" + (f" to {seed + seeds - 1}" if seeds > 1 else "")
    console.print(picture.table(by_seed, title))
    console.print(picture.caption(lived), style="dim")
    for kind in sorted(set(lived[OURS].kinds)):
        console.print(picture.by_kind(lived, kind), style="dim")
    if plot is not None:
        picture.plot(lived, plot)
        console.print(f"drawn: {plot}")


@app.command()
def city(
    *,
    communities: Annotated[int, typer.Option("--communities", min=1, max=5000)] = 42,
    months: Annotated[int, typer.Option("--months", min=1, max=12, help="From January 2026 on.")] = 6,
    seed: Annotated[int, typer.Option("--seed", help="The same seed, the same tickets.")] = 1,
    minutes: Annotated[
        float | None,
        typer.Option("--minutes", min=0.1, help="No reports after so long; what is open is seen to."),
    ] = None,
    processes: Annotated[
        int | None,
        typer.Option("--processes", min=1, max=64, help="As many as there are cores, unless said."),
    ] = None,
) -> None:
    """A city's tickets through the real handlers on DynamoDB Local: how fast, at what cost, what holds."""
    from linli_cli.local.dynamodb_local import installed  # noqa: PLC0415  `linli` itself starts without Java
    from simulation.city import report, running, standing  # noqa: PLC0415

    progress = Progress()
    place = installed(standing.home(), progress.console.print)
    most_s = inf if minutes is None else minutes * 60
    wanted = running.Wanted(tuple(range(communities)), running.after_months(months), seed, most_s)
    count = min(processes or cpu_count() or 1, communities)
    with progress.step(f"{communities} communities, {months} months, seed {seed}, {count} processes") as say:
        played = running.on_all_cores(wanted, place, count, lambda reached: say(report.line(reached)))
    console = Console()
    report.show(console, wanted, played, count)
    if played.contradictions:
        raise CommandError(
            f"{len(played.contradictions)} contradictions; the first: {played.contradictions[0]}"
        )
