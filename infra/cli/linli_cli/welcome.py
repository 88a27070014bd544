"""What `up` says at its end: what happened, and where to go next, ready to paste."""

import os
import shlex
import shutil
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from linli_cli import addresses, issuer
from linli_cli.cloud import LOCAL
from linli_cli.device_files import kept
from linli_cli.replaying import Result, by_service

RESIDENT = "willow-resident-1"
GATE = "willow-gate-1"
CARD = f'{{"credential":"card","value":"{RESIDENT}-card"}}'


def show(
    console: Console, changed: list[str], made: list[str], results: list[Result], seconds: float
) -> None:
    """Print it."""
    if results:
        console.print(table_of(results))
    deployed = f"deployed {', '.join(changed)}" if changed else "every stack was up to date"
    seeded = f"seeded {len(made)} things" if made else "the demo neighbourhood was there"
    console.print(f"\nup in {seconds:.0f} s: {deployed}; {seeded}", style="green", markup=False)
    found = addresses.of_stage(LOCAL)
    for service, url in found.http.items():
        console.print(f"  {service:<10} {url}", markup=False)
    console.print(f"  {'MQTT':<10} {found.mqtt.host}:{found.mqtt.port}", markup=False)
    for what, line in try_these(found):
        console.print(f"\n{what}:", style="bold", markup=False)
        console.print(line, markup=False)


def table_of(results: list[Result]) -> Table:
    """The samples by service."""
    endings = ("ok", "refused", "parked", "failed")
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
    broker = f"--host {found.mqtt.host} --port {found.mqtt.port} --id {GATE} {files}"
    lines = [
        ("A gate asks", f"{myself()} publish --device {GATE} gate_pass {quoted(CARD)}"),
        (
            "The same gate with another MQTT client (options of mosquitto_pub)",
            f"{broker} -t linli/willow/{GATE}/gate_pass",
        ),
    ]
    if "access" in found.http:
        url = quoted(f"{found.http['access']}/communities/willow/passes")
        token = issuer.token(RESIDENT)
        lines.append(("A resident reads it back", f"curl -H 'Authorization: Bearer {token}' {url}"))
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
