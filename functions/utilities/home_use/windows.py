"""What was used in each window of a tariff: by local time, shared evenly over time."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from functions.utilities.local_days import DAY, midnight, to_ms
from functions.utilities.readings.intervals import shares
from functions.utilities.readings.models import Interval
from functions.utilities.tariffs.models import Window


def by_window(
    intervals: Iterable[Interval], windows: Sequence[Window], days: Sequence[date], zone: str
) -> dict[date, dict[str, int]]:
    """What was used in each window of the days, in ticks; what spans windows is shared evenly over time."""
    place, known = ZoneInfo(zone), set(days)
    starts = sorted((start, each.name) for each in windows for start, _ in each.minutes())
    cuts: list[tuple[int, date, str | None]] = []
    for day in days:
        for minutes, name in starts:
            at = datetime(day.year, day.month, day.day, minutes // 60, minutes % 60, tzinfo=place)
            cuts.append((to_ms(at), day, name))
        if day + DAY not in known:
            cuts.append((midnight(day + DAY, zone), day, None))
    instants = [at for at, _, _ in cuts]
    used: dict[date, dict[str, int]] = {}
    if not cuts:
        return used
    for each in intervals:
        for number, ticks in shares(each, instants):
            _, day, window = cuts[number - 1] if number else (0, days[0], None)
            if window is not None:
                named = used.setdefault(day, {})
                named[window] = named.get(window, 0) + ticks
    return used
