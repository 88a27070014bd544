"""What exists once: the modules of the core layer, in their own words, and which services use them."""

import ast
from collections import defaultdict
from pathlib import Path

from linli_cli.layout import ROOT, services

CORE = Path("layers/core/python")


def table(root: Path = ROOT) -> str:
    """A line per module or package of `linli`: the first sentence of its docstring, and who imports it."""
    lines = ["| module | what exists there and nowhere else | used by |", "| --- | --- | --- |"]
    used = users(root)
    every = services(root)
    for path in modules(root):
        name = path.relative_to(root / CORE).with_suffix("").as_posix().replace("/", ".")
        name = name.removesuffix(".__init__")
        by = sorted(service for service in every if used[service] & {name, *_inside(name, used[service])})
        shown = "all" if len(by) == len(every) else ", ".join(by) or "the core"
        lines.append(f"| `{name}` | {first_sentence(path)} | {shown} |")
    return "\n".join(lines)


def modules(root: Path = ROOT) -> list[Path]:
    """The modules of the core, and of each package in it the whole."""
    folder = root / CORE / "linli"
    found = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
    found += folder.glob("*/__init__.py")
    return sorted(found, key=lambda path: path.as_posix().removesuffix("/__init__.py"))


def first_sentence(path: Path) -> str:
    """The docstring as far as its first full stop."""
    text = " ".join((ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split())
    return text.partition(". ")[0].rstrip(".").replace("|", "\\|")


def users(root: Path = ROOT) -> dict[str, set[str]]:
    """What of `linli` each service imports, by its full name."""
    found: dict[str, set[str]] = defaultdict(set)
    for service in services(root):
        for path in (root / "functions" / service).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("linli"):
                    found[service] |= {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
    return found


def _inside(name: str, imported: set[str]) -> set[str]:
    return {each for each in imported if each.startswith(f"{name}.")}
