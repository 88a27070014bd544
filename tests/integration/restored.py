"""What a process holds that was made ready for a snapshot and restored from it: `python -m … <project>`.

It is one of its own, as Lambda's run time has it, whose hooks are stood in for. Nobody can be connected to.
What it holds is told as JSON on the last line.
"""

import json
import random
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from linli import aws, connections, json_services, secrets, signatures, snapshots
from linli.apps import assembled
from linli.contracts import Contract
from linli_cli.layout import actions_of
from tests.integration.messages import rule_event

PASS = {"event_id": "1", "seq": 1, "occurred_at": "2026-01-05T08:00:00Z", "credential": "card", "value": "c"}


def told(project: str) -> dict[str, Any]:
    """What it holds, by names for what must be so."""
    connected: list[str] = []
    socket.socket.connect = lambda _, address: connected.append(str(address))  # type: ignore[assignment,method-assign]
    before, after = _hooks()
    app = assembled(project, actions_of(project))
    before.pop()()
    drawn = random.getstate()
    after.pop()()
    return {
        "connected": connected,
        "sockets": _sockets(),
        "connections": sum(map(len, connections._idle.values())),
        "secrets": [*secrets._kept, *secrets._missing],
        "credentials": len(json_services._lendings),
        "keys": signatures._key.cache_info().currsize,
        "sessions of botocore": aws._session.cache_info().currsize,
        "schemas to build": [each.__name__ for each in _below(Contract) if not each.__pydantic_complete__],
        "certificates to read": 1 - connections.tls.cache_info().currsize,
        "chances as before": drawn == random.getstate(),
        "imported by a first pass": _imported_by_a_pass(app) if project == "access" else [],
    }


def _hooks() -> tuple[list[Callable[[], object]], ...]:
    before: list[Callable[[], object]] = []
    after: list[Callable[[], object]] = []
    hooks: Any = ModuleType(snapshots.HOOKS)
    hooks.register_before_snapshot = lambda act, *what: before.append(lambda: act(*what))
    hooks.register_after_restore = lambda act, *what: after.append(lambda: act(*what))
    sys.modules[snapshots.HOOKS] = hooks
    return before, after


def _sockets() -> list[str]:
    return [link.name for link in Path("/proc/self/fd").iterdir() if link.is_socket()]


def _below(kind: type[Contract]) -> Iterator[type[Contract]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


def _imported_by_a_pass(app: Any) -> list[str]:
    imported = set(sys.modules)
    with connections.away(json.dumps(snapshots.NOTHING).encode()):
        app.handler_map["gate_pass"](rule_event("gate_pass", PASS, "willow-gate-1"), None)
    return sorted(set(sys.modules) - imported)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(told(sys.argv[1])) + "\n")
