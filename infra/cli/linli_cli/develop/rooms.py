"""`python -m linli_cli.develop.rooms [--root PATH] [--duplicates]`: figures of a house, any checkout's.

A room is what lies directly in a service: an action, a noun, a module on its own. An arrow is that one room
imports another; the floors are the longest chain of arrows. Upward is an arrow from a noun to an action, or
one of the fewest that close circles. YAML is counted in lines of `infra/<service>`, code as a zip of modules.
Written again are lines of functions that stand in another function before: runs of syntax, whatever the
variables are called and the texts say.
"""

import ast
import io
import sys
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Annotated

import grimp
import typer

from linli_cli.layout import ROOT

RUN = 25  # nodes of a syntax tree, about four lines: shorter ones are alike by chance
CODE = ("functions", "layers/core/python/linli")
SOURCES = (".", "layers/core/python", "infra/cli")  # where Python finds a checkout's packages
Arrows = Mapping[str, set[str]]  # what each room imports


@dataclass(frozen=True, slots=True)
class Shape:
    """Figures of a service."""

    modules: int
    rooms: int
    floors: int
    arrows: int
    upward: int
    circles: int
    yaml_lines: int
    code_kb: int


def main(
    root: Annotated[Path, typer.Option(help="a checkout of any commit")] = ROOT,
    duplicates: Annotated[bool, typer.Option(help="say which lines are written again")] = False,
) -> None:
    """Print the figures of a checkout."""
    root = root.resolve()
    found_first(root)
    shapes = {service: shape(service, root) for service in services(root)}
    heads = [each.name.replace("_", " ") for each in fields(Shape)]
    print(line("service", *heads), line("---", *["---:" for _ in heads]), sep="\n")
    for service, figures in shapes.items():
        print(line(service, *astuple(figures)))
    print(line("all", *(sum(column) for column in zip(*map(astuple, shapes.values()), strict=True))))
    again = repeated(root)
    print(f"\nwritten again: {sum(map(len, again.values()))} lines of functions, in {len(again)} modules")
    for name, numbers in sorted(again.items()) if duplicates else ():
        print(f"  {name}: {', '.join(map(str, sorted(numbers)))}")


def line(*cells: object) -> str:
    """A line of a table."""
    return f"| {' | '.join(map(str, cells))} |"


def services(root: Path) -> list[str]:
    """The services of a checkout."""
    return sorted(path.parent.name for path in (root / "functions").glob("*/__init__.py"))


def found_first(root: Path) -> None:
    """Let Python find the checkout's packages, and not those of the one that this module is in."""
    ours = {(ROOT / each).resolve() for each in SOURCES}
    others = [each for each in sys.path if Path(each).resolve() not in ours]
    sys.path[:] = [*(str(root / each) for each in SOURCES), *others]


def shape(service: str, root: Path) -> Shape:
    """The figures of a service."""
    package, folder = f"functions.{service}", root / "functions" / service
    graph = grimp.build_graph(package, cache_dir=None)
    modules = len([name for name in graph.modules if not graph.find_children(name)])
    actions = {name for name in graph.find_children(package) if f"{name}.handler" in graph.modules}
    for room in graph.find_children(package):
        if graph.find_children(room):
            graph.squash_module(room)
    rooms = graph.find_children(package)
    arrows = {room: set(graph.find_modules_directly_imported_by(room)) & rooms for room in rooms}
    into_actions = sum(len(arrows[room] & actions) for room in rooms - actions)
    projects = [path for path in (root / "infra").iterdir() if path.name.partition("_")[0] == service]
    apps = [path for each in projects for path in each.glob("*.py")]
    return Shape(
        modules=modules,
        rooms=len(rooms),
        floors=floors(arrows),
        arrows=sum(map(len, arrows.values())),
        upward=into_actions + len(graph.nominate_cycle_breakers(package)),
        circles=len(circles(arrows)),
        yaml_lines=sum(len(text(path).splitlines()) for each in projects for path in each.glob("*.yaml")),
        code_kb=round(zipped([*folder.rglob("*.py"), *apps], root) / 1000),
    )


def text(path: Path) -> str:
    """A file's text."""
    return path.read_text(encoding="utf-8")


def reached(arrows: Arrows, room: str) -> set[str]:
    """All rooms that a room imports, by others too."""
    found: set[str] = set()
    ahead = [room]
    while ahead:
        new = arrows[ahead.pop()] - found
        found |= new
        ahead += new
    return found


def circles(arrows: Arrows) -> set[frozenset[str]]:
    """The largest sets of rooms that import one another, by others too."""
    ways = {room: reached(arrows, room) for room in arrows}
    return {
        frozenset(other for other in ways[room] if room in ways[other])
        for room in arrows
        if room in ways[room]
    }


def floors(arrows: Arrows) -> int:
    """How many rooms the longest chain has; those of one circle stand on one floor."""
    of = {room: circle for circle in circles(arrows) for room in circle}
    below: dict[frozenset[str], set[frozenset[str]]] = defaultdict(set)
    for room, imported in arrows.items():
        one = of.get(room, frozenset({room}))
        below[one] |= {of.get(other, frozenset({other})) for other in imported} - {one}
    heights: dict[frozenset[str], int] = {}

    def height(one: frozenset[str]) -> int:
        if one not in heights:
            heights[one] = 1 + max((height(other) for other in below[one]), default=0)
        return heights[one]

    return max(map(height, list(below)), default=0)


def zipped(paths: list[Path], root: Path) -> int:
    """Bytes of a zip of files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(paths):
            archive.write(path, path.relative_to(root).as_posix())
    return len(buffer.getvalue())


def repeated(root: Path) -> dict[str, set[int]]:
    """The lines of functions that stand elsewhere before, by file: of each run of nodes all but the first."""
    known: dict[tuple[str, ...], tuple[str, int]] = {}
    found: dict[str, set[int]] = defaultdict(set)
    for path in sorted(path for folder in CODE for path in (root / folder).rglob("*.py")):
        name = path.relative_to(root).as_posix()
        for function in functions(ast.parse(text(path))):
            told = list(nodes(function, variables(function)))
            for at in range(len(told) - RUN + 1):
                run = told[at : at + RUN]
                here = (f"{name} {function.lineno}", at)
                there = known.setdefault(tuple(word for word, _ in run), here)
                if there[0] != here[0]:
                    found[name] |= {number for _, number in run}
    return found


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """The functions and methods of a module, but none inside another."""
    for node in tree.body:
        parts = node.body if isinstance(node, ast.ClassDef) else [node]
        yield from (each for each in parts if isinstance(each, ast.FunctionDef))


def variables(function: ast.FunctionDef) -> set[str]:
    """The names of a function's parameters and of what it assigns."""
    inside = list(ast.walk(function))
    assigned = {each.id for each in inside if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
    return assigned | {each.arg for each in inside if isinstance(each, ast.arg)}


def nodes(node: ast.AST, own: set[str], number: int = 0) -> Iterator[tuple[str, int]]:
    """Every node of a tree as it is written, and its line: without docstrings, texts, and its `own` names."""
    if isinstance(node, ast.expr_context) or (isinstance(node, ast.Expr) and _is_text(node.value)):
        return
    number = getattr(node, "lineno", number)
    name = getattr(node, "id", getattr(node, "attr", ""))
    word = "" if name in own else name
    if isinstance(node, ast.Constant) and not _is_text(node):
        word = repr(node.value)
    yield f"{type(node).__name__} {word}", number
    for child in ast.iter_child_nodes(node):
        yield from nodes(child, own, number)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


if __name__ == "__main__":
    typer.run(main)
