from datetime import UTC, date, datetime

from functions.utilities.local_days import day_of, days_of_month, midnight
from linli.instants import to_millis


def test_days_are_local_even_when_the_clocks_change() -> None:
    zone = "Europe/Berlin"
    start, end = (midnight(date(2026, 3, day), zone) for day in (29, 30))
    assert end - start == 23 * 3_600_000
    assert day_of(start, zone) == day_of(end - 1, zone) == date(2026, 3, 29)
    assert day_of(to_millis(datetime(2026, 1, 4, 16, tzinfo=UTC)), "Asia/Shanghai") == date(2026, 1, 5)
    assert day_of(to_millis(datetime(2026, 1, 4, 18, 15, tzinfo=UTC)), "Asia/Kathmandu") == date(2026, 1, 5)
    assert len(days_of_month("2026-02")) == 28
