from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from functions.utilities.consumption.domain import RegisterShown, months, shown
from functions.utilities.local_days import day_of, days_of_month, midnight, to_ms
from functions.utilities.readings.intervals import per_day
from functions.utilities.readings.models import Interval
from linli.errors import InvalidRequest


def test_at_most_thirteen_months() -> None:
    assert months("2025-12", "2026-02") == ["2025-12", "2026-01", "2026-02"]
    for wrong in (("2026-02", "2026-01"), ("2025-01", "2026-02")):
        with pytest.raises(InvalidRequest):
            months(*wrong)


def test_a_month_is_the_sum_of_its_days_times_the_multiplier() -> None:
    place = RegisterShown("m-1", "1-0:1.8.0", "electricity", None, 2, Decimal(40))
    found = shown(place, "2026-01", {"02": [150, 1], "01": [50, 1]})
    assert [(each.day.day, each.quantity) for each in found.days] == [(1, Decimal(20)), (2, Decimal(60))]
    assert (found.quantity, found.unit) == (Decimal(80), "kwh")


def test_days_are_local_even_when_the_clocks_change() -> None:
    zone = "Europe/Berlin"
    start, end = (midnight(date(2026, 3, day), zone) for day in (29, 30))
    assert end - start == 23 * 3_600_000
    assert day_of(start, zone) == day_of(end - 1, zone) == date(2026, 3, 29)
    assert day_of(to_ms(datetime(2026, 1, 4, 16, tzinfo=UTC)), "Asia/Shanghai") == date(2026, 1, 5)
    assert day_of(to_ms(datetime(2026, 1, 4, 18, 15, tzinfo=UTC)), "Asia/Kathmandu") == date(2026, 1, 5)
    assert len(days_of_month("2026-02")) == 28


def test_what_spans_midnight_is_shared_evenly() -> None:
    start = midnight(date(2026, 1, 5), "Asia/Shanghai") - 3_600_000
    used = per_day([Interval(start, start + 4 * 3_600_000, 10, False)], "Asia/Shanghai")
    assert used == {date(2026, 1, 4): 2, date(2026, 1, 5): 8}
