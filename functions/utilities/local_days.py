"""Local days and months of a community, as instants in milliseconds."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from linli.instants import to_millis
from linli.local_times import instant_of

DAY = timedelta(days=1)


@lru_cache(maxsize=4096)
def midnight(day: date, zone: str) -> int:
    """When a local day begins."""
    return to_millis(instant_of(day, 0, ZoneInfo(zone)))


@lru_cache(maxsize=4096)
def _day_of(hour: int, zone: str) -> date | None:
    """The local day of an hour of the epoch, if it has just one."""
    start = datetime.fromtimestamp(hour * 3600, ZoneInfo(zone)).date()
    end = datetime.fromtimestamp(hour * 3600 + 3599, ZoneInfo(zone)).date()
    return start if start == end else None


def day_of(ms: int, zone: str) -> date:
    """The local day of an instant."""
    return _day_of(ms // 3_600_000, zone) or datetime.fromtimestamp(ms // 1000, ZoneInfo(zone)).date()


def month_of(day: date) -> str:
    """`2026-01`."""
    return f"{day.year:04}-{day.month:02}"


def days_of_month(month: str) -> list[date]:
    """Every day of `2026-01`."""
    first = date.fromisoformat(f"{month}-01")
    return [day for n in range(31) if (day := first + n * DAY).month == first.month]


def months_between(first: date, last: date) -> list[str]:
    """The months from one day's to another's."""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    months = [(first.year * 12 + first.month - 1 + n) for n in range(count)]
    return [f"{n // 12:04}-{n % 12 + 1:02}" for n in months]


def months_around(period: str, months: int) -> tuple[str, str]:
    """The month that is so many before one, and that as many after it."""
    number = int(period[:4]) * 12 + int(period[5:]) - 1
    first, last = number - months, number + months
    return f"{first // 12:04}-{first % 12 + 1:02}", f"{last // 12:04}-{last % 12 + 1:02}"
