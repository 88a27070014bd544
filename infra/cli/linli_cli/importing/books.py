"""Writing the form: the template, and what stands, as a workbook or as CSV files."""

import csv
from collections.abc import Mapping, Sequence
from datetime import date, time
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from linli_cli.errors import CommandError
from linli_cli.importing import forms
from linli_cli.importing.cells import Cell, tidy
from linli_cli.importing.forms import Column, Form
from linli_cli.importing.written import guarded

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

Lines = Mapping[str, Sequence[Mapping[str, Cell]]]
"""By form, rows by column."""
NOTE = "备注 (note)"
EXAMPLE = "示例 example: this row is not imported"
FIRST_ROW = 2
LAST_ROW = 5000  # lists to choose from reach so far
WIDTH = 18
WIDEST = 60
HEADING_COLOUR = "DDEBF7"
EXAMPLE_COLOUR = "808080"
CHOICES = "选项 choices"


def write_template(path: Path) -> None:
    """A workbook to be filled in: headings in both languages, an example, lists to choose from."""
    examples: Lines = {
        form.code: [{each.code: each.example or None for each in form.columns}] for form in forms.FORMS
    }
    _save(_workbook(examples, EXAMPLE), path)


def write(path: Path, lines: Lines) -> None:
    """What stands: a workbook for `.xlsx`, else a folder of CSV files. Raises CommandError."""
    if path.suffix.lower() == ".xlsx":
        _save(_workbook(lines, None), path)
    elif path.suffix:
        raise CommandError(f"{path.name} is neither a workbook (.xlsx) nor a folder")
    else:
        path.mkdir(parents=True, exist_ok=True)
        for form in forms.FORMS:
            if form.code in lines:
                (path / f"{form.code}.csv").write_text(_csv(form, lines[form.code]), "utf-8-sig", newline="")


def _csv(form: Form, rows: Sequence[Mapping[str, Cell]]) -> str:
    text = StringIO()
    out = csv.writer(text)
    out.writerow([each.shown for each in form.columns])
    for row in rows:
        out.writerow([guarded(_text(row.get(each.code))) for each in form.columns])
    return text.getvalue()


def _text(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case str():
            return tidy(cell)
        case date() | time():
            return cell.isoformat()
        case _:
            return str(cell)


def _workbook(lines: Lines, note: str | None) -> "Workbook":
    from openpyxl import Workbook  # noqa: PLC0415

    book = Workbook()
    book.remove(book.worksheets[0])
    for form in forms.FORMS:
        if form.code in lines:
            _sheet(book, form, lines[form.code], note)
    _choices(book)
    return book


def _sheet(book: "Workbook", form: Form, rows: Sequence[Mapping[str, Cell]], note: str | None) -> None:
    from openpyxl.comments import Comment  # noqa: PLC0415
    from openpyxl.styles import Font, PatternFill  # noqa: PLC0415

    sheet = book.create_sheet(f"{form.heading}({form.code})")
    sheet.append([*(each.shown for each in form.columns), NOTE])
    for at, column in enumerate(form.columns, start=1):
        heading = sheet.cell(1, at)
        heading.font = Font(bold=True)
        heading.fill = PatternFill("solid", fgColor=HEADING_COLOUR)
        if column.note:
            heading.comment = Comment(column.note, "linli")
        sheet.column_dimensions[heading.column_letter].width = min(
            max(WIDTH, len(column.shown) * 1.4), WIDEST
        )
    for number, row in enumerate(rows, start=FIRST_ROW):
        for at, column in enumerate(form.columns, start=1):
            _put(sheet, number, at, row.get(column.code))
        if note:
            _put(sheet, number, len(form.columns) + 1, note)
            for cell in sheet[number]:
                cell.font = Font(italic=True, color=EXAMPLE_COLOUR)
    sheet.freeze_panes = "A2"
    for at, column in enumerate(form.columns, start=1):
        _prepare(sheet, at, column)


def _put(sheet: "Worksheet", row: int, column: int, value: Cell) -> None:
    """Write a cell; a text stays one, whatever it begins with, and keeps its noughts."""
    cell = sheet.cell(row, column)
    if isinstance(value, str):
        cell.value, cell.data_type = tidy(value), "s"
        cell.quotePrefix = value.startswith("=")
        cell.number_format = "@"
    elif value is not None:
        cell.value = value
        if isinstance(value, date):
            cell.number_format = "yyyy-mm-dd"


def _prepare(sheet: "Worksheet", at: int, column: Column) -> None:
    """Lists to choose from; and empty cells that take what is typed as a text, so that 0502 stays 0502."""
    from openpyxl.utils import get_column_letter  # noqa: PLC0415
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415

    letter = get_column_letter(at)
    if column.choices:
        place = _place_of_choices(column)
        rule = DataValidation(
            type="list", formula1=place, allow_blank=True, showErrorMessage=column.kind == "choice"
        )
        rule.error = "choose one of the list"
        sheet.add_data_validation(rule)
        rule.add(f"{letter}{FIRST_ROW}:{letter}{LAST_ROW}")
    if column.kind in {"text", "code", "exact", "phone", "roles", "list"}:
        sheet.column_dimensions[letter].number_format = "@"


def _lists() -> list[tuple[int, forms.Words]]:
    found: list[tuple[int, forms.Words]] = []
    for form in forms.FORMS:
        for column in form.columns:
            if column.choices and column.choices not in [words for _, words in found]:
                found.append((len(found) + 1, column.choices))
    return found


def _place_of_choices(column: Column) -> str:
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    number = next(number for number, words in _lists() if words == column.choices)
    letter = get_column_letter(number)
    return f"'{CHOICES}'!${letter}$1:${letter}${len(column.choices)}"


def _choices(book: "Workbook") -> None:
    """The words to choose from, on a sheet of their own that is not shown."""
    sheet = book.create_sheet(CHOICES)
    sheet.sheet_state = "hidden"
    for number, words in _lists():
        for row, (meant, spelled) in enumerate(words.items(), start=1):
            _put(sheet, row, number, spelled[0] if spelled else meant)


def _save(book: "Workbook", path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
