"""`python -m linli_cli.documents.holidays`: China's holidays and the days worked for them (调休).

The package that knows them is no part of a layer: they are made into a small module of `linli` by `--write`,
and compared with the package otherwise. A year that the State Council has not announced is not in it.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path

from chinese_calendar.constants import holidays, workdays

from linli_cli.layout import ROOT

MODULE = Path("layers/core/python/linli/holidays_of_china.py")
SOURCE = "chinesecalendar"
FIRST_YEAR = 2025  # no deadline is older
A_LINE = 9  # dates
MADE_ON = re.compile(r"on (\d{4}-\d\d-\d\d)")


def module(made_on: str) -> str:
    """The text of the module."""
    last = max(day.year for day in holidays)
    return f'''"""China's holidays of {FIRST_YEAR} to {last}, and the weekends worked for them (调休).

Made from {SOURCE} {version(SOURCE)} on {made_on} by `python -m linli_cli.documents.holidays --write`.
"""

HOLIDAYS = """
{_lines(holidays)}
"""
EXTRA_DAYS = """
{_lines(workdays)}
"""
'''


def _lines(days: Iterable[date]) -> str:
    return "\n".join(_each_line(sorted(day.isoformat() for day in days if day.year >= FIRST_YEAR)))


def _each_line(days: list[str]) -> Iterator[str]:
    for start in range(0, len(days), A_LINE):
        yield " ".join(days[start : start + A_LINE])


def main() -> int:
    """Write the module if its days are others, or say that they are."""
    path = ROOT / MODULE
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    made_on = MADE_ON.search(text)
    if made_on is not None and text == module(made_on[1]):
        return 0
    if "--write" in sys.argv[1:]:
        path.write_text(module(f"{datetime.now(UTC):%Y-%m-%d}"), encoding="utf-8")
        return 0
    sys.stdout.write(f"{MODULE}: not what {SOURCE} says; run `make format`\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
