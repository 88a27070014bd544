"""Local times as instants: the clocks of some zones jump over a time, or show it twice."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.local_times import instant_of

BERLIN, LORD_HOWE = ZoneInfo("Europe/Berlin"), ZoneInfo("Australia/Lord_Howe")
ZONES = [BERLIN, LORD_HOWE, *map(ZoneInfo, ("America/New_York", "Asia/Shanghai", "Africa/Cairo"))]
days = st.dates(date(1990, 1, 1), date(2035, 1, 1))


@pytest.mark.parametrize(
    ("zone", "day", "minute", "expected"),
    [
        (BERLIN, date(2026, 3, 29), 2 * 60 + 30, datetime(2026, 3, 29, 1, tzinfo=UTC)),
        (BERLIN, date(2026, 10, 25), 2 * 60 + 30, datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (LORD_HOWE, date(2026, 10, 4), 2 * 60 + 10, datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
        (BERLIN, date(2026, 3, 28), 27 * 60, datetime(2026, 3, 29, 1, tzinfo=UTC)),
    ],
)
def test_a_time_that_is_jumped_over_is_the_jump_and_of_two_the_first(
    zone: ZoneInfo, day: date, minute: int, expected: datetime
) -> None:
    assert instant_of(day, minute, zone) == expected


@given(days, st.integers(0, 2880), st.sampled_from(ZONES))
def test_a_time_is_not_shown_before_and_a_later_one_is_no_earlier_instant(
    day: date, minute: int, zone: ZoneInfo
) -> None:
    at = instant_of(day, minute, zone)
    local = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)  # noqa: DTZ001  local
    just_before = (at - timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None)
    assert just_before < local <= at.astimezone(zone).replace(tzinfo=None)
    assert at <= instant_of(day, minute + 1, zone)
