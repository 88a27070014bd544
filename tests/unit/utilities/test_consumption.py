from decimal import Decimal

import pytest

from functions.utilities.consumption.domain import RegisterShown, months, shown
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
