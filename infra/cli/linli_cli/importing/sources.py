"""Reading a workbook or CSV files, as offices save them, into grids."""

import csv
import re
import warnings
from collections.abc import Container, Iterator
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

from linli_cli.errors import CommandError
from linli_cli.importing import written
from linli_cli.importing.cells import MAC_EPOCH, WINDOWS_EPOCH, Cell
from linli_cli.importing.grids import Grid, Line

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

WORKBOOKS = (".xlsx", ".xlsm")
TEXTS = (".csv", ".tsv")
MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
NOUGHTS = re.compile(r"0{2,12}")  # a format that shows 502 as 0502
DELIMITERS = ",\t;"
LONGEST_CELL = 1 << 20


def grids(path: Path) -> list[Grid]:
    """The sheets of a workbook, a CSV file, or a folder of these. Raises CommandError."""
    if path.is_dir():
        files = sorted(
            each for each in path.iterdir() if each.suffix.lower() in TEXTS and each.name[0] not in ".~"
        )
        if not files:
            raise CommandError(f"there is no CSV file in {path}")
        return [_of_text(each) for each in files]
    if not path.exists():
        raise CommandError(f"there is no {path}")
    if path.suffix.lower() in TEXTS:
        return [_of_text(path)]
    if path.suffix.lower() not in WORKBOOKS:
        raise CommandError(f"{path.name} is no workbook (.xlsx) and no CSV file: save it as one of these")
    return _of_workbook(path)


def _of_workbook(path: Path) -> list[Grid]:
    values, formulas = _opened(path, data_only=True), _opened(path, data_only=False)
    epoch = MAC_EPOCH if values.epoch.year == MAC_EPOCH.year else WINDOWS_EPOCH
    found = []
    for sheet in values.worksheets:
        lacking = frozenset(_without_value(sheet, formulas[sheet.title]))
        lines = list(_lines(sheet, {row for row, _ in lacking}))
        found.append(Grid(sheet.title, lines, epoch, sheet.sheet_state != "visible", lacking))
    return found


def _opened(path: Path, *, data_only: bool) -> "Workbook":
    from openpyxl import load_workbook  # noqa: PLC0415
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that we do not read
            return load_workbook(path, data_only=data_only)
    except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise CommandError(
            f"{path.name} cannot be read as a workbook: {error}; is it locked, or no .xlsx?"
        ) from None


def _lines(sheet: "Worksheet", computed: Container[int]) -> Iterator[Line]:
    """Rows in which something stands, or would if somebody computed it."""
    filled = _merged(sheet)
    hidden = {number for number, row in sheet.row_dimensions.items() if row.hidden}
    for number, row in enumerate(sheet.iter_rows(), start=1):
        held = [filled.get((number, at), _value(cell)) for at, cell in enumerate(row, start=1)]
        if number in computed or any(each is not None for each in held):
            yield Line(number, held, number in hidden)


def _merged(sheet: "Worksheet") -> dict[tuple[int, int], Cell]:
    """What each cell of a merged range shows: what its first one holds."""
    shown: dict[tuple[int, int], Cell] = {}
    for merged in sheet.merged_cells.ranges:
        value = _value(sheet.cell(merged.min_row, merged.min_col))
        for row in range(merged.min_row, merged.max_row + 1):
            for column in range(merged.min_col, merged.max_col + 1):
                shown[row, column] = value
    return shown


def _value(cell: Any) -> Cell:
    value: Cell = cell.value
    if isinstance(value, int | float) and not isinstance(value, bool) and value == int(value):
        pattern = str(cell.number_format)
        return str(int(value)).zfill(len(pattern)) if NOUGHTS.fullmatch(pattern) else int(value)
    return value


def _without_value(values: "Worksheet", formulas: "Worksheet") -> Iterator[tuple[int, int]]:
    """Row, from 1, and column, from 0, of formulas that nobody has computed."""
    for row in formulas.iter_rows():
        for cell in row:
            if cell.data_type == "f" and values.cell(cell.row or 1, cell.column or 1).value is None:
                yield cell.row or 1, (cell.column or 1) - 1


def _of_text(path: Path) -> Grid:
    raw = path.read_bytes()
    marked = next((codec for mark, codec in MARKS.items() if raw.startswith(mark)), None)
    for codec in [marked] if marked else ["utf-8", "gb18030"]:
        try:
            said = raw.decode(codec)
        except UnicodeDecodeError:
            continue
        return Grid(path.stem, list(_text_lines(said)))
    raise CommandError(f"{path.name} is neither UTF-8 nor GBK text")


def _text_lines(said: str) -> Iterator[Line]:
    first = next((line for line in said.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=first.count)
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(StringIO(said, newline=""), delimiter=delimiter)
    before = 0
    for held in reader:
        if any(cell.strip() for cell in held):
            yield Line(before + 1, [written.unguarded(cell) or None for cell in held])
        before = reader.line_num
