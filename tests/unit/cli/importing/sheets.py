"""Workbooks and CSV files as offices save them, and a community that stands."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from openpyxl import Workbook

from linli_cli.importing import grids, planning, sources
from linli_cli.importing.grids import Taken
from linli_cli.importing.planning import Ask, Step
from linli_cli.importing.standing import Standing

TODAY = date(2026, 1, 5)
ZONE = ZoneInfo("Asia/Shanghai")
Sheets = Mapping[str, Sequence[Sequence[Any]]]


def workbook(path: Path, sheets: Sheets) -> Path:
    """Write a workbook with these sheets; the first row of each are its headings."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def empty() -> Standing:
    """A community in which nothing stands."""
    return Standing(
        ZONE, {"name": "Willow", "sub_district": "riverside", "time_zone": "Asia/Shanghai", "version": 1}
    )


def read(path: Path) -> Taken:
    """The rows of a source."""
    return grids.taken(sources.grids(path))


def planned(taken: Taken, standing: Standing | None = None) -> list[Step]:
    """What would be done with them."""
    numbers = count(1)
    stands = standing or empty()
    return planning.plan(taken.rows, stands, "willow", lambda: f"p{next(numbers)}", TODAY).steps


def after(sheets: Sheets, tmp_path: Path, standing: Standing | None = None) -> list[Step]:
    """What would be done with a workbook."""
    return planned(read(workbook(tmp_path / "a.xlsx", sheets)), standing)


def refusals(steps: Sequence[Step]) -> str:
    """What is refused, as people read it."""
    return "\n".join(
        f"{each.form} {each.lines}: {each.detail}" for each in steps if each.outcome == "refused"
    )


def bodies(steps: Sequence[Step]) -> list[Any]:
    """What the APIs are asked with."""
    return [ask.body for each in steps for ask in each.asks if isinstance(ask, Ask)]


def as_shown(model: Any) -> dict[str, Any]:
    """A contract as an API shows it."""
    shown: dict[str, Any] = json.loads(model.model_dump_json(exclude_none=True))
    return shown
