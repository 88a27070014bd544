"""The sentences that code tells people: which codes it raises with which parameters, read from its source.

`linli.words` has each in every language. Nothing that is answered is composed in code.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from linli.words import LANGUAGES, PLACE, Part, catalogue
from linli_cli.layout import ROOT

SOURCES = ("functions", "layers/core/python/linli")
ERRORS = "layers/core/python/linli/errors.py"
TREES: dict[str, Part] = {"LinliError": "details", "InvalidField": "fields"}  # whose first argument is a code
THROUGH = {"refusal": 2}  # functions that hand a code on, and which argument it is
FIELD = "Wrong"  # the code is its second argument
UNTOLD = (  # what nobody who calls is told: of keys and statements to operations, of the ledger to us
    "functions/payments/providers", "functions/payments/books/ledger.py",
)  # fmt: skip
CHINESE = re.compile(r"[\u3400-\u9fff]")
SPELLINGS = {  # where Chinese in code is no text for people, but what something is called elsewhere
    "functions/maintenance/reports/categories.py": "names of Open311 services, in both languages at once",
    "functions/payments/providers": "columns and words of the providers' statements",
    "layers/core/python/linli/phones.py": "how people write an extension",
    "layers/core/python/linli/plates.py": "provinces and kinds on number plates",
    "layers/core/python/linli/words/retelling.py": "how a day is written",
}
HANDED_ON = "code"  # the name of an argument that is a code of somebody else's


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence that is said at a place: `parameters` None where they are not written there."""

    part: Part
    code: str
    parameters: frozenset[str] | None
    where: str


@cache
def modules(root: Path = ROOT) -> dict[Path, ast.Module]:
    """The source of all that runs in functions."""
    found = (path for source in SOURCES for path in sorted((root / source).rglob("*.py")))
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in found}


@cache
def kinds(root: Path = ROOT) -> dict[str, Part]:
    """The classes of errors that say a sentence, by name, and the part of the catalogue that has it."""
    bases = {
        node.name: [base.id for base in node.bases if isinstance(base, ast.Name)]
        for tree in (modules(ROOT) | modules(root)).values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    found = dict(TREES)
    while more := {
        name: found[base] for name, of in bases.items() if name not in found for base in of if base in found
    }:
        found |= more
    return found


def said(root: Path = ROOT) -> Iterator[Said | str]:
    """Every sentence that code says; a text where a code should stand is told with its place."""
    for path, tree in modules(root).items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                yield from _said(node, f"{path.relative_to(root)}:{node.lineno}", kinds(root))
        if not any(path.is_relative_to(root / each) for each in UNTOLD):
            yield from _of_validators(tree, str(path.relative_to(root)))


def _of_validators(tree: ast.Module, path: str) -> Iterator[str]:
    """What validators refuse in a text of their own: Pydantic tells whoever sent the value."""
    validates = any(
        isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pydantic")
        for node in ast.walk(tree)
    )
    for node in ast.walk(tree):
        if validates and isinstance(node, ast.Call) and ast.unparse(node.func) == "ValueError":
            yield f"{path}:{node.lineno}: ValueError: InvalidField with a code of the catalogue belongs here"


def _said(call: ast.Call, where: str, known: dict[str, Part]) -> Iterator[Said | str]:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    if name not in known and name not in THROUGH and name != FIELD:
        return
    part = "fields" if name == FIELD else known.get(name, "details")
    at = 1 if name == FIELD else THROUGH.get(name, 0)
    if len(call.args) <= at:
        return
    for code in _either(call.args[at]):
        if isinstance(code, ast.Constant) and isinstance(code.value, str):
            yield Said(part, code.value, _parameters(call, at, part), where)
        elif not (isinstance(code, ast.Name | ast.Attribute) and ast.unparse(code).endswith(HANDED_ON)):
            yield f"{where}: {name}({ast.unparse(code)}): a code of the catalogue belongs here"


def _either(code: ast.expr) -> list[ast.expr]:
    return [code.body, code.orelse] if isinstance(code, ast.IfExp) else [code]


def _parameters(call: ast.Call, at: int, part: Part) -> frozenset[str] | None:
    if part == "fields":
        return None if call.args[at + 1 :] else frozenset(each.arg for each in call.keywords if each.arg)
    given = call.args[at + 1 : at + 2]
    if not given:
        return frozenset()
    if not isinstance(given[0], ast.Dict):
        return None
    return frozenset(str(ast.literal_eval(key)) for key in given[0].keys if key is not None)


def composed(root: Path = ROOT) -> Iterator[str]:
    """Texts in one language that stand in code, where nobody can read them in another."""
    for path, tree in modules(root).items():
        if any(path.is_relative_to(root / each) for each in SPELLINGS):
            continue
        explained = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
        for node in ast.walk(tree):
            if not isinstance(node, ast.Constant) or id(node) in explained:
                continue
            if isinstance(node.value, str) and CHINESE.search(node.value):
                where = f"{path.relative_to(root)}:{node.lineno}"
                yield f"{where}: {node.value[:20]}: it belongs into every catalogue of linli/words"


def complaints(root: Path = ROOT) -> Iterator[str]:
    """What is wrong with the sentences: in no catalogue, without a parameter that they name, or unused."""
    used: set[tuple[Part, str]] = set()
    for each in said(root):
        if isinstance(each, str):
            yield each
            continue
        used.add((each.part, each.code))
        template = catalogue("en")[each.part].get(each.code)
        if template is None:
            yield f"{each.where}: no language has words for {each.part}.{each.code}"
        elif each.parameters is not None and (lacking := places(template) - each.parameters):
            yield f"{each.where}: {each.code} is said without {', '.join(sorted(lacking))}"
    for code in sorted(
        catalogue("en")["details"].keys() - {code for part, code in used if part == "details"}
    ):
        yield f"details.{code} is said nowhere"
    yield from composed(root)
    yield from _differences()


def places(template: str) -> frozenset[str]:
    """The names of the parameters that stand in a sentence."""
    return frozenset(PLACE.findall(template))


def _differences() -> Iterator[str]:
    first, *others = LANGUAGES
    known = catalogue(first)
    for language in others:
        for part, words in catalogue(language).items():
            for code in sorted(words.keys() ^ known.get(part, {}).keys()):
                yield f"{part}.{code}: not in every language"
            for code in sorted(words.keys() & known.get(part, {}).keys()):
                if places(words[code]) != places(known[part][code]):
                    yield f"{part}.{code}: other parameters in {language} than in {first}"
