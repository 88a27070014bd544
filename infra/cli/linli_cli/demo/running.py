"""The commands `up`, `down` and `reset`."""

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import requests
import typer
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError
from rich.console import Console

from linli_cli.cloud import LOCAL, Cloud, connect
from linli_cli.demo import demo_bills, merchants, message_gateways, seeding, signing_in, welcome
from linli_cli.deploy import digest, stacks
from linli_cli.develop import dating, replaying
from linli_cli.errors import CommandError, Unanswered
from linli_cli.interfaces import writing
from linli_cli.layout import ROOT, home
from linli_cli.local import engines, issuer
from linli_cli.local.engines import Engine
from linli_cli.local.front import Front, port_beside
from linli_cli.local.local_cloud import DEFAULT_MQTT_PORT, DEFAULT_PORT, LAST_PORT
from linli_cli.local.sandbox import Sandbox
from linli_cli.progress import Progress

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
    front_port: Annotated[
        int | None,
        typer.Option(
            "--front-port", min=1, max=LAST_PORT, help="Port of the pages; 100 beside --port if not given."
        ),
    ] = None,
    cloud: Annotated[
        Engine | None, typer.Option("--cloud", help="The one that runs, else the embedded one, if not given.")
    ] = None,
    replay: Annotated[
        bool, typer.Option(help="Send every sample event to its function, and tell of the last days.")
    ] = True,
) -> None:
    """Start the local cloud, deploy all stacks, seed, replay all samples, and tell of the last days. Again:
    only what is missing.

    Samples are replayed until all have ended as their names say, and again once a stack or a sample changes.
    LocalStack keeps nothing when it is stopped, and is forgotten then.
    """
    started, progress = time.monotonic(), Progress()
    engine = cloud or engines.in_use()
    make_way(engine)
    with progress.step("installing the local cloud") as say:
        engines.of(engine).install(say)
    engines.use(engine)
    http, mqtt, pages = remembered(port, mqtt_port, front_port)
    local, front = engines.local_cloud(http, mqtt), Front(home())
    if pages in local.ports.values():
        raise CommandError(f"the cloud and its front need a port each, and both would be {pages}")
    front.check(pages)
    with progress.step(f"starting {local.title}"):
        if not local.keeps_state and local.status().condition != "running":
            forget_the_demo()
        local.start()
        outside = Sandbox(home())
        outside.start()
        ports_file().write_text(json.dumps([local.port, local.mqtt_port, pages]))
    with progress.step("preparing the token issuer"):
        issuer.make_key(issuer.key_file())
        issuer.publish(connect(LOCAL))
    with progress.step("deploying") as say:
        given = {**issuer.parameters(connect(LOCAL)), **local.parameters}
        deployed = stacks.deploy(None, LOCAL, parameters=given, say=say)
        local.complete(connect(LOCAL))
    with progress.step("opening the front"):
        front.tell(stacks.http_urls(LOCAL), signing_in.groups(), uploads(connect(LOCAL)))
        front.open(pages)
    with progress.step("opening accounts of merchants and message gateways"):
        outside.wait()
        connection, urls = connect(LOCAL), stacks.http_urls(LOCAL)
        merchants.set_up(connection, urls, outside)
        message_gateways.set_up(connection, urls, outside)
    with progress.step("seeding") as say:
        made = seeding.make(say)
        demo_bills.tell_once(connection, urls)
    write_documents(progress, deployed)
    results = made_alive(progress) if replay else []
    local.rest()
    front.wait()
    changed = [each.stack for each in deployed if each.result != "unchanged"]
    welcome.show(Console(soft_wrap=True, highlight=False), changed, made, results, time.monotonic() - started)
    replaying.complain(results)


def made_alive(progress: Progress) -> list[replaying.Result]:
    """Send the samples as of today, unless these ended as they should, and tell of the last days."""
    results: list[replaying.Result] = []
    wanted = what_is_replayed()
    if wanted != last_replayed():
        with progress.step("replaying the sample events") as say:
            days = dating.kept_in(replaying.dated_file(), datetime.now(UTC))
            found = replaying.found([EVENTS] if EVENTS.exists() else [], days=days)
            results = replaying.send(found, LOCAL, say=say)
        if all(each.as_named for each in results):
            replayed_file().write_text(wanted)
    with progress.step("telling what has happened lately") as say:
        seeding.tell_lately(say)
    return results


def write_documents(progress: Progress, deployed: list[stacks.Deployed]) -> None:
    """What the front serves below `/docs/`, once something else is deployed than it says."""
    if not writing.written() or any(each.result != "unchanged" for each in deployed):
        with progress.step("writing the documents"):
            writing.write()


def remembered(port: int | None, mqtt_port: int | None, front_port: int | None) -> tuple[int, int, int]:
    """The ports asked for, else those of the last `up`: a printed address stays good.

    A front whose port nobody chose moves with the cloud.
    """
    record = ports_file()
    last = json.loads(record.read_text()) if record.exists() else [DEFAULT_PORT, DEFAULT_MQTT_PORT]
    http = port or last[0]
    beside = last[2] if http == last[0] and len(last) > 2 else port_beside(http)  # noqa: PLR2004  the third
    return http, mqtt_port or last[1], front_port or beside


def uploads(cloud: Cloud) -> list[str]:
    """Where pages send photos to and show them from: the cloud's own address, by both of its names."""
    address = str(cloud.endpoint)
    return [address, address.replace("127.0.0.1", "localhost")]


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


def make_way(engine: Engine) -> None:
    """Only one cloud at a time. Raises CommandError while another runs."""
    for other in set(Engine) - {engine}:
        status = engines.of(other).status()
        if status.condition in ("running", "unresponsive"):
            raise CommandError(f"{status.line}: `linli down` first")
        for companion in (Front(engines.home_of(other)), Sandbox(engines.home_of(other))):
            companion.stop()


def down() -> None:
    """Stop the local cloud, its front and its sandbox; the next `up` finds what it keeps as it was."""
    local = engines.local_cloud()
    for companion in (Front(home()), Sandbox(home())):
        companion.stop()
    print(local.stop())
    if not local.keeps_state:
        shutil.rmtree(local.home, ignore_errors=True)
        engines.use(Engine.EMBEDDED)


def reset() -> None:
    """Stop the local cloud and forget all of it: data, keys of devices, merchants and issuer, its ports."""
    if engines.in_use() != Engine.EMBEDDED:
        down()
    engines.local_cloud().reset()
    forget_the_demo()
    ports_file().unlink(missing_ok=True)
    print("the local cloud is empty again")


def forget_the_demo() -> None:
    """Whom the cloud knew: devices, merchants, the issuer, who is signed in. What runs beside it stops."""
    for companion in (Front(home()), Sandbox(home())):
        companion.reset()
    shutil.rmtree(home() / "devices", ignore_errors=True)
    for path in (issuer.key_file(), replayed_file(), replaying.dated_file(), seeding.told_file()):
        path.unlink(missing_ok=True)
