"""The commands `deploy` and `rollback`."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from linli_cli.cloud import LOCAL
from linli_cli.deploy import stacks
from linli_cli.errors import CommandError

STYLES = {"Add": "green", "Modify": "yellow", "Remove": "red"}
console = Console()

Stage = Annotated[str, typer.Option("--stage", "-s", help="The stage; `local` is the local cloud.")]
Profile = Annotated[
    str | None, typer.Option("--profile", help="The AWS profile; the usual chain without it.")
]


def deploy(  # noqa: PLR0917  one option each
    names: Annotated[
        list[str] | None, typer.Argument(metavar="STACK…", help="Which stacks; all of them if none.")
    ] = None,
    stage: Stage = LOCAL,
    profile: Profile = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before executing.")] = False,
    parameter: Annotated[
        list[str] | None, typer.Option("--parameter", "-p", metavar="NAME=VALUE", help="E.g. Tracing=Active.")
    ] = None,
    remove: Annotated[
        list[str] | None,
        typer.Option(
            "--remove", metavar="STACK", help="It may be removed where a failed creation left it behind."
        ),
    ] = None,
    skip: Annotated[
        list[str] | None,
        typer.Option("--skip", metavar="RESOURCE", help="What a rollback that goes on leaves as it is."),
    ] = None,
    python: Annotated[
        str | None, typer.Option("--python", help="Move the whole stage to this Python, e.g. 3.13.")
    ] = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="Only tell what would happen; nothing is changed.")
    ] = False,
) -> None:
    """Package, upload and deploy stacks, as far as they changed. Shows each change set first."""
    given = dict(parse_parameter(each) for each in parameter or [])
    ways = stacks.Ways(frozenset(remove or ()), tuple(skip or ()), python)
    if preview:
        for each in stacks.previewed(
            names or None, stage, profile=profile, parameters=given, say=saying, ways=ways
        ):
            tell_preview(each)
        return
    try:
        done = stacks.deploy(
            names or None,
            stage,
            profile=profile,
            parameters=given,
            show=lambda plan: console.print(table_of(plan)),
            approve=lambda plans: approved(plans, yes=yes, stage=stage),
            say=saying,
            ways=ways,
        )
    except stacks.PartlyDeployed as error:
        tell(error.done)
        raise
    tell(done)


def rollback(
    stack: Annotated[str, typer.Argument(metavar="STACK", help="One stack, e.g. access.")],
    stage: Stage = LOCAL,
    profile: Profile = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before executing.")] = False,
) -> None:
    """Bring a stack back to what was deployed before its last update: template, packages, parameters."""
    done = stacks.rolled_back(
        stack,
        stage,
        profile=profile,
        show=lambda plan: console.print(table_of(plan)),
        approve=lambda plans: approved(plans, yes=yes, stage=stage),
        say=saying,
    )
    tell([done])


def saying(line: str) -> None:
    """A line of progress."""
    console.print(line, style="dim", markup=False, highlight=False)


def tell_preview(found: stacks.Preview) -> None:
    """What would happen to a stack; what would be lost in red."""
    plan = found.plan
    if found.note:
        console.print(f"{plan.stack}: cannot be told: {found.note}", style="yellow", markup=False)
    elif not plan.changes:
        console.print(f"{plan.stack}: unchanged", style="dim")
    else:
        console.print(table_of(plan))
    for each in found.replaced:
        lost = f"{plan.stack}: {each} WOULD BE REPLACED OR REMOVED, with all that it holds"
        console.print(lost, style="bold red", markup=False)
    for each in found.grown:
        console.print(f"{plan.stack}: may from then on: {each}", style="yellow", markup=False, soft_wrap=True)


def approved(plans: list[stacks.ChangeSet], *, yes: bool, stage: str) -> bool:
    """Whether to go on. `--yes` speaks for change sets, and for no removal and nothing of somebody else's."""
    if stage == LOCAL:
        return True
    if not any(plan.before for plan in plans):
        return yes or typer.confirm(f"execute {', '.join(plan.stack for plan in plans)}?")
    questions = [f"{plan.before}. Go on with {stacks.full_name(stage, plan.stack)}?" for plan in plans]
    if yes and any(plan.removes or plan.creates for plan in plans):
        stack = plans[0].stack
        raise CommandError(
            f"{plans[0].before}; --yes does not answer that: say `--remove {stack}`, or do not say --yes"
        )
    return yes or all(typer.confirm(each) for each in questions)


def tell(done: list[stacks.Deployed]) -> None:
    """A line for each stack that came to its end."""
    for each in done:
        console.print(f"{each.stack}: {each.result}", style="green" if each.result != "unchanged" else "dim")


def parse_parameter(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator:
        raise CommandError(f"--parameter takes NAME=VALUE, not {text}")
    return name, value


def table_of(plan: stacks.ChangeSet) -> Table:
    """A change set as a table."""
    title = plan.before or f"{plan.stack}: change set"
    table = Table("action", "resource", "type", "replacement", title=title, box=None)
    for change in plan.changes:
        row = (change.action, change.logical_id, change.type, change.replacement)
        table.add_row(*row, style=STYLES.get(change.action, ""))
    return table
