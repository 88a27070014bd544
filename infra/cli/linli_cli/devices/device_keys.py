"""The commands `device add`, `device list`, `device revoke` and `device renew`."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from linli_cli.cloud import LOCAL
from linli_cli.deploy.deploying import Profile, Stage
from linli_cli.devices.device_files import DeviceFiles, check_id
from linli_cli.devices.registering import Registrar
from linli_cli.errors import CommandError, Refused
from linli_cli.local import issuer
from linli_cli.operate import addresses
from linli_cli.operate.front_door import FrontDoor
from linli_cli.progress import wide_table

app = typer.Typer(no_args_is_help=True, help="Register, list, revoke and renew devices.")

Community = Annotated[str, typer.Option("--community", metavar="ID")]
DeviceId = Annotated[str, typer.Option("--device", metavar="ID")]
Asker = Annotated[
    str | None, typer.Option("--person", metavar="ID", help="Who does it; else <community>-manager-1.")
]
Token = Annotated[
    str | None,
    typer.Option("--token", help="Their token; on the local cloud one is made.", envvar="LINLI_TOKEN"),
]


def registrar(
    stage: str, profile: str | None, community: str, person: str | None, token: str | None
) -> Registrar:
    """A person, or the demo's manager; with the given token or, on the local cloud, one made for them.

    Raises CommandError for a community that cannot be.
    """
    check_id("community", community)
    found = addresses.of_stage(stage, profile)
    door = FrontDoor(found.http, lambda asker: token or issuer.token(asker, stage))
    return Registrar(door, found.mqtt, person or f"{community}-manager-1", community)


@app.command()
def add(
    *,
    community: Community,
    device: DeviceId,
    kind: Annotated[str, typer.Option("--kind", help="gate, thermometer, meter, …")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where key and certificate go.")],
    person: Asker = None,
    token: Token = None,
    stage: Stage = LOCAL,
    profile: Profile = None,
) -> None:
    """Register a device: a key is made here, and its certificate and whom to trust are put beside it."""
    files = DeviceFiles(out.resolve(), device)
    ours = registrar(stage, profile, community, person, token)
    had_key = files.key.exists()
    files.folder.mkdir(parents=True, exist_ok=True)
    try:
        ours.register(files, kind)
    except Refused:
        if not had_key:
            files.key.unlink(missing_ok=True)
        raise
    for path in files.paths().values():
        if Path(path).exists():  # whom to trust is not told where there is no broker
            print(path)
    if kind == "gate" and "access" in ours.door.urls:
        url = f"{ours.door.urls['access']}/communities/{community}/gates/{device}"
        print(
            f"Next, {ours.person} or another manager sets the gate up, or it opens for nobody:\n"
            f'PUT {url} {{"area": "garden", "direction": "in"}}',
            file=sys.stderr,
        )


@app.command("list")
def list_(
    *,
    community: Community,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    person: Asker = None,
    token: Token = None,
    stage: Stage = LOCAL,
    profile: Profile = None,
) -> None:
    """The devices of a community, the revoked ones too."""
    ours = registrar(stage, profile, community, person, token)
    devices = ours.door.pages(ours.person, ours.path)
    if as_json:
        print(json.dumps(devices, indent=2))
        return
    console, table = wide_table("device", "kind", "status")
    for each in devices:
        style = "green" if each["status"] == "active" else "dim"
        table.add_row(each["device"], each["kind"], each["status"], style=style)
    console.print(table)


@app.command()
def revoke(
    *,
    community: Community,
    device: DeviceId,
    person: Asker = None,
    token: Token = None,
    stage: Stage = LOCAL,
    profile: Profile = None,
) -> None:
    """Revoke a device: its certificate no longer connects."""
    check_id("device", device)
    if not registrar(stage, profile, community, person, token).revoke(device):
        raise CommandError(f"there is no device {device} in {community}")
    print(f"{device} is revoked")


@app.command()
def renew(
    *,
    community: Community,
    person: Asker = None,
    token: Token = None,
    stage: Stage = LOCAL,
    profile: Profile = None,
) -> None:
    """After an update: give devices the policy of their kind, and tell all services of them again."""
    ours = registrar(stage, profile, community, person, token)
    devices = ours.active()
    for device in devices:
        ours.renew(device)
    print(f"{len(devices)} devices of {community} are renewed")
