"""The command `publish`: speak as a device, with its certificate, and hear the reply."""

import fcntl
import json
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from ulid import ULID

from linli.instants import to_text
from linli_cli.device_files import DeviceFiles, kept
from linli_cli.errors import CommandError

QOS = 1
SUBSCRIPTION_REFUSED = 128


def message(payload: dict[str, Any], seq: int, now: datetime) -> dict[str, Any]:
    """A device message: `payload` with what every one carries, unless it is given."""
    return {
        "event_id": str(ULID.from_datetime(now)).lower(),
        "seq": seq,
        "occurred_at": to_text(now),
        **payload,
    }


def next_seq(path: Path) -> int:
    """The number of a device's next message: one more than the last, also when two are sent at a time."""
    with path.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        number = int(file.read() or 0) + 1
        file.truncate(0)
        file.write(str(number))
    return number


def parsed(text: str) -> dict[str, Any]:
    """A payload given on the command line. Raises CommandError."""
    try:
        payload = json.loads(text)
    except ValueError as error:
        raise CommandError(f"the payload is no JSON: {error}") from None
    if not isinstance(payload, dict):
        raise CommandError("the payload must be a JSON object")
    return payload


def record_of(files: DeviceFiles) -> dict[str, Any]:
    """Where a device belongs. Raises CommandError when its folder has no such record."""
    try:
        record: dict[str, Any] = json.loads(files.record.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CommandError(
            f"there is no {files.record}: `linli seed` or `linli device add` makes it; or give --from DIR"
        ) from None
    return record


class Conversation:
    """One connection of a device over mutual TLS: publish, and wait for the reply to that very message."""

    def __init__(self, files: DeviceFiles, record: dict[str, Any], timeout_s: float) -> None:
        self.topic = f"linli/{record['community']}/{files.device}"
        self.where = (record["host"], int(record["port"]))
        self.deadline = time.monotonic() + timeout_s
        self.client = Client(CallbackAPIVersion.VERSION2, client_id=files.device)
        self.client.tls_set(str(files.ca), str(files.certificate), str(files.key))
        self.ready, self.answered = threading.Event(), threading.Event()
        self.refused, self.reply, self.event_id = "", b"", ""

    def hold(self, action: str, payload: dict[str, Any]) -> str:
        """Publish on the action's topic; the reply as text. Raises CommandError when none comes in time."""
        self.event_id = str(payload["event_id"])
        self.client.on_connect = lambda *about: self._connected(action, about[3])
        self.client.on_subscribe = lambda *about: self._subscribed(about[3])
        self.client.on_disconnect = lambda *about: self._refuse(
            f"the broker closed the connection: is the certificate revoked? ({about[3]})"
        )
        self.client.on_message = lambda *about: self._heard(about[2].payload)
        try:
            self.client.connect(*self.where)
        except OSError as error:
            host, port = self.where
            raise CommandError(f"cannot connect to {host}:{port}: {error}") from None
        self.client.loop_start()
        try:
            self._await(self.ready, "the broker did not let the device subscribe")
            self.client.publish(f"{self.topic}/{action}", json.dumps(payload), qos=QOS)
            self._await(self.answered, f"no reply on {self.topic}/{action}/reply")
        finally:
            self.client.on_disconnect = None
            self.client.disconnect()
            self.client.loop_stop()
        return self.reply.decode(errors="replace")

    def _connected(self, action: str, reason: Any) -> None:
        if reason.is_failure:
            self._refuse(f"the broker refused the device: {reason}")
        else:
            self.client.subscribe(f"{self.topic}/{action}/reply", qos=QOS)

    def _subscribed(self, codes: Any) -> None:
        if any(code.value >= SUBSCRIPTION_REFUSED for code in codes):
            self._refuse("the broker refused the subscription to the reply")
        self.ready.set()

    def _heard(self, payload: bytes) -> None:
        if self.event_id.encode() in payload:
            self.reply = payload
            self.answered.set()

    def _refuse(self, why: str) -> None:
        self.refused = self.refused or why
        self.ready.set()
        self.answered.set()

    def _await(self, event: threading.Event, otherwise: str) -> None:
        event.wait(max(0.0, self.deadline - time.monotonic()))
        if self.refused:
            raise CommandError(self.refused)
        if not event.is_set():
            raise CommandError(f"{otherwise} in time")


def publish(
    action: Annotated[str, typer.Argument(help="E.g. gate_pass, fever_check.")],
    payload: Annotated[str, typer.Argument(help="JSON; event_id, seq and occurred_at are filled in.")] = "{}",
    device: Annotated[str, typer.Option("--device", metavar="ID", help="Who speaks.")] = "willow-gate-1",
    folder: Annotated[
        Path | None, typer.Option("--from", metavar="DIR", help="Where `device add` put its files.")
    ] = None,
    timeout: Annotated[float, typer.Option("--timeout", help="Seconds to wait for the reply.")] = 10.0,
) -> None:
    """Publish as a device over MQTT and print the reply."""
    files = DeviceFiles(folder.resolve(), device) if folder else kept(device)
    given, record = parsed(payload), record_of(files)
    said = message(given, next_seq(files.counter), datetime.now(UTC))
    print(Conversation(files, record, timeout).hold(action, said))
