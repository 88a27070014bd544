"""Samples as of today. Their files say when in January 2026 something happened; a cloud that people look at
should not be told of January for ever.

All times of a sample move by the same whole days, months of bills by as many months. What a provider signed
stays as it is, as do dates that mean another time: installed long ago, valid for years, an absurd clock.
"""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

SAMPLED_AT = datetime(2026, 1, 5, 8, 5, tzinfo=UTC)  # all of a sample has happened by then
NEAR = (date(2025, 12, 20), date(2026, 2, 28))
DAY_MS = 24 * 60 * 60 * 1000
MONTHS = 12
DATE = re.compile(r"\b20(?:25|26)-[0-9]{2}-[0-9]{2}(?![0-9-])")
MONTH = re.compile(r'(?<=")(2025-(?:0[1-9]|1[0-2])|2026-0[12])(?=")')
EPOCH = re.compile(r"\b176[678][0-9]{6}(?:[0-9]{3})?\b")  # seconds or milliseconds around that day
SIGNED = re.compile(r"wechatpay-signature|\bsign=|\bsign_type\b", re.IGNORECASE)


def days_since(now: datetime) -> int:
    """By how many days samples move so that they have happened within the last one."""
    return max((now - SAMPLED_AT).days, 0)


def kept_in(record: Path, now: datetime) -> int:
    """The days that `record` keeps, from now on those of today: a sample that is sent again is the same."""
    if not record.exists():
        record.parent.mkdir(parents=True, exist_ok=True)
        record.write_text(str(days_since(now)))
    return int(record.read_text())


def moved(text: str, days: int) -> str:
    """The text of a sample file, so many days later."""
    if not days or SIGNED.search(text):
        return text
    later = SAMPLED_AT + timedelta(days=days)
    months = (later.year - SAMPLED_AT.year) * MONTHS + later.month - SAMPLED_AT.month
    text = DATE.sub(lambda found: _day(found[0], days), text)
    text = MONTH.sub(lambda found: _month(found[0], months), text)
    return EPOCH.sub(lambda found: _epoch(found[0], days), text)


def _day(text: str, days: int) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:  # one that no calendar has
        return text
    return (day + timedelta(days=days)).isoformat() if NEAR[0] <= day <= NEAR[1] else text


def _month(text: str, months: int) -> str:
    year, month = divmod(int(text[:4]) * MONTHS + int(text[5:]) - 1 + months, MONTHS)
    return f"{year}-{month + 1:02}"


def _epoch(text: str, days: int) -> str:
    in_ms = len(text) > len("1767600000")
    return str(int(text) + days * (DAY_MS if in_ms else DAY_MS // 1000))
