"""Registering devices with the keys in their folders, and the commands `device add` and `device revoke`."""

import json
from dataclasses import asdict, dataclass
from http import HTTPStatus
from pathlib import Path
from shutil import copyfile
from typing import Annotated

import typer

from linli_cli import addresses, issuer
from linli_cli.cloud import LOCAL
from linli_cli.deploying import Profile, Stage
from linli_cli.device_files import DeviceFiles
from linli_cli.errors import CommandError
from linli_cli.front_door import DONE, Answer, FrontDoor

app = typer.Typer(no_args_is_help=True, help="Register and revoke devices.")

Community = Annotated[str, typer.Option("--community", metavar="ID")]
DeviceId = Annotated[str, typer.Option("--device", metavar="ID")]
Asker = Annotated[
    str | None, typer.Option("--person", metavar="ID", help="Who does it; else <community>-manager-1.")
]
Token = Annotated[
    str | None,
    typer.Option("--token", help="Their token; on the local cloud one is made.", envvar="LINLI_TOKEN"),
]


@dataclass(frozen=True)
class Registrar:
    """Somebody who may register devices in a community."""

    door: FrontDoor
    broker: addresses.Mqtt
    person: str
    community: str

    @property
    def path(self) -> str:
        """The devices of the community."""
        return f"/devices/communities/{self.community}/devices"

    def register(self, files: DeviceFiles, kind: str) -> bool:
        """Register a device with the key in its folder; true if its certificate is new here.

        Raises CommandError, e.g. when the device is active with another key.
        """
        return self._install(files, kind, self._post(files, kind))

    def ensure(self, files: DeviceFiles, kind: str) -> bool:
        """Like `register`, but a key that was revoked or lost is replaced by a new one: for demo devices."""
        answer = self._post(files, kind, (*DONE, HTTPStatus.CONFLICT))
        if answer.status != HTTPStatus.CONFLICT:
            return self._install(files, kind, answer)
        self.revoke(files.device)
        files.renew_key()
        return self.register(files, kind)

    def revoke(self, device: str) -> bool:
        """End a device's certificate; false if the community has no such device."""
        accept = (*DONE, HTTPStatus.NOT_FOUND)
        answer = self.door.ask(self.person, "DELETE", f"{self.path}/{device}", accept=accept)
        return answer.status != HTTPStatus.NOT_FOUND

    def _post(self, files: DeviceFiles, kind: str, accept: tuple[int, ...] = DONE) -> Answer:
        body = {"device": files.device, "kind": kind, "csr": files.signing_request()}
        return self.door.ask(self.person, "POST", self.path, body, accept=accept)

    def _install(self, files: DeviceFiles, kind: str, answer: Answer) -> bool:
        certificate: str = answer.body["certificate_pem"]
        is_new = not files.certificate.exists() or files.certificate.read_text() != certificate
        files.certificate.write_text(certificate)
        copyfile(self.broker.ca, files.ca)
        record = {"device": files.device, "community": self.community, "kind": kind, **asdict(self.broker)}
        files.record.write_text(json.dumps({**record, "ca": str(files.ca)}, indent=2) + "\n")
        return is_new


def registrar(
    stage: str, profile: str | None, community: str, person: str | None, token: str | None
) -> Registrar:
    """A person, or the demo's manager; with the given token or, on the local cloud, one made for them."""
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
    files.folder.mkdir(parents=True, exist_ok=True)
    registrar(stage, profile, community, person, token).register(files, kind)
    for path in files.paths().values():
        print(path)


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
    if not registrar(stage, profile, community, person, token).revoke(device):
        raise CommandError(f"there is no device {device} in {community}")
    print(f"{device} is revoked")
