"""`python -m linli_cli.develop.templates --against COMMIT`: what has changed of the stacks since a commit.

Both checkouts package their templates, each with its own command. Lists whose order means nothing are sorted,
the digest of the code is left out; what still differs is a line each. The exit code is 1 if there is any.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from linli_cli.develop.checkouts import checked_out, module, python, run
from linli_cli.errors import CommandError
from linli_cli.layout import ROOT

PACKAGE = """
import shutil, sys
from importlib import import_module
from pathlib import Path

packaging, out = import_module(sys.argv[1]), Path(sys.argv[2])
(out / "foundation.json").write_text(packaging.templates.dump(packaging.foundation_template()))
for name, packaged in packaging.package_all().items():
    shutil.copy(packaged.template, out / f"{name}.json")
    if packaged.state_template:
        shutil.copy(packaged.state_template, out / f"{name}-state.json")
"""
CODE = re.compile(r"(?<=Version)[0-9a-f]{8}\b")  # of a version's logical id
UNORDERED = {
    "Action",
    "AttributeDefinitions",
    "DependsOn",
    "GlobalSecondaryIndexes",
    "ManagedPolicyArns",
    "NotAction",
    "Policies",
    "Resource",
    "Statement",
    "Tags",
    "Targets",
    "account",
    "detail-type",
    "source",
}


def main(against: Annotated[str, typer.Option(help="a commit")]) -> None:
    """Print each difference between the packaged templates of a commit and of this checkout."""
    try:
        with TemporaryDirectory() as before, TemporaryDirectory() as after, checked_out(against) as checkout:
            found = [*differences(packaged(checkout, Path(before)), packaged(ROOT, Path(after)))]
    except CommandError as error:
        sys.exit(str(error))
    print("\n".join(found) or f"every template is as it was in {against}")
    sys.exit(bool(found))


def packaged(checkout: Path, folder: Path) -> dict[str, Any]:
    """The templates of all stacks of a checkout, by stack."""
    command = [python(checkout), "-c", PACKAGE, module(checkout, "packaging"), str(folder)]
    run(command, checkout)
    return {path.stem: loaded(path.read_text(encoding="utf-8")) for path in sorted(folder.iterdir())}


def loaded(text: str) -> Any:
    """A template without what says nothing of the stack."""
    return sorted_where_it_may_be(json.loads(CODE.sub("-of-the-code", text)))


def sorted_where_it_may_be(node: Any, name: str = "") -> Any:
    """A part of a template, `name` in what holds it, with lists sorted whose order means nothing."""
    if isinstance(node, dict):
        return {key: sorted_where_it_may_be(value, key) for key, value in node.items()}
    if isinstance(node, list):
        inside = [sorted_where_it_may_be(each, name) for each in node]
        return sorted(inside, key=in_words) if name in UNORDERED else inside
    return node


def differences(before: Any, after: Any, where: str = "") -> Iterator[str]:
    """Each place where two parts differ, and what stands there in each."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            yield from differences(before.get(key), after.get(key), f"{where}/{key}")
    elif before != after:
        yield f"{where}: {in_words(before)} -> {in_words(after)}"


def in_words(node: Any) -> str:
    """A part as JSON, the same text for the same content."""
    return json.dumps(node, sort_keys=True, ensure_ascii=False)


if __name__ == "__main__":
    typer.run(main)
