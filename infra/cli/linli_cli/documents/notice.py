"""NOTICE: whose software the layers carry, and under which licences, from the packages' own metadata."""

import re
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

from linli_cli.errors import CommandError
from linli_cli.layout import ROOT

PAGE = Path("NOTICE")
LOCK = Path("layers/deps/requirements.lock")
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
OSI = "License :: OSI Approved :: "
HEAD = """Linli
Copyright the Linli authors
Licensed under the Apache License 2.0, see LICENSE.

What is deployed carries these packages in its `deps` layer, with the licence file of each beside it
(`*.dist-info`). Made from their metadata by `python -m linli_cli.documents.readme --write`.

"""


def notice(root: Path = ROOT) -> str:
    """The text of NOTICE. Raises CommandError for a package that does not say its licence."""
    pins = PIN.findall((root / LOCK).read_text(encoding="utf-8"))
    lines = [f"{name}: {licence_of(name)}" for name, _ in sorted(pins)]
    return HEAD + "\n".join(lines) + "\n"


def licence_of(name: str) -> str:
    """A package's licence, as its metadata says it."""
    try:
        said = metadata(name)
    except PackageNotFoundError:
        raise CommandError(f"{name} is locked in {LOCK} and not installed: run `make`") from None
    told = [each.removeprefix(OSI) for each in said.get_all("Classifier") or [] if each.startswith(OSI)]
    every = [*(said.get_all("License-Expression") or []), *(said.get_all("License") or [])]
    found = next(filter(None, every), ", ".join(told))
    if not found:
        raise CommandError(f"{name} does not say its licence: look at it before it goes into a layer")
    return str(found).splitlines()[0]
