"""The commands by name. Each is a plain function in a module of its own, which is imported when it is asked
for: `linli urls` need not know what an import knows.
"""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

COMMANDS = {
    "up": "linli_cli.demo.running:up",
    "down": "linli_cli.demo.running:down",
    "reset": "linli_cli.demo.running:reset",
    "deploy": "linli_cli.deploy.deploying:deploy",
    "rollback": "linli_cli.deploy.deploying:rollback",
    "status": "linli_cli.standing.status:status",
    "runbook": "linli_cli.standing.runbook:runbook",
    "restore": "linli_cli.restoring.commands:restore",
    "pages": "linli_cli.deploy.page_builds:builds",
    "urls": "linli_cli.operate.addresses:urls",
    "console": "linli_cli.operate.addresses:console",
    "seed": "linli_cli.demo.seeding:seed",
    "token": "linli_cli.local.tokens:token",
    "publish": "linli_cli.devices.publishing:publish",
    "pay": "linli_cli.demo.paying:pay",
    "refund": "linli_cli.demo.paying:refund",
    "merchant": "linli_cli.demo.merchants:merchant",
    "replay": "linli_cli.develop.replaying:replay",
    "logs": "linli_cli.operate.logs:logs",
    "trace": "linli_cli.operate.trace:trace",
    "openapi": "linli_cli.interfaces.openapi:openapi",
    "import": "linli_cli.importing.commands:import_",
    "export": "linli_cli.importing.commands:export",
    "asyncapi": "linli_cli.interfaces.asyncapi:asyncapi",
    "documents": "linli_cli.interfaces.writing:documents",
}
GROUPS = {
    "device": "linli_cli.devices.device_keys:app",
    "person": "linli_cli.importing.personal:app",
    "sample": "linli_cli.develop.sampling:app",
    "simulate": "simulation.simulating:app",
    "dlq": "linli_cli.letters.clearing:app",
}


class Commands(TyperGroup):
    """Finds a command where it stands. What it is asked with is click's, and not needed here."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        return [*COMMANDS, *GROUPS]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        return command(cmd_name)


def command(name: str) -> Any:
    """The command or group of this name, imported; None if there is none."""
    if name in GROUPS:
        group: typer.Typer = _standing_at(GROUPS[name])
        found = typer.main.get_group(group)
        found.name = name
        return found
    if name not in COMMANDS:
        return None
    alone = typer.Typer(add_completion=False)
    alone.command(name)(_standing_at(COMMANDS[name]))
    return typer.main.get_command(alone)


def understood(words: list[str]) -> TyperCommand | None:
    """The command that a line calls, its words without `linli`; None if there is none."""
    found = command(words[0]) if words else None
    for word in words[1:]:
        if not isinstance(found, TyperGroup):
            break
        found = found.commands.get(word)
    return found if isinstance(found, TyperCommand) else None


def _standing_at(where: str) -> Any:
    module, _, name = where.partition(":")
    return getattr(import_module(module), name)
