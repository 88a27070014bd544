"""The commands `up`, `down` and `reset`."""

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import requests
import typer
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError
from rich.console import Console

from linli_cli import (
    demo_bills,
    digest,
    issuer,
    merchants,
    message_gateways,
    replaying,
    seeding,
    stacks,
    welcome,
)
from linli_cli.cloud import LOCAL, connect
from linli_cli.errors import CommandError, Unanswered
from linli_cli.layout import ROOT, home
from linli_cli.local_cloud import DEFAULT_MQTT_PORT, DEFAULT_PORT, LAST_PORT, LocalCloud
from linli_cli.progress import Progress
from linli_cli.sandbox import Sandbox

EVENTS = ROOT / "events"
SLOW = (Unanswered, requests.Timeout, ConnectTimeoutError, ReadTimeoutError)


@contextmanager
def resumable() -> Iterator[None]:
    """Where a machine is too busy, what to do about it: whatever is there by then stays."""
    try:
        yield
    except SLOW as error:
        raise CommandError(f"{error}: this machine is busy, run it again, it goes on") from error


@resumable()
def up(
    port: Annotated[
        int | None,
        typer.Option("--port", min=1, max=LAST_PORT, help="HTTP port; the last one if not given."),
    ] = None,
    mqtt_port: Annotated[
        int | None, typer.Option("--mqtt-port", min=1, max=LAST_PORT, help="MQTT port, likewise.")
    ] = None,
    replay: Annotated[bool, typer.Option(help="Send every sample event to its function.")] = True,
) -> None:
    """Start the local cloud, deploy all stacks, seed, replay all samples. Again: only what is missing.

    Samples are replayed until all have ended as their names say, and again once a stack or a sample changes.
    """
    started, progress = time.monotonic(), Progress()
    local = LocalCloud(home(), *remembered(port, mqtt_port))
    with progress.step("installing the local cloud") as say:
        local.install(say)
    with progress.step("starting the local cloud"):
        local.start()
        outside = Sandbox(home())
        outside.start()
        ports_file().write_text(json.dumps([local.port, local.mqtt_port]))
    with progress.step("preparing the token issuer"):
        issuer.make_key(issuer.key_file())
        issuer.publish(connect(LOCAL))
    with progress.step("deploying") as say:
        deployed = stacks.deploy(None, LOCAL, parameters=issuer.parameters(connect(LOCAL)), say=say)
    with progress.step("opening accounts of merchants and message gateways"):
        outside.wait()
        cloud, urls = connect(LOCAL), stacks.http_urls(LOCAL)
        merchants.set_up(cloud, urls, outside)
        message_gateways.set_up(cloud, urls, outside)
    with progress.step("seeding") as say:
        made = seeding.make(say)
        demo_bills.tell_once(cloud, urls)
    results: list[replaying.Result] = []
    wanted = what_is_replayed()
    if replay and wanted != last_replayed():
        with progress.step("replaying the sample events") as say:
            results = replaying.send(replaying.found([EVENTS] if EVENTS.exists() else []), LOCAL, say=say)
        if all(each.as_named for each in results):
            replayed_file().write_text(wanted)
    local.rest()
    changed = [each.stack for each in deployed if each.result != "unchanged"]
    welcome.show(Console(soft_wrap=True, highlight=False), changed, made, results, time.monotonic() - started)
    replaying.complain(results)


def remembered(port: int | None, mqtt_port: int | None) -> tuple[int, int]:
    """The ports asked for, else those of the last `up`: a printed address stays good."""
    record = ports_file()
    last = json.loads(record.read_text()) if record.exists() else [DEFAULT_PORT, DEFAULT_MQTT_PORT]
    return port or last[0], mqtt_port or last[1]


def ports_file() -> Path:
    """Where the ports of the last start are kept."""
    return home() / "ports.json"


def replayed_file() -> Path:
    """Where it is kept which samples have ended as they should, with which stacks."""
    return home() / "replayed"


def last_replayed() -> str:
    """What was replayed last, if all of it ended as it should."""
    return replayed_file().read_text() if replayed_file().exists() else ""


def what_is_replayed() -> str:
    """The digest of all samples, and of all stacks as deployed."""
    files = {str(path.relative_to(EVENTS)): path.read_bytes() for path in sorted(EVENTS.rglob("*.json"))}
    return digest.of_files(files, also=[repr(each) for each in stacks.list_stacks(LOCAL)])


def down() -> None:
    """Stop the local cloud and its sandbox; the next `up` finds everything as it was."""
    Sandbox(home()).stop()
    print(LocalCloud(home()).stop())


def reset() -> None:
    """Stop the local cloud and forget all of it: data, keys of devices, merchants and issuer, its ports."""
    Sandbox(home()).reset()
    LocalCloud(home()).reset()
    shutil.rmtree(home() / "devices", ignore_errors=True)
    for path in (issuer.key_file(), ports_file(), replayed_file()):
        path.unlink(missing_ok=True)
    print("the local cloud is empty again")
