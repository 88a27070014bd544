"""Which vocabularies a service reaches: its package carries these, and no other changes it."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from linli_cli.deploy.archive import read_tree
from linli_cli.layout import ROOT

CORE = Path("layers/core/python")
VOCABULARY = "linli/vocabulary/"
APP = "linli/apps.py"  # what the app.py imports that is made for every project


def core_without_vocabulary(root: Path = ROOT) -> dict[str, bytes]:
    """What is the same for every service: the core layer."""
    files = read_tree(root / CORE)
    return {name: content for name, content in files.items() if not name.startswith(VOCABULARY)}


def vocabulary_of(service: str, root: Path = ROOT) -> dict[str, bytes]:
    """The files of the vocabularies that a service's code imports, be it through the core layer."""
    core = {name: content for name, content in read_tree(root / CORE).items() if name.endswith(".py")}
    waiting = [*read_tree(root / "functions" / service).items()]
    waiting.append((APP, core[APP]))
    reached: set[str] = set()
    while waiting:
        name, content = waiting.pop()
        if name.endswith(".py"):
            new = (_imported(content) & core.keys()) - reached
            reached |= new
            waiting += [(each, core[each]) for each in new]
    return {name: core[name] for name in sorted(reached) if name.startswith(VOCABULARY)}


@cache
def _imported(source: bytes) -> frozenset[str]:
    """The files that a module's imports may mean, and their packages."""
    return frozenset(_meant(source))


def _meant(source: bytes) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{each.name}" for each in node.names)]
        else:
            continue
        for name in names:
            parts = name.split(".")
            for length in range(1, len(parts) + 1):
                path = "/".join(parts[:length])
                yield f"{path}.py"
                yield f"{path}/__init__.py"
