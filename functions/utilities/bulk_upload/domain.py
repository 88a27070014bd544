"""The rows of a file, and its report."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from functions.utilities.bulk_upload.models import MOST_ROWS, FileFormat, FileRow
from linli.errors import InvalidRequest

COLUMNS = ("meter", "obis", "measured_at", "value", "estimated")
NEEDED = {"meter", "measured_at", "value"}
LONGEST_LINE = 1024


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a file: its row, or why it is none."""

    number: int
    row: FileRow | None
    reason: str = ""


def rows(lines: Iterable[bytes], file_format: FileFormat) -> Iterator[Line]:
    """The lines of a file from the first row on; empty ones are passed over."""
    columns: Sequence[str] | None = None
    count = 0
    for number, raw in enumerate(lines, start=1):
        if not raw.strip():
            continue
        if file_format == "csv" and columns is None:
            columns = _header(raw)
            if columns is None:
                yield Line(number, None, f"header: columns are {', '.join(COLUMNS)}")
                return
            continue
        count += 1
        if count > MOST_ROWS:
            yield Line(number, None, f"a file has at most {MOST_ROWS} rows; the rest was not read")
            return
        yield _line(number, raw, columns)


def _header(raw: bytes) -> Sequence[str] | None:
    try:
        names = [name.strip().lower() for name in raw.decode("utf-8-sig").strip().split(",")]
    except UnicodeDecodeError:
        return None
    return (
        names
        if set(names) >= NEEDED and set(names) <= set(COLUMNS) and len(names) == len(set(names))
        else None
    )


def _line(number: int, raw: bytes, columns: Sequence[str] | None) -> Line:
    if len(raw) > LONGEST_LINE:
        return Line(number, None, f"line: longer than {LONGEST_LINE} bytes")
    try:
        if columns is None:
            return Line(number, FileRow.model_validate_json(raw))
        cells = _cells(raw.decode("utf-8"))
        if len(cells) != len(columns):
            return Line(number, None, f"line: {len(cells)} columns, not {len(columns)}")
        given = {name: cell for name, cell in zip(columns, cells, strict=True) if cell}
        return Line(number, FileRow.model_validate_strings(given))
    except ValidationError as error:
        return Line(number, None, str(InvalidRequest.from_validation(error)))
    except (UnicodeDecodeError, csv.Error):
        return Line(number, None, "line: is not UTF-8 text in CSV")


def _cells(text: str) -> list[str]:
    if '"' in text:
        return [cell.strip() for cell in next(csv.reader([text.rstrip("\r\n")], strict=True))]
    return [cell.strip() for cell in text.split(",")]


def report(lines: Sequence[Line], outcomes: dict[int, str]) -> tuple[bytes, dict[str, int]]:
    """The report: a line per row, in order, and how many ended how."""
    counts: Counter[str] = Counter()
    texts = ["line,outcome,reason"]
    for each in lines:
        outcome = outcomes.get(each.number, "malformed")
        counts[outcome] += 1
        reason = each.reason.replace('"', "'").replace("\n", " ")
        texts.append(f'{each.number},{outcome},"{reason}"' if reason else f"{each.number},{outcome},")
    return ("\n".join(texts) + "\n").encode(), dict(counts)
