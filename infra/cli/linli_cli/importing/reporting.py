"""What became of every row: a summary for each sheet, what was refused, and all of it in a file."""

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from rich.markup import escape

from linli_cli.importing import forms
from linli_cli.importing.carrying_out import Done
from linli_cli.importing.grids import Taken
from linli_cli.importing.written import guarded
from linli_cli.progress import number_of, wide_table

OUTCOMES = ("kept", "same", "refused", "unanswered", "skipped")
BAD = frozenset({"refused", "unanswered"})
HEADINGS = ("sheet", "line", "outcome", "what", "why")
MOST_SHOWN = 200


@dataclass(frozen=True, order=True)
class Told:
    """What became of a row. Line 0: of the whole sheet."""

    at: int
    line: int
    sheet: str
    outcome: str
    what: str
    why: str


def told(taken: Taken, done: Iterable[Done]) -> list[Told]:
    """A line for every row, in the order of sheets and rows."""
    order = {form.code: number for number, form in enumerate(forms.FORMS)}
    hidden = {(form, row.line) for form, rows in taken.rows.items() for row in rows if row.hidden}
    found = [
        Told(
            order[each.step.form],
            line,
            each.step.form,
            each.outcome,
            each.step.what,
            "; ".join(
                filter(None, [each.detail, "a hidden row" if (each.step.form, line) in hidden else ""])
            ),
        )
        for each in done
        for line in each.step.lines
    ]
    found += [Told(order[sheet], line, sheet, "skipped", "", why) for sheet, line, why in taken.aside]
    found += [Told(order[sheet], 0, sheet, "refused", "", why) for sheet, why in taken.broken]
    return sorted(found)


def show(taken: Taken, lines: Sequence[Told], *, check: bool) -> None:
    """The summary on stdout; below it what is wrong and what is not imported."""
    console, table = wide_table(
        "sheet", *(("to keep" if check and each == "kept" else each) for each in OUTCOMES)
    )
    for form in forms.FORMS:
        counts = Counter(each.outcome for each in lines if each.sheet == form.code)
        if counts or form.code in taken.rows:
            cells = [str(counts[each] or "") for each in OUTCOMES]
            table.add_row(f"{form.heading} {form.code}", *cells, style="red" if counts["refused"] else None)
    console.print(table)
    for said in taken.told:
        console.print(f"[yellow]{escape(said)}[/]", soft_wrap=True)
    wrong = [each for each in lines if each.outcome in BAD]
    for each in wrong[:MOST_SHOWN]:
        where = f"{each.sheet}, line {each.line}" if each.line else each.sheet
        console.print(f"[red]{escape(where)}[/]: {escape(each.why)}", soft_wrap=True)
    if len(wrong) > MOST_SHOWN:
        console.print(f"and {number_of(len(wrong) - MOST_SHOWN, 'row')} more: --report FILE.csv has all")
    if check:
        console.print("checked: nothing was written")


def write(path: Path, lines: Iterable[Told]) -> None:
    """All rows in a CSV file that spreadsheets open."""
    text = StringIO()
    rows = csv.writer(text)
    rows.writerow(HEADINGS)
    for each in lines:
        why, what = guarded(each.why), guarded(each.what)
        rows.writerow([each.sheet, each.line or "", each.outcome, what, why])
    path.write_text(text.getvalue(), encoding="utf-8-sig", newline="")


def any_bad(lines: Iterable[Told]) -> bool:
    """Whether a row was not taken."""
    return any(each.outcome in BAD for each in lines)
