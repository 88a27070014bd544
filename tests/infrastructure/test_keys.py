"""Keys are asked with as many parts as they have: a template is not known to the type checker."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from linli.keys import Key
from linli_cli.documents.rows import keys_named, kinds_of
from linli_cli.layout import ROOT, services


@pytest.mark.parametrize("service", services())
def test_a_key_is_asked_with_all_its_parts(service: str) -> None:
    keys = {
        (kind.__name__, name): key for kind in kinds_of(service) for name, key in keys_named(kind).items()
    }
    sources = (ROOT / "functions" / service).rglob("*.py")

    wrong = [each for source in sorted(sources) for each in _asked_wrongly(source, keys)]

    assert not wrong


def _asked_wrongly(source: Path, keys: dict[tuple[str, str], Key]) -> Iterator[str]:
    tree = ast.parse(source.read_text(encoding="utf-8"))
    for scope, call in _calls(tree, ""):
        *of, name = ast.unparse(call.func).split(".")
        is_partition = name == "partition" and len(of) > 1
        owner = of[:-1] if is_partition else of
        asked = (scope if owner == ["cls"] else ".".join(owner), of[-1] if is_partition else name)
        key = keys.get(asked)
        if key is None or any(isinstance(each, ast.Starred) for each in call.args):
            continue
        parts = (key.pk if is_partition else key.pk + key.sk).count("{")
        if len(call.args) != parts or call.keywords:
            yield f"{source.relative_to(ROOT)}:{call.lineno}: {ast.unparse(call)}: it has {parts} parts"


def _calls(node: ast.AST, scope: str) -> Iterator[tuple[str, ast.Call]]:
    """All calls, each with the class that it stands in."""
    for each in ast.iter_child_nodes(node):
        if isinstance(each, ast.Call):
            yield scope, each
        yield from _calls(each, each.name if isinstance(each, ast.ClassDef) else scope)
