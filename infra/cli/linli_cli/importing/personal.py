"""The commands `person export` and `person forget`: a copy of what is known of somebody, and its end."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any

import typer

from linli_cli.cloud import LOCAL
from linli_cli.deploy.deploying import Profile, Stage
from linli_cli.devices.device_files import check_id
from linli_cli.devices.device_keys import Community, Token
from linli_cli.errors import CommandError
from linli_cli.importing.commands import Tokens, private_files
from linli_cli.operate import addresses
from linli_cli.operate.front_door import TIMEOUT_S, FrontDoor
from linli_cli.progress import Progress, Say, wide_table

app = typer.Typer(no_args_is_help=True, help="A copy of a person's data, and forgetting them.")

Person = Annotated[str, typer.Argument(metavar="PERSON", help="Whose data it is.")]
ACCEPTED = (HTTPStatus.OK, HTTPStatus.ACCEPTED)
POLL_S = 2.0
COPIED_WITHIN_S = 600.0
FORGOTTEN_WITHIN_S = 1800.0
HEADS = ("service", "state", "rows", "stays", "by")


@app.command()
def export(
    person: Person,
    *,
    community: Community,
    out: Annotated[Path, typer.Option("--out", metavar="FILE.zip", help="Where the copy goes.")],
    token: Token = None,
    stage: Stage = LOCAL,
    profile: Profile = None,
) -> None:
    """Ask as the person for a copy of what the community's services know of them, and fetch it."""
    asking = _asking(stage, profile, community, person, token)
    with Progress().step(f"a copy of what {community} knows of {person}") as say:
        path = f"/directory/me/exports/{asking.post('/directory/me/exports', {'community': community})}"
        done = asking.until_done(lambda: asking.get(path), COPIED_WITHIN_S, say)
        found = asking.door.session.get(done["url"], timeout=TIMEOUT_S)
    if found.status_code != HTTPStatus.OK:
        raise CommandError(f"the copy cannot be fetched: {found.status_code}; run the command again")
    with private_files():
        out.write_bytes(found.content)
    show(done)
    print(out)


@app.command()
def forget(
    person: Person,
    *,
    community: Community,
    by: Annotated[
        str | None, typer.Option("--by", metavar="ID", help="The manager who does it; else they themself.")
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Once more, after a table was restored; needs --by.")
    ] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Until all services have answered.")] = False,
    token: Token = None,
    stage: Stage = LOCAL,
    profile: Profile = None,
) -> None:
    """Have a person forgotten in a community, or show how far that is: asked again, it is the same."""
    if again and by is None:
        raise CommandError("--again needs --by MANAGER")
    asking = _asking(stage, profile, community, by or person, token)
    of_person = f"/directory/communities/{community}/people/{person}/forgetting"
    with Progress().step(f"forgetting {person} in {community}") as say:
        if by:
            asking.post(of_person, {"again": again})
        else:
            asking.post("/directory/me/forgetting", {"community": community})

        def how_far() -> dict[str, Any]:
            if by:
                return asking.get(of_person)
            items = asking.get("/directory/me/forgetting")["items"]
            return next(each for each in items if each["community"] == community)

        done = asking.until_done(how_far, FORGOTTEN_WITHIN_S, say) if wait else how_far()
    show(done)
    if done["state"] != "done":
        print(f"services begin at {done['begins_at']}; run the command again to see how far they are")


@dataclass(frozen=True)
class Asking:
    """Somebody at the directory's door."""

    door: FrontDoor
    person: str

    def post(self, path: str, body: dict[str, Any]) -> str:
        """Ask for something; the request's id."""
        return str(self.door.ask(self.person, "POST", path, body, accept=ACCEPTED).body["request"])

    def get(self, path: str) -> dict[str, Any]:
        """What is shown under a path."""
        return dict(self.door.ask(self.person, "GET", path).body)

    @staticmethod
    def until_done(look: Callable[[], dict[str, Any]], within_s: float, say: Say) -> dict[str, Any]:
        """What is shown once all services have answered. Raises CommandError when that takes too long."""
        end = time.monotonic() + within_s
        while (shown := look())["state"] != "done":
            missing = [each["service"] for each in shown["services"] if each["state"] != "done"]
            say(f"waiting for {', '.join(missing)}")
            if time.monotonic() > end:
                raise CommandError(f"{', '.join(missing)} have not answered: `linli dlq list`")
            time.sleep(POLL_S)
        return dict(shown)


def show(request: dict[str, Any]) -> None:
    """A line for each service, and one for each kind of rows that stays."""
    console, table = wide_table(*HEADS)
    for line in lines_of(request):
        table.add_row(*line)
    console.print(table)


def lines_of(request: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """What each service has done, and what it keeps by which law."""
    for each in request["services"]:
        rows = ", ".join(f"{number} {deed}" for deed, number in sorted(each["rows"].items()))
        state = f"waits: {each['waits_for']}" if each["state"] == "waits" else each["state"]
        yield each["service"], state, rows or "-", "", ""
        for kept in each["kept"]:
            yield "", "", "", f"{kept['rows']} {kept['kind']}", kept["law"]


def _asking(stage: str, profile: str | None, community: str, person: str, token: str | None) -> Asking:
    check_id("community", community)
    found = addresses.of_stage(stage, profile)
    return Asking(FrontDoor(found.http, (lambda _: token) if token else Tokens(stage)), person)
