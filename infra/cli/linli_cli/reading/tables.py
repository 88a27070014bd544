"""Tables in Markdown, and the modules they are made from."""

import importlib
import re
import sys
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from types import ModuleType

from linli_cli.errors import CommandError
from linli_cli.layout import ROOT

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
TOLD_IN_HOURS = 2  # days, except for one


def table(heads: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A table; cells are Markdown in one line."""
    rows = [heads, ["---"] * len(heads), *lines]
    return "\n".join("| " + " | ".join(" ".join(cell.split()) for cell in row) + " |" for row in rows)


def codes(words: Iterable[str]) -> str:
    """Words as code, with commas."""
    return ", ".join(f"`{word}`" for word in words)


def span_in_words(span: timedelta) -> str:
    """`30 days`, `48 hours`; a year and more by the year, if it is whole ones."""
    for unit, name in ((365 * DAY, "year"), (DAY, "day"), (HOUR, "hour"), (MINUTE, "minute")):
        count = span // unit
        if count * unit == span and (unit != DAY or count > TOLD_IN_HOURS or span == DAY):
            return f"a{'n' if name == 'hour' else ''} {name}" if count == 1 else f"{count} {name}s"
    return f"{span.total_seconds():g} s"


def modules_of(service: str, root: Path = ROOT) -> list[ModuleType]:
    """All modules of a service. Raises CommandError with the reason when one cannot be imported."""
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    return [_imported(path.relative_to(root)) for path in sources_of(service, root)]


def sources_of(service: str, root: Path = ROOT) -> list[Path]:
    """The sources of a service."""
    return sorted((root / "functions" / service).rglob("*.py"))


def _imported(path: Path) -> ModuleType:
    name = re.sub(r"\.__init__$", "", ".".join(path.with_suffix("").parts))
    try:
        return importlib.import_module(name)
    except Exception as error:
        raise CommandError(f"{path.as_posix()}: {type(error).__name__}: {error}") from error
