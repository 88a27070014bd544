"""The command `restore`."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import typer

from linli.instants import to_text
from linli_cli.cloud import LOCAL, Cloud, connect
from linli_cli.deploy.deploying import Profile, Stage
from linli_cli.errors import CommandError
from linli_cli.progress import Progress, number_of, wide_table
from linli_cli.restoring import copies, differences, returning
from linli_cli.restoring.comparing import Chosen, differing
from linli_cli.restoring.copies import Copy
from linli_cli.restoring.differences import Difference

SHOWN = 200  # rows of a comparison; more of them nobody reads, `--json` has all
IN_WORDS = {
    differences.NEW: "new since, they stay",
    differences.PUBLISHED: "were facts to publish, and are published",
    differences.EXPIRED: "have outlived their time to live",
    differences.AHEAD: "have a version that went on, they stay",
    differences.LEFT: "were changed since, they stay unless `--over`",
    returning.MEANWHILE: "were written meanwhile: compare again",
}


@dataclass(frozen=True)
class Asked:
    """The options of one call: just one of the four says what to do."""

    at: str | None
    compare: bool
    bring: bool
    drop: bool

    def check(self) -> None:
        """Raises CommandError unless one thing is asked for."""
        if sum([self.at is not None, self.compare, self.bring, self.drop]) != 1:
            raise CommandError("say one of: --at INSTANT, --compare, --bring, --drop")


def restore(
    *,
    service: Annotated[str, typer.Argument(help="Whose table, e.g. payments.")],
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="INSTANT", help="2026-01-05T03:00:00+08:00, or `latest`: make a copy."),
    ] = None,
    wait: Annotated[int, typer.Option("--wait", metavar="MINUTES", help="Until the copy is there.")] = 20,
    compare: Annotated[bool, typer.Option("--compare", help="Which rows differ from the copy.")] = False,
    values: Annotated[bool, typer.Option("--values", help="What they hold, too: it is personal.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="All of the comparison, for programs.")] = False,
    bring: Annotated[bool, typer.Option("--bring", help="Bring chosen rows back from the copy.")] = False,
    community: Annotated[str, typer.Option("--community", help="Rows of this community alone.")] = "",
    partition: Annotated[str, typer.Option("--partition", metavar="PK", help="Of this partition.")] = "",
    kind: Annotated[list[str] | None, typer.Option("--kind", help="Of this kind; several of them.")] = None,
    over: Annotated[bool, typer.Option("--over", help="Also over rows that were changed since.")] = False,
    drop: Annotated[bool, typer.Option("--drop", help="Delete the copy.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    stage: Stage = LOCAL,
    profile: Profile = None,
) -> None:
    """A table as it was: a copy beside it, compared, and chosen rows brought back from it.

    The table is never replaced: its stream, its time to live and its stack stay what they are. Nothing is
    published again.
    """
    Asked(at, compare, bring, drop).check()
    cloud, chosen = connect(stage, profile), Chosen(community, partition, tuple(kind or ()))
    if at is not None:
        make(cloud, service, at, wait)
    elif compare:
        show(cloud, copies.copy_of(cloud, service), chosen, values=values, as_json=as_json)
    elif bring:
        bring_back(cloud, copies.copy_of(cloud, service), chosen, over=over, yes=yes)
    else:
        forget(cloud, service, yes=yes)


def make(cloud: Cloud, service: str, at: str, wait_minutes: int) -> None:
    """Restore beside the table, and say what comes next."""
    copy = copies.begun(cloud, service, at)
    with Progress().step(f"{copy.name}, as of {to_text(copy.at)}") as say:
        there = copies.awaited(cloud, copy, wait_minutes * 60, say)
    if not there:
        raise CommandError(f"{copy.name} is not there yet; it is being made all the same, compare later")
    print(f"what differs: linli restore {service} --compare")
    print(f"it holds what people have said, and costs storage: linli restore {service} --drop, in the end")


def compared(cloud: Cloud, copy: Copy, chosen: Chosen) -> Iterator[Difference]:
    """What differs between a service's table and its copy."""
    return differing(cloud.client("dynamodb"), copies.table_of(cloud, copy.service), copy.name, chosen)


def show(cloud: Cloud, copy: Copy, chosen: Chosen, *, values: bool, as_json: bool) -> None:
    """Print what differs, and of which kinds how much."""
    found = list(compared(cloud, copy, chosen))
    if as_json:
        print(json.dumps([as_data(each, values=values) for each in found], indent=2, ensure_ascii=False))
        return
    out, table = wide_table("state", "kind", "partition", "row", "what differs")
    for each in found[:SHOWN]:
        table.add_row(each.state, each.kind, *each.key, ", ".join(each.attributes))
    if found:
        out.print(table, markup=False)
    if values:
        for each in found[:SHOWN]:
            print(json.dumps(as_data(each, values=True), ensure_ascii=False))
    if len(found) > SHOWN:
        print(f"… and {len(found) - SHOWN} more: --json has all of them")
    counted = Counter((each.state, each.kind) for each in found)
    for (state, kind), number in sorted(counted.items()):
        print(f"{state}: {number} {kind}")
    differ = "differs" if len(found) == 1 else "differ"
    print(f"{number_of(len(found), 'row')} {differ} from {to_text(copy.at)}")


def as_data(found: Difference, *, values: bool) -> dict[str, object]:
    """A difference for programs; what the rows hold only where it is asked for."""
    told: dict[str, object] = {"state": found.state, "kind": found.kind}
    told |= dict(zip(("pk", "sk"), found.key, strict=True)) | {"attributes": found.attributes}
    return told | ({"before": found.before, "now": found.now} if values else {})


def bring_back(cloud: Cloud, copy: Copy, chosen: Chosen, *, over: bool, yes: bool) -> None:
    """Bring back what may be of the chosen rows, once somebody has said yes; say what of the others.

    Raises CommandError where nothing is chosen: rows that were rightly deleted would be back as well.
    """
    if not (chosen.kinds or chosen.partition):
        raise CommandError("say which: --kind (several of them) or --partition, as `--compare` lists them")
    now = datetime.now(UTC)
    kept, wanted = Counter[str](), list[Difference]()
    for each in compared(cloud, copy, chosen):
        if why := differences.kept_back(each, int(now.timestamp()), over=over):
            kept[why] += 1
        else:
            wanted.append(each)
    due = sum(each.before is not None and differences.falls_due(each.before, to_text(now)) for each in wanted)
    if wanted and not yes:
        warning = f", {due} of them due at once, to be seen to by the next sweep" if due else ""
        what = f"{number_of(len(wanted), 'row')} of {copy.service}, as of {to_text(copy.at)}"
        if not typer.confirm(f"bring back {what}{warning}?"):
            raise CommandError("nothing was done")
    table = copies.table_of(cloud, copy.service)
    ended = Counter(end for _, end in returning.brought(cloud.client("dynamodb"), table, wanted))
    print(f"brought back: {ended.pop(returning.BROUGHT, 0)}")
    for why, number in sorted((kept + ended).items()):
        print(f"left: {number} {IN_WORDS[why]}")


def forget(cloud: Cloud, service: str, *, yes: bool) -> None:
    """Delete the copy; never the table."""
    found = list(copies.copies(cloud, service))
    if not found:
        print(f"{service} has no copy")
        return
    names = ", ".join(each.name for each in found)
    if not yes and not typer.confirm(f"delete {names}? {copies.table_of(cloud, service)} stays"):
        raise CommandError("nothing was done")
    print(f"deleted: {', '.join(copies.dropped(cloud, service))}")
