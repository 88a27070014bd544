"""The command `publish`: speak as a device, with its certificate, and hear the reply."""

import fcntl
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from ulid import ULID

from linli.instants import to_text
from linli_cli.cloud import LOCAL, connect
from linli_cli.devices.conversation import Conversation
from linli_cli.devices.device_files import DeviceFiles, kept
from linli_cli.devices.handing_over import INSTEAD, HandedOver
from linli_cli.errors import CommandError


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


def conversation(files: DeviceFiles, record: dict[str, Any], timeout_s: float) -> Conversation | HandedOver:
    """With the broker that the record names, or as if there was one: that is said on stderr."""
    if "host" in record:
        return Conversation(files, record, timeout_s)
    print(INSTEAD, file=sys.stderr)
    return HandedOver(connect(LOCAL), record["community"], files.device, timeout_s)


def publish(
    action: Annotated[str, typer.Argument(help="E.g. gate_pass, fever_check.")],
    payload: Annotated[str, typer.Argument(help="JSON; event_id, seq and occurred_at are filled in.")] = "{}",
    device: Annotated[str, typer.Option("--device", metavar="ID", help="Who speaks.")] = "willow-gate-1",
    folder: Annotated[
        Path | None, typer.Option("--from", metavar="DIR", help="Where `device add` put its files.")
    ] = None,
    timeout: Annotated[float, typer.Option("--timeout", help="Seconds to wait for the reply.")] = 10.0,
) -> None:
    """Publish as a device over MQTT and print the reply; fails when the reply is a problem."""
    files = DeviceFiles(folder.resolve(), device) if folder else kept(device)
    given, record = parsed(payload), record_of(files)
    said = message(given, next_seq(files.counter), datetime.now(UTC))
    reply = conversation(files, record, timeout).hold(action, said)
    print(reply)
    if "problem" in parsed(reply):
        raise typer.Exit(1)
