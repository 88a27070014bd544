"""From what a file holds to rows of our forms: headings found in either language and order, merged cells
filled, notes and examples set aside. Whatever is not taken in is told.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from linli_cli.importing import cells, forms
from linli_cli.importing.cells import WINDOWS_EPOCH, Cell, Odd
from linli_cli.importing.forms import Column, Form

HEADINGS_WITHIN = 20  # rows: titles and instructions may stand above
EXAMPLES = ("示例", "例:", "例：", "example")
TRAILERS = (
    "注:",
    "注：",
    "注意",
    "说明",
    "备注",
    "合计",
    "总计",
    "小计",
    "共计",
    "制表",
    "填表",
    "审核",
    "note:",
    "total",
)
NOT_IMPORTED = "is no column of this sheet: not imported"


@dataclass(frozen=True)
class Line:
    """A row of a sheet by its number there, from 1. `hidden`: it is not shown. `odd`: what is wrong."""

    number: int
    cells: Sequence[Cell]
    hidden: bool = False
    odd: str = ""


@dataclass(frozen=True)
class Grid:
    """A sheet as it is. `epoch`: day 0 of its dates. `formulas`: (row, column) of those without a value."""

    name: str
    lines: Sequence[Line]
    epoch: date = WINDOWS_EPOCH
    hidden: bool = False
    formulas: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True)
class Row:
    """A row of a form: what stands in the columns that are filled in. `odd`: what is wrong already."""

    form: Form
    line: int
    cells: dict[str, Cell]
    epoch: date = WINDOWS_EPOCH
    hidden: bool = False
    odd: tuple[str, ...] = ()


@dataclass
class Taken:
    """All rows of a source; rows that are set aside, with the reason; and what is to be told of sheets."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    aside: list[tuple[str, int, str]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    broken: list[tuple[str, str]] = field(default_factory=list)


def taken(grids: Iterable[Grid]) -> Taken:
    """The rows of all sheets that are one of ours."""
    found = Taken()
    for grid in grids:
        form = forms.form_called(grid.name)
        if form is None:
            if not grid.hidden and any(_filled(line) for line in grid.lines):
                known = ", ".join(f"{each.heading} ({each.code})" for each in forms.FORMS)
                found.told.append(f"{grid.name}: is no sheet of the form, not imported; these are: {known}")
        else:
            _take(found, form, grid)
    return found


def _take(found: Taken, form: Form, grid: Grid) -> None:
    at, columns, heading = _headings(form, grid)
    if heading is None:
        if any(_filled(line) for line in grid.lines):
            wanted = ", ".join(each.shown for each in form.columns if each.needed)
            found.broken.append((form.code, f"no row of headings was found; needed are: {wanted}"))
        return
    if grid.hidden:
        found.told.append(f"{form.code}: is a hidden sheet ({grid.name}), imported")
    found.told += [f"{form.code}: {each}" for each in _unknown(form, heading, grid)]
    lacking = [each.shown for each in form.columns if each.needed and each not in columns.values()]
    rows = found.rows.setdefault(form.code, [])
    notes = [
        number for number, cell in enumerate(heading.cells) if forms.is_one_of(str(cell or ""), forms.NOWHERE)
    ]
    computed = {row for row, _ in grid.formulas}
    for line in grid.lines[at + 1 :]:
        if not _filled(line) and line.number not in computed:
            continue
        why = "an example" if _is_example(line, notes) else _aside(line, columns, heading)
        if why:
            found.aside.append((form.code, line.number, why))
            continue
        rows.append(_row(form, line, columns, grid, lacking))
    if lacking and not rows:
        found.broken.append((form.code, f"there is no column {', '.join(lacking)}"))


def _headings(form: Form, grid: Grid) -> tuple[int, dict[int, Column], Line | None]:
    """Where the headings are, and which column each stands for: the row that names most of them."""
    best: tuple[int, dict[int, Column], Line | None] = (0, {}, None)
    for at, line in enumerate(grid.lines[:HEADINGS_WITHIN]):
        columns: dict[int, Column] = {}
        for number, cell in enumerate(line.cells):
            column = forms.column_called(form, cell) if isinstance(cell, str) else None
            if column and column not in columns.values():
                columns[number] = column
        if len(columns) > len(best[1]):
            best = (at, columns, line)
    return best


def _unknown(form: Form, heading: Line, grid: Grid) -> list[str]:
    told, seen = [], set[str]()
    for number in range(max(len(line.cells) for line in grid.lines)):
        cell = _at(heading, number)
        said = cells.tidy(cell) if isinstance(cell, str) else cells.text(cell) if cell is not None else ""
        column = forms.column_called(form, said)
        if not said:
            if any(_at(line, number) is not None for line in grid.lines if line.number > heading.number):
                told.append(f"column {number + 1} has no heading: not imported")
        elif column and column.code in seen:
            told.append(f"{said}: is the column {column.shown} a second time: not imported")
        elif column:
            seen.add(column.code)
        elif forms.is_one_of(said, forms.IDENTITY):
            told.append(f"{said}: numbers of identity cards are not stored: left out")
        elif not forms.is_one_of(said, forms.NOWHERE):
            told.append(f"{said}: {NOT_IMPORTED}")
    return told


def _is_example(line: Line, notes: Iterable[int]) -> bool:
    """Whether its note says so."""
    said = [cell for number in notes if isinstance(cell := _at(line, number), str)]
    return any(cells.tidy(each).casefold().startswith(EXAMPLES) for each in said)


def _aside(line: Line, columns: dict[int, Column], heading: Line) -> str | None:
    """Why a row is none of the form's: a note or a sum below it, or headings once more."""
    filled = [cell for cell in line.cells if _said(cell)]
    first = next((cell for cell in filled if isinstance(cell, str)), "")
    needed = [column for number, column in columns.items() if column.needed and _said(_at(line, number))]
    whole = len(needed) == sum(column.needed for column in columns.values()) and len(filled) > 1
    if not whole and cells.tidy(first).casefold().startswith(TRAILERS):
        return "a note or a sum"
    said = [number for number, cell in enumerate(line.cells) if _said(cell)]
    if len(said) > 1 and all(_at(line, number) == _at(heading, number) for number in said):
        return "headings once more"
    return None


def _row(form: Form, line: Line, columns: dict[int, Column], grid: Grid, lacking: Sequence[str]) -> Row:
    odd = [line.odd] if line.odd else []
    odd += [f"there is no column {each}" for each in lacking]
    odd += [
        f"{column.shown}: a formula without a value: open the file in a spreadsheet and save it"
        for number, column in columns.items()
        if (line.number, number) in grid.formulas
    ]
    held = {column.code: _at(line, number) for number, column in columns.items() if _said(_at(line, number))}
    return Row(form, line.number, held, grid.epoch, line.hidden, tuple(odd))


def _at(line: Line, number: int) -> Cell:
    return line.cells[number] if number < len(line.cells) else None


def _said(cell: Cell) -> bool:
    return cells.says_something(cell) if isinstance(cell, str) else cell is not None


def _filled(line: Line) -> bool:
    return any(_said(cell) for cell in line.cells)


class Reading:
    """A row that is being read: what its cells mean, and all that is wrong with them, by column."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self.odd = list(row.odd)
        for column in row.form.columns:
            missing = column.needed and column.code not in row.cells
            if missing and not any(column.shown in each for each in row.odd):
                self.odd.append(f"{column.shown}: is empty")

    def has(self, code: str) -> bool:
        """Whether the cell holds something."""
        return code in self.row.cells

    def get(self, code: str) -> object:
        """What the cell means, by its column's kind; None where it is empty, or wrong, which is noted."""
        if code not in self.row.cells:
            return None
        column = self.row.form.column(code)
        try:
            return self._meant(column, self.row.cells[code])
        except Odd as error:
            self.wrong(code, str(error))
            return None

    def text(self, code: str) -> str | None:
        """As `get`, of a column of texts, codes, phones or choices."""
        found = self.get(code)
        return found if isinstance(found, str) else None

    def wrong(self, code: str, why: str) -> None:
        """Note what is wrong with a cell."""
        said = f"{self.row.form.column(code).shown}: {why}"
        if said not in self.odd:
            self.odd.append(said)

    def _meant(self, column: Column, cell: Cell) -> object:
        if column.kind == "choice":
            return cells.choice(cell, column.choices)
        if column.kind in DATED:
            return DATED[column.kind](cell, self.row.epoch)
        return MEANT[column.kind](cell)


def _roles(cell: Cell) -> list[str]:
    return [_role(each) for each in cells.several(cell)]


def _role(said: str) -> str:
    if said in forms.AMBIGUOUS_ROLES:
        raise Odd(
            f"{said} says not whether they live there: write 住户 (resident) or 亲属 (family, elsewhere)"
        )
    return cells.choice(said, forms.WORDS["roles"])


DATED: Mapping[str, Callable[[Cell, date], object]] = {"day": cells.day, "moment": cells.moment}
MEANT: Mapping[str, Callable[[Cell], object]] = {
    "text": cells.name,
    "code": cells.code,
    "exact": cells.exact,
    "phone": cells.phone,
    "clock": cells.clock,
    "number": cells.number,
    "whole": cells.whole,
    "roles": _roles,
    "list": cells.several,
}
