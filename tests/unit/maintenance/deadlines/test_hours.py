"""Which hours count: an emergency's are all."""

from typing import get_args

import pytest

from functions.maintenance.deadlines.hours import hours_of
from linli.calendar import BusinessHours, RoundTheClock, open_hours
from linli.vocabulary.maintenance import Priority


@pytest.mark.parametrize("priority", sorted({*get_args(Priority)} - {"emergency"}))
def test_what_is_no_emergency_waits_for_somebody_to_be_in(priority: Priority) -> None:
    assert hours_of(priority, BusinessHours(), "Asia/Shanghai") == open_hours(
        BusinessHours(), "Asia/Shanghai"
    )


def test_an_emergency_knows_no_closing_time() -> None:
    assert hours_of("emergency", BusinessHours(), "Asia/Shanghai") == RoundTheClock()
