"""Statement files (对账单): comma-separated lines under a Chinese heading, with times of China.

A file tells of everything that happened to a merchant account, so that most of its lines may be of another
business, in whose names anything may stand. A record ends at a line end (CR LF or LF) outside its values and
nowhere else; the file ends at its totals, which say how many records there were.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TypeVar

CHINA = timezone(
    timedelta(hours=8), "CST"
)  # no summer time since 1991; both providers write it without an offset
LARGEST_FILE = 32 * 1024 * 1024
LONGEST_RECORD = 50  # lines: a name of more is no name
_AROUND = "` \t\r\ufeff\u200b\u00a0\u3000"  # WeChat puts a backtick before each value, Alipay a tab after it
_VALUE = re.compile(r'[ \t]*"((?:[^"]|"")*)"[ \t]*(?=,|\Z)|([^,]*)')
_ORDER = re.compile(r"(?<![0-9A-Za-z])[0-9a-z]{26}(?![0-9A-Za-z])")

Read = TypeVar("Read")
_Found = tuple[str, list[str], int]  # a record, its values, and where the next may begin


@dataclass(frozen=True, slots=True)
class Table:
    """What stands under a heading. `short`: lines that are no record, whatever they are joined with."""

    records: tuple[dict[str, str], ...]
    short: tuple[str, ...] = ()

    @property
    def lines(self) -> int:
        """How many records the file must have told of."""
        return len(self.records) + len(self.short)


def lines_of(text: str) -> list[str]:
    """The lines of a file: they end with CR LF or LF. Other characters that break lines stand in values."""
    return [line.removesuffix("\r") for line in text.split("\n")]


def below_heading(lines: Sequence[str], columns: Sequence[str]) -> tuple[list[str], list[str]]:
    """The first heading that has all `columns`, and the lines under it. Raises ValueError without one."""
    named = {_plain(column): column for column in columns}
    for number, line in enumerate(lines):
        found = [_plain(value) for value in _values(line)]
        if named.keys() <= set(found):
            return [named.get(name, name) for name in found], list(lines[number + 1 :])
    raise ValueError("has no such heading")


def table(lines: Sequence[str], heading: Sequence[str]) -> Table:
    """The records of `lines`: as many values as the heading has, joined over line ends that stand in a value.

    A line that is a record by itself is one, so that a quote or a line end in one business's name never
    takes in the record of another. Lines that begin with `#` are remarks.
    """
    records: list[tuple[str, list[str]]] = []
    short: list[str] = []
    number, ended = 0, -1  # `ended`: the line after the last record
    while number < len(lines):
        if not lines[number].strip(_AROUND) or lines[number].startswith("#"):
            number += 1
            continue
        continued = _continued(records[-1], lines, number, len(heading)) if number == ended else None
        found = _record(lines, number, len(heading))
        if continued is not None and (found is None or _is_open(records[-1])):
            records, found = records[:-1], continued
        if found is None:
            short.append(lines[number])
            number += 1
        else:
            records.append((found[0], found[1]))
            number = ended = found[2]
    return Table(tuple(_named(heading, values) for _, values in records), tuple(short))


def _continued(before: tuple[str, list[str]], lines: Sequence[str], number: int, width: int) -> _Found | None:
    """The record before, with a line more in its last value, unless that line is a record by itself."""
    text = f"{before[0]}\n{lines[number]}"
    values = _values(text)
    alone = _is_whole(_values(lines[number]), width)
    return (text, values, number + 1) if _is_whole(values, width) and not alone else None


def _is_open(record: tuple[str, list[str]]) -> bool:
    """Whether the last value begins with a quote that is not closed yet."""
    return record[1][-1].lstrip().startswith('"')


def _record(lines: Sequence[str], first: int, width: int) -> _Found | None:
    """The record that begins at a line, its values, and where the next may begin."""
    text = lines[first]
    for last in range(first, min(first + LONGEST_RECORD, len(lines))):
        if last > first:
            if _is_whole(_values(lines[last]), width):
                return None
            text = f"{text}\n{lines[last]}"
        values = _values(text)
        if _is_whole(values, width):
            return text, values, last + 1
        if len(values) > width:
            return None
    return None


def _is_whole(values: Sequence[str], width: int) -> bool:
    return len(values) >= width and not any(value.strip(_AROUND) for value in values[width:])


def _named(heading: Sequence[str], values: Sequence[str]) -> dict[str, str]:
    return dict(zip(heading, (value.strip(_AROUND) for value in values), strict=False))


def _values(line: str) -> list[str]:
    """The values of a line. A comma may stand in a value: Alipay quotes it then, and WeChat's commas are
    followed by a backtick.

    A quote that is not closed before a comma is a character like any other.
    """
    if line.startswith("`"):
        return line.split(",`")
    found: list[str] = []
    at = 0
    while at <= len(line) and (value := _VALUE.match(line, at)):
        found.append(value[2] if value[1] is None else value[1].replace('""', '"'))
        at = value.end() + 1
    return found


def _plain(name: str) -> str:
    """A column's name, whichever brackets it was written with."""
    return unicodedata.normalize("NFKC", name).strip(_AROUND + '"')


def readable(details: Table, order: str, read: Callable[[Mapping[str, str]], Read]) -> Iterator[Read]:
    """What `read` makes of each record. A record of another business that cannot be read costs nothing.

    `order` is the column of the merchant's own order number. Raises ValueError for what cannot be read and
    may be ours.
    """
    for line in details.short:
        if _ORDER.search(line):
            raise ValueError("has a line that cannot be read, with a number that may be ours")
    for record in details.records:
        try:
            yield read(record)
        except (ValueError, KeyError) as error:
            if _ORDER.fullmatch(record[order]):
                raise ValueError("has an order that may be ours, and cannot be read") from error


def counted(text: str) -> int:
    """A count in a line of totals. Raises ValueError."""
    value = text.strip(_AROUND).replace(",", "")
    if not (value.isascii() and value.isdecimal()):
        raise ValueError("totals: no count")
    return int(value)


def in_china(text: str) -> datetime:
    """An instant from a time of China: `2026-01-05 08:00:00`, with or without a fraction, is midnight UTC.
    Raises ValueError.
    """
    instant = datetime.fromisoformat(unicodedata.normalize("NFKC", text))
    if instant.tzinfo is not None:
        raise ValueError("has an offset of its own")
    return instant.replace(tzinfo=CHINA)
