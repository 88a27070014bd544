from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from functions.utilities.entries.day_use import DAYS_TOLD, UseChange, changed_days, use_change
from functions.utilities.local_days import DAY, midnight
from functions.utilities.readings.intervals import per_day
from functions.utilities.readings.models import Interval

ZONE = "Asia/Shanghai"
FIRST = date(2026, 1, 28)
HOUR_MS = 3_600_000
steps = st.lists(st.tuples(st.integers(1, 60), st.integers(0, 900)), min_size=1, max_size=20)


def advanced(steps: list[tuple[int, int]]) -> list[Interval]:
    found, at = [], midnight(FIRST, ZONE)
    for hours, ticks in steps:
        found.append(Interval(at, at + hours * HOUR_MS, ticks, False))
        at += hours * HOUR_MS
    return found


def in_days(months: dict[str, dict[str, list[int]]]) -> dict[date, int]:
    return {
        date.fromisoformat(f"{month}-{day}"): ticks
        for month, days in months.items()
        for day, (ticks, _) in days.items()
        if ticks
    }


@given(steps, steps)
def test_however_readings_change_the_days_are_what_is_used_now(
    was: list[tuple[int, int]], now: list[tuple[int, int]]
) -> None:
    before, after = advanced(was), advanced(now)
    known, _ = changed_days({}, use_change([], before, ZONE, None, before[-1].end), before[-1].end, ZONE)
    change = use_change(before, after, ZONE, before[-1].end, after[-1].end)
    found, _ = changed_days(known, change, after[-1].end, ZONE)
    assert in_days(known | found) == {day: ticks for day, ticks in per_day(after, ZONE).items() if ticks}


@given(steps)
def test_a_day_is_told_when_it_is_over_and_not_before(used: list[tuple[int, int]]) -> None:
    after = advanced(used)
    last_at = after[-1].end
    _, told = changed_days({}, use_change([], after, ZONE, None, last_at), last_at, ZONE)
    assert all(midnight(each.day + DAY, ZONE) <= last_at for each in told)
    assert [each.version for each in told] == [1] * len(told)
    assert [each.day for each in told] == sorted({each.day for each in told})


def test_a_corrected_day_is_told_again_and_one_long_ago_no_more() -> None:
    last_at = midnight(date(2026, 3, 15), ZONE)
    days = {"2026-01": {"28": [5, 1]}, "2026-03": {"02": [7, 2]}}
    change = UseChange({FIRST: 1, date(2026, 3, 2): -3}, frozenset())
    found, told = changed_days(days, change, last_at, ZONE)
    assert found == {"2026-01": {"28": [6, 1]}, "2026-03": {"02": [4, 3]}}
    assert told == [(date(2026, 3, 2), 4, 3)]
    assert days["2026-03"]["02"] == [7, 2], "what was read stays as it was"


def test_the_days_over_are_those_since_the_last_reading_and_not_of_years() -> None:
    was, now = midnight(date(2026, 1, 1), ZONE), midnight(date(2026, 1, 4), ZONE)
    assert sorted(use_change([], [], ZONE, was, now).over) == [date(2026, 1, day) for day in (1, 2, 3)]
    long_ago = midnight(date(2024, 1, 1), ZONE)
    assert len(use_change([], [], ZONE, long_ago, now).over) == DAYS_TOLD + 1
    assert use_change([], [], ZONE, None, now).over == frozenset()
