"""Runs `chalice package` on a prepared project, in a process of its own since it imports the service.

    python -m linli_cli.deploy.chalice_project PROJECT OUTPUT SERVICE

First it imports the service's `app.py` and writes `.chalice/api-policy.json`: the union of the policies of
just those actions that declare an HTTP route, since all routes of a service share one function.
"""

import importlib
import inspect
import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

STAGE = "linli"  # Chalice's stage; ours is a template parameter, so that one package serves all stages


def main() -> None:
    from chalice.cli import cli  # noqa: PLC0415  every command imports this module, just this process packages

    project, output, service = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    os.chdir(project)
    sys.path[:0] = [str(project), str(project / "vendor")]
    app = importlib.import_module("app").app
    policy = {"Version": "2012-10-17", "Statement": http_statements(app, project, service)}
    (project / ".chalice" / "api-policy.json").write_text(json.dumps(policy))
    cli(["package", "--stage", STAGE, "--template-format", "json", output], obj={}, standalone_mode=False)


def http_statements(app: Any, project: Path, service: str) -> list[Any]:
    """The statements of the actions whose views the routes call; those on the same resources become one.

    Sids go: two actions may use the same one, which IAM refuses within a document.
    """
    joined: dict[str, dict[str, Any]] = {}
    for action in sorted(http_actions(app, service)):
        for statement in statements_of(project / "vendor" / "functions" / service / action / "policy.json"):
            rest = {key: value for key, value in statement.items() if key not in ("Sid", "Action")}
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            same = joined.setdefault(json.dumps(rest, sort_keys=True), {**rest, "Action": []})
            same["Action"] = sorted({*same["Action"], *actions})
    return list(joined.values())


def http_actions(app: Any, service: str) -> set[str]:
    """The actions that declare routes, by the module of each view."""
    actions = set()
    for path, methods in app.routes.items():
        for method, entry in methods.items():
            found = [
                re.match(rf"functions\.{service}\.(\w+)\.", each) for each in modules(entry.view_function)
            ]
            names = {match[1] for match in found if match}
            if len(names) != 1:
                sys.exit(f"{method} {path}: cannot tell which action of {service} its view belongs to")
            actions |= names
    return actions


def modules(view: Any) -> Iterator[str]:
    """The modules of a view and of the functions it wraps."""
    yield view.__module__
    for cell in view.__closure__ or ():
        if inspect.isfunction(cell.cell_contents):
            yield from modules(cell.cell_contents)


def statements_of(document: Path) -> list[Any]:
    if not document.exists():
        sys.exit(f"{document.parent.name}/policy.json is missing")
    statement = json.loads(document.read_text(encoding="utf-8"))["Statement"]
    return statement if isinstance(statement, list) else [statement]


if __name__ == "__main__":
    main()
