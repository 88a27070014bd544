"""Reading a workbook or CSV files, as offices save them, into grids."""

import csv
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO, StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

from linli_cli.errors import CommandError
from linli_cli.importing import written
from linli_cli.importing.cells import MAC_EPOCH, WINDOWS_EPOCH, Cell
from linli_cli.importing.grids import HEADINGS_WITHIN, Grid, Line

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

WORKBOOKS = (".xlsx", ".xlsm")
TEXTS = (".csv", ".tsv")
MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
NOUGHTS = re.compile(r"0{2,12}")  # a format that shows 502 as 0502
DELIMITERS = ",\t;"
SWALLOWED = "a cell of it holds rows of its own: is a quotation mark missing?"
SHEETS = "xl/worksheets/"
MERGED = re.compile(rb"mergeCell\b[^>]*\bref=\"[A-Z]+([0-9]+):[A-Z]+([0-9]+)\"")
MOST_MERGED = 10_000  # rows
LARGEST = 100_000_000  # bytes of a file, also when it is unpacked: a hundred times a community's
END = "end\0"  # a line that no file has


def grids(path: Path) -> list[Grid]:
    """The sheets of a workbook, a CSV file, or a folder of these. Raises CommandError."""
    try:
        return _of_folder(path) if path.is_dir() else _of_file(path)
    except OSError as error:
        raise CommandError(f"{error.filename or path} cannot be read: {error.strerror or error}") from None


def _of_folder(folder: Path) -> list[Grid]:
    files = sorted(
        each
        for each in folder.iterdir()
        if each.suffix.lower() in (*TEXTS, *WORKBOOKS) and each.name[0] not in ".~" and each.is_file()
    )
    if not files:
        raise CommandError(f"there is no CSV file in {folder}, nor a workbook (.xlsx)")
    return [grid for each in files for grid in _of_file(each)]


def _of_file(path: Path) -> list[Grid]:
    if not path.exists():
        raise CommandError(f"there is no {path}")
    if path.stat().st_size > LARGEST:
        raise CommandError(f"{path.name} is larger than any community: {LARGEST // 10**6} MB at most")
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


def _weigh(path: Path) -> None:
    """Raises CommandError for a workbook that nobody's machine could hold."""
    with ZipFile(path) as packed:
        parts = packed.infolist()
        unpacked = sum(each.file_size for each in parts)
        if unpacked > LARGEST:
            raise CommandError(
                f"{path.name} unpacks to {unpacked // 10**6} MB: {LARGEST // 10**6} MB at most"
            )
        for part in parts:
            found = MERGED.findall(packed.read(part)) if part.filename.startswith(SHEETS) else ()
            for first, last in found:
                if int(last) - int(first) > MOST_MERGED:
                    raise CommandError(
                        f"{path.name}: cells are merged from row {int(first)} to {int(last)}: take them apart"
                    )


def _opened(path: Path, *, data_only: bool) -> "Workbook":
    from openpyxl import load_workbook  # noqa: PLC0415

    try:
        _weigh(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that we do not read
            return load_workbook(BytesIO(path.read_bytes()), data_only=data_only)
    except CommandError:
        raise
    except Exception as error:  # noqa: BLE001  of the archive, of zlib, of XML, of what it says: a file of others
        why = str(error).partition("\n")[0]
        raise CommandError(
            f"{path.name} cannot be read as a workbook: {why}; is it locked, or no .xlsx?"
        ) from None


def _lines(sheet: "Worksheet", computed: set[int]) -> Iterator[Line]:
    """Rows in which something stands, or would if somebody computed it."""
    held: dict[tuple[int, int], Cell] = {
        at: value for at, cell in _cells(sheet).items() if (value := _value(cell)) is not None
    }
    last_row = max((row for row, _ in held), default=0)
    for merged in sheet.merged_cells.ranges:  # each cell of it shows what its first one holds
        shown = held.get((merged.min_row, merged.min_col))
        if shown is not None:
            for row in range(merged.min_row, min(merged.max_row, last_row) + 1):
                held |= {(row, column): shown for column in range(merged.min_col, merged.max_col + 1)}
    hidden = {number for number, row in sheet.row_dimensions.items() if row.hidden}
    rows: dict[int, dict[int, Cell]] = {}
    for (row, column), value in held.items():
        rows.setdefault(row, {})[column] = value
    for number in sorted({*rows, *computed}):
        cells = rows.get(number, {})
        every = [cells.get(column) for column in range(1, max(cells, default=0) + 1)]
        yield Line(number, every, number in hidden)


def _cells(sheet: "Worksheet") -> Mapping[tuple[int, int], Any]:
    """The cells that there are, by row and column: a format alone, far below, makes a million others."""
    return sheet._cells  # noqa: SLF001  its iterators make all the others


def _value(cell: Any) -> Cell:
    value: Cell = cell.value
    if isinstance(value, int | float) and not isinstance(value, bool) and float(value).is_integer():
        pattern = str(cell.number_format)
        return str(int(value)).zfill(len(pattern)) if NOUGHTS.fullmatch(pattern) else int(value)
    return value


def _without_value(values: "Worksheet", formulas: "Worksheet") -> Iterator[tuple[int, int]]:
    """Row, from 1, and column, from 0, of formulas that nobody has computed."""
    computed = _cells(values)
    for (row, column), cell in _cells(formulas).items():
        if cell.data_type == "f" and getattr(computed.get((row, column)), "value", None) is None:
            yield row, column - 1


def _of_text(path: Path) -> Grid:
    raw = path.read_bytes()
    marked = next((codec for mark, codec in MARKS.items() if raw.startswith(mark)), None)
    for codec in [marked] if marked else ["utf-8", "gb18030"]:
        try:
            said = raw.decode(codec)
        except UnicodeDecodeError:
            continue
        return Grid(path.stem, list(_text_lines(path.name, said)))
    raise CommandError(f"{path.name} is neither UTF-8 nor GBK text")


def _text_lines(name: str, said: str) -> Iterator[Line]:
    """The lines of a CSV file. Raises CommandError where one of them would swallow all that follow."""
    delimiter = _delimiter(said)
    csv.field_size_limit(LARGEST)
    reader = csv.reader(StringIO(f"{said}\n{END}", newline=""), delimiter=delimiter)
    before, columns = 0, 0
    for held in reader:
        if held == [END]:
            return
        if any(END in cell for cell in held):
            raise CommandError(
                f"{name}, line {before + 1}: a quotation mark is opened there and never closed"
            )
        if any(cell.strip() for cell in held):
            columns = max(columns, len(held))
            odd = SWALLOWED if _swallows(held, delimiter, columns) else ""
            yield Line(before + 1, [written.unguarded(cell) or None for cell in held], odd=odd)
        before = reader.line_num


def _delimiter(said: str) -> str:
    """What stands between cells: whatever stands on most of the first lines, titles may be among them."""
    first = [line for line in said.splitlines() if line.strip()][:HEADINGS_WITHIN]
    return max(DELIMITERS, key=lambda one: (sum(one in line for line in first), "".join(first).count(one)))


def _swallows(held: Sequence[str], delimiter: str, columns: int) -> bool:
    """Whether a cell holds lines that look like rows: somebody's quotation mark was never meant as one."""
    return any(
        line.count(delimiter) >= max(columns - 1, 2) for cell in held for line in cell.splitlines()[1:]
    )
