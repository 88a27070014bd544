"""The commands `import` and `export`."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from linli.ids import new_id
from linli_cli.cloud import LOCAL
from linli_cli.deploy.deploying import Profile, Stage
from linli_cli.devices.device_files import DeviceFiles, check_id
from linli_cli.devices.device_keys import Asker, Community, Token
from linli_cli.devices.registering import Registrar
from linli_cli.errors import CommandError
from linli_cli.importing import (
    books,
    exporting,
    forms,
    grids,
    planning,
    records,
    reporting,
    sources,
    standing,
)
from linli_cli.importing.carrying_out import Carrier, Done, plate_key
from linli_cli.importing.grids import Taken
from linli_cli.importing.journal import Journal, digest
from linli_cli.layout import home
from linli_cli.local import issuer
from linli_cli.operate import addresses
from linli_cli.operate.front_door import FrontDoor
from linli_cli.progress import Progress, Say, number_of

AT_ONCE = 4  # more would make a local cloud start more workers
TOKEN_S = 240.0  # a token is used for so long: the gateway asks who it is of once in five minutes
OURS_ALONE = 0o077
EVERY_S = 5.0
REGISTERED = (
    "the community is registered; what this token may do is remembered for up to five minutes: import"
    " the file again then, or with a new token"
)


@dataclass(frozen=True)
class Asking:
    """Somebody in a community, as pages are read."""

    door: FrontDoor
    person: str

    def one(self, path: str) -> dict[str, Any]:
        """What is shown under a path."""
        return dict(self.door.ask(self.person, "GET", path).body)

    def all(self, path: str) -> list[dict[str, Any]]:
        """All items of a list."""
        return self.door.pages(self.person, path)


class Tokens:
    """Tokens of the local issuer, each used for a while: the gateway remembers what it was told of one."""

    def __init__(self, stage: str) -> None:
        self.stage = stage
        self._made: dict[str, tuple[float, str]] = {}
        self._making = Lock()

    def __call__(self, person: str) -> str:
        """A token of a person."""
        with self._making:
            made, token = self._made.get(person, (0.0, ""))
            if not token or monotonic() - made > TOKEN_S:
                token = issuer.token(person, self.stage)
                self._made[person] = (monotonic(), token)
            return token

    def renew(self) -> None:
        """Make new ones: roles have changed."""
        with self._making:
            self._made.clear()


def import_(  # noqa: PLR0917  one option each
    source: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="A workbook (.xlsx), a CSV file, or a folder of these."),
    ] = None,
    community: Annotated[str | None, typer.Option("--community", metavar="ID")] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Say what would become of each row; write nothing.")
    ] = False,
    template: Annotated[
        Path | None, typer.Option("--template", metavar="FILE.xlsx", help="Write a workbook to fill in.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option("--report", metavar="FILE.csv", help="Every row and what became of it.")
    ] = None,
    certificates: Annotated[
        Path | None,
        typer.Option(
            "--certificates", metavar="DIR", help="Keys and certificates of devices; else beside FILE."
        ),
    ] = None,
    company: Annotated[
        str | None,
        typer.Option("--company", metavar="ID", help="Whose the community is, if it is to be registered."),
    ] = None,
    at_once: Annotated[int, typer.Option("--at-once", min=1, max=16, help="How many requests.")] = AT_ONCE,
    person: Asker = None,
    token: Token = None,
    stage: Stage = LOCAL,
    profile: Profile = None,
) -> None:
    """Bring in buildings, units, people, sign-ins, cars, devices, meters and prices; as often as you like."""
    if template:
        if template.exists():
            raise CommandError(f"there is a {template} already: it may be filled in, and is not written over")
        books.write_template(template)
        print(template)
        return
    if source is None or community is None:
        raise CommandError(
            "say which file and into which --community, or --template FILE.xlsx for one to fill in"
        )
    check_id("community", community)
    source = source.resolve()  # `.` has no name
    if report and report.resolve() in {source, *(source.glob("*") if source.is_dir() else ())}:
        raise CommandError(f"the report would be written over {report}, which is imported")
    found = addresses.of_stage(stage, profile)
    door = FrontDoor(found.http, (lambda _: token) if token else Tokens(stage))
    asker = person or (f"{company}-operator-1" if company else f"{community}-manager-1")
    registrar = Registrar(door, found.mqtt, asker, community)
    run = Import(
        registrar,
        certificates or source.with_name(f"{source.stem}-certificates"),
        Journal.of(home() / "imports" / f"{stage}-{community}.txt"),
        at_once,
        company,
    )
    with private_files(), Progress().step(f"{'checking' if check else 'importing'} {source.name}") as say:
        if check:
            taken, lines = run.check(source)
        else:
            with alone(run.journal.path, community):
                taken, lines = run.run(source, say, report)
        if report:
            reporting.write(report, lines)
    reporting.show(taken, lines, check=check)
    if reporting.any_bad(lines):
        raise typer.Exit(1)


@dataclass(frozen=True)
class Import:
    """One import by somebody: where their devices' keys go, and what earlier ones did."""

    registrar: Registrar
    certificates: Path
    journal: Journal
    at_once: int = AT_ONCE
    company: str | None = None

    def check(self, source: Path) -> tuple[Taken, list[reporting.Told]]:
        """What would become of every row."""
        taken, made = self._planned(source, check=True)
        done = [Done(step, self._foreseen(step), step.detail) for step in made.steps]
        return taken, reporting.told(taken, done)

    def _foreseen(self, step: planning.Step) -> str:
        """What would become of a step; of a plate, whether an earlier import enrolled it."""
        enrolled = step.form == "vehicles" and any(
            isinstance(each, planning.Ask) and plate_key(each) in self.journal.done for each in step.asks
        )
        return "same" if enrolled else {"keep": "kept"}.get(step.outcome, step.outcome)

    def run(self, source: Path, say: Say, report: Path | None = None) -> tuple[Taken, list[reporting.Told]]:
        """Do it; what is over when it is interrupted stands in the report."""
        taken, made = self._planned(source, check=False)
        done: list[Done] = []
        far = Far(len(made.steps), say)

        def told(each: Done) -> None:
            done.append(each)
            far.told(each)

        carrier = Carrier(self.registrar.door, self.registrar, self._files, self.journal, self.at_once, told)
        try:
            carrier.carry_out(made.steps)
        except BaseException:
            if report:
                reporting.write(report, reporting.told(taken, done))
            raise
        return taken, reporting.told(taken, done)

    def _planned(self, source: Path, *, check: bool) -> tuple[Taken, planning.Plan]:
        taken = grids.taken(sources.grids(source))
        wanted = [form for form, rows in taken.rows.items() if rows]
        pages, community = Asking(self.registrar.door, self.registrar.person), self.registrar.community
        new = self._registered(taken, check=check)
        stands = new if new and check else standing.read(pages, community, wanted)
        if new:
            stands.community = new.community
        for device in list(stands.devices):
            if self._broken_off(device):
                stands.devices[device] = stands.devices[device] | {"status": "pending"}
        if (signing := taken.rows.get("identities")) and not (new and check):
            people = planning.who_signs_in(signing, stands)
            stands.identities = standing.identities(pages, community, people, self.at_once)
        now = datetime.now(UTC)
        today = now.astimezone(stands.zone).date()
        return taken, planning.plan(taken.rows, stands, community, lambda: new_id(now), today)

    def _registered(self, taken: Taken, *, check: bool) -> standing.Standing | None:
        """The community that is registered, unless there is one: nothing stands in it.

        Raises CommandError where it is not there, and nothing says what it is.
        """
        door, asker, community = self.registrar.door, self.registrar.person, self.registrar.community
        if self.company is None:
            return None
        there = {
            each["community"]
            for each in door.pages(asker, f"/directory/companies/{self.company}/communities")
        }
        if community in there:
            return None
        rows = taken.rows.get("community", [])
        record = records.community(rows[0], community) if rows else None
        if record is None or record.odd:
            why = "; ".join(record.odd) if record else "fill in the sheet 小区 (community)"
            raise CommandError(f"there is no community {community} in {self.company}: {why}")
        if not check:
            path = f"/directory/companies/{self.company}/communities"
            door.ask(asker, "POST", path, record.body, key=digest(path, record.body))
            if not isinstance(door.token, Tokens):
                raise CommandError(REGISTERED)
            door.token.renew()
        zone = ZoneInfo(record.body["time_zone"])
        return standing.Standing(zone, record.body | {"version": planning.NEW})

    def _files(self, device: str) -> DeviceFiles:
        return DeviceFiles(self.certificates.resolve() / device, device)

    def _broken_off(self, device: str) -> bool:
        """Whether its key was made here, and its certificate never came."""
        files = self._files(device)
        return files.key.exists() and not files.certificate.exists()


@dataclass
class Far:
    """Says how far a run is, every few seconds."""

    steps: int
    say: Say
    over: int = 0
    said_at: float = 0.0

    def told(self, done: Done) -> None:
        """One step more is over."""
        self.over += 1
        if monotonic() - self.said_at > EVERY_S:
            self.said_at = monotonic()
            self.say(f"{done.step.form}, {self.over} of {number_of(self.steps, 'step')}")


@contextmanager
def alone(journal: Path, community: str) -> Iterator[None]:
    """No other import into the community meanwhile: each would give the same new person an id of its own.

    Raises CommandError. A dead one hinders nobody.
    """
    journal.parent.mkdir(parents=True, exist_ok=True)
    with journal.with_suffix(".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandError(f"another import into {community} is running: wait for its end") from None
        yield


@contextmanager
def private_files() -> Iterator[None]:
    """What is written meanwhile, keys and names of people among it, is for its owner alone."""
    before = os.umask(OURS_ALONE)
    try:
        yield
    finally:
        os.umask(before)


def export(  # noqa: PLR0917  one option each
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="A workbook (.xlsx), or a folder for CSV files.")
    ],
    community: Community,
    person: Asker = None,
    token: Token = None,
    stage: Stage = LOCAL,
    profile: Profile = None,
) -> None:
    """Write a community out in the form that `import` reads: to correct it, or to look at it."""
    check_id("community", community)
    found = addresses.of_stage(stage, profile)
    door = FrontDoor(found.http, (lambda _: token) if token else Tokens(stage))
    with private_files(), Progress().step(f"exporting {community}"):
        lines = exported(Asking(door, person or f"{community}-manager-1"), community)
        books.write(out, lines)
    print(out)
    print(exporting.LEFT_OUT)


def exported(pages: standing.Pages, community: str) -> dict[str, exporting.Rows]:
    """The rows of all sheets of a community."""
    stands = standing.read(pages, community, [form.code for form in forms.FORMS])
    stands.identities = standing.identities(pages, community, stands.memberships, AT_ONCE)
    return exporting.rows(stands)
