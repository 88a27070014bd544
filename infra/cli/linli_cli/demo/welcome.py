"""What `up` says at its end: what happened, and where to go next, ready to paste."""

import json
import os
import shlex
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from linli_cli.cloud import LOCAL
from linli_cli.develop.replaying import Result, by_service
from linli_cli.devices.device_files import kept
from linli_cli.devices.publishing import message, next_seq
from linli_cli.local import issuer
from linli_cli.operate import addresses
from linli_cli.progress import number_of

RESIDENT = "willow-resident-1"
GATE = "willow-gate-1"
BILL = "willow-102-2025-12"
CARD = {"credential": "card", "value": f"{RESIDENT}-card"}


def show(
    console: Console, changed: list[str], made: list[str], results: list[Result], seconds: float
) -> None:
    """Print it."""
    if results:
        console.print(table_of(results))
    else:
        console.print("no sample was replayed; `make replay` sends them all")
    deployed = f"deployed {', '.join(changed)}" if changed else "every stack was up to date"
    seeded = f"seeded {number_of(len(made), 'thing')}" if made else "the demo neighbourhood was there"
    good = all(each.as_named for each in results)
    style, ended = ("green", "") if good else ("yellow", "; samples ended otherwise than they should")
    console.print(f"\nup in {seconds:.0f} s: {deployed}; {seeded}{ended}", style=style, markup=False)
    found = addresses.of_stage(LOCAL)
    broker = f"{found.mqtt.host}:{found.mqtt.port}" if found.mqtt else addresses.NO_BROKER
    places = {**found.http, "MQTT": broker}
    for name, place in places.items():
        console.print(f"  {name:<{max(map(len, places))}} {place}", markup=False)
    for what, line in try_these(found):
        console.print(f"\n{what}:", style="bold", markup=False)
        console.print(line, markup=False)
    if found.front:
        console.print("\nOpen in a browser (在浏览器中打开):", style="bold", markup=False)
        console.print(f"  {found.front}", style="bold green", markup=False)


def table_of(results: list[Result]) -> Table:
    """The samples by service."""
    endings = ("ok", "refused", "parked", "unexpected")
    table = Table("samples", *endings, box=None)
    for service, counted in by_service(results).items():
        table.add_row(service, *(str(counted[ending]) for ending in endings))
    return table


def try_these(found: addresses.Addresses) -> list[tuple[str, str]]:
    """What to try, and the line that does it."""
    quoted, gate = shlex.quote, kept(GATE)
    files = " ".join(
        f"--{option} {quoted(path)}"
        for option, path in (
            ("cafile", str(gate.ca)),
            ("cert", str(gate.certificate)),
            ("key", str(gate.key)),
        )
    )
    lines = [("A gate asks", f"{myself()} publish --device {GATE} gate_pass {quoted(json.dumps(CARD))}")]
    if found.mqtt:
        broker = f"-h {found.mqtt.host} -p {found.mqtt.port} -i {GATE} {files}"
        topic = f"linli/willow/{GATE}/gate_pass"
        whole = json.dumps(message(CARD, next_seq(gate.counter), datetime.now(UTC)))
        asking = f"mosquitto_rr {broker} -q 1 -t {topic} -e {topic}/reply -m {quoted(whole)}"
        lines.append(("The same gate with another MQTT client", asking))
    if "access" in found.http:
        url = quoted(f"{found.http['access']}/communities/willow/passes")
        token = issuer.token(RESIDENT)
        lines.append(("A resident reads it back", f"curl -H 'Authorization: Bearer {token}' {url}"))
    if "payments" in found.http:
        lines.append(("A resident pays a bill", f"{myself()} pay {BILL} --provider alipay"))
    lines.append(("Everybody and what they show at gates", f"{myself()} seed --json"))
    return lines


def myself() -> str:
    """How to call this command again from any folder."""
    settings = f"LINLI_HOME={shlex.quote(os.environ['LINLI_HOME'])} " if os.environ.get("LINLI_HOME") else ""
    script = Path(sys.argv[0])
    if script.name != "linli":
        return f"{settings}{shlex.quote(sys.executable)} -m linli_cli.main"
    on_path = shutil.which("linli")
    same = on_path and Path(on_path).resolve() == script.resolve()
    return f"{settings}{'linli' if same else shlex.quote(str(script.resolve()))}"
