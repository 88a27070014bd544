"""Statement files (对账单): comma-separated lines under a Chinese heading, with times of China."""

import csv
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

CHINA = timezone(
    timedelta(hours=8), "CST"
)  # no summer time since 1991; both providers write it without an offset
LARGEST_FILE = 32 * 1024 * 1024
_AROUND = (
    "` \t\ufeff"  # WeChat puts a backtick before each value, Alipay a tab after it, against spreadsheets
)


def rows(text: str, columns: Sequence[str]) -> list[dict[str, str]]:
    """The lines under the first heading that has all `columns`, up to one with fewer values.

    Lines that begin with `#` are remarks. Raises ValueError without a heading, and for a longer line.
    """
    lines = (_values(line) for line in text.splitlines() if line.strip() and not line.startswith("#"))
    heading: list[str] = []
    found: list[dict[str, str]] = []
    for line in lines:
        values = [value.strip(_AROUND) for value in line]
        if not heading:
            heading = values if set(columns) <= set(values) else []
        elif len(values) < len(heading):
            break
        elif any(values[len(heading) :]):
            raise ValueError("has a line with more values than the heading")
        else:
            found.append(dict(zip(heading, values, strict=False)))
    if not heading:
        raise ValueError("has no such heading")
    return found


def _values(line: str) -> list[str]:
    """A comma may stand in a value: Alipay quotes it then, and WeChat's commas are followed by a backtick."""
    return line.split(",`") if line.startswith("`") else next(csv.reader([line]))


def in_china(text: str) -> datetime:
    """`2026-01-05 08:00:00`, with or without a fraction, is midnight UTC. Raises ValueError."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is not None:
        raise ValueError("has an offset of its own")
    return instant.replace(tzinfo=CHINA)
