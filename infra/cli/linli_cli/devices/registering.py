"""Registering devices with the keys in their folders."""

import json
from dataclasses import asdict, dataclass
from http import HTTPStatus
from shutil import copyfile
from uuid import uuid4

from linli_cli.devices.device_files import DeviceFiles
from linli_cli.operate.addresses import Mqtt
from linli_cli.operate.front_door import DONE, Answer, FrontDoor


@dataclass(frozen=True)
class Registrar:
    """Somebody who may register devices in a community."""

    door: FrontDoor
    broker: Mqtt | None
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

    def active(self) -> list[str]:
        """The community's devices that may connect."""
        found = self.door.pages(self.person, self.path)
        return [each["device"] for each in found if each["status"] == "active"]

    def renew(self, device: str) -> None:
        """Give an active device what devices are given today, and have it told of again; may be repeated."""
        self.door.ask(self.person, "POST", f"{self.path}/{device}/renewal", key=uuid4().hex)

    def _post(self, files: DeviceFiles, kind: str, accept: tuple[int, ...] = DONE) -> Answer:
        body = {"device": files.device, "kind": kind, "csr": files.signing_request()}
        return self.door.ask(self.person, "POST", self.path, body, key=uuid4().hex, accept=accept)

    def _install(self, files: DeviceFiles, kind: str, answer: Answer) -> bool:
        certificate: str = answer.body["certificate_pem"]
        is_new = not files.certificate.exists() or files.certificate.read_text() != certificate
        files.certificate.write_text(certificate)
        record = {"device": files.device, "community": self.community, "kind": kind}
        if self.broker:
            copyfile(self.broker.ca, files.ca)
            record |= asdict(self.broker) | {"ca": str(files.ca)}
        files.record.write_text(json.dumps(record, indent=2) + "\n")
        return is_new
