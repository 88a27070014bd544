from functions.utilities.home_use.doubted_days import doubts
from functions.utilities.local_days import DAY, midnight
from functions.utilities.readings.models import Reading
from tests.unit.utilities.home_use.march import MARCH, ZONE


def test_days_in_doubt_go_from_the_reading_before_to_the_one_after() -> None:
    at = [midnight(day, ZONE) for day in (MARCH[0], MARCH[4], MARCH[9], MARCH[19])]
    readings = [
        Reading(at[0], 100),
        Reading(at[1], 101, standing="conflict"),
        Reading(at[2], 110),
        Reading(at[3], 120),
    ]
    assert doubts(readings, ZONE, at[0], at[3]) == [(MARCH[0], MARCH[8])]
    assert doubts(readings[:2], ZONE, at[0], at[3]) == [(MARCH[0], MARCH[4])]
    assert doubts(readings, ZONE, at[2], at[3]) == [], "what came before the meter was in use"
    assert MARCH[8] - MARCH[0] == DAY * 8


def test_a_held_reading_that_the_dial_went_on_past_puts_no_day_in_doubt() -> None:
    at = [midnight(day, ZONE) for day in (MARCH[0], MARCH[4], MARCH[9])]
    readings = [Reading(at[0], 100), Reading(at[1], 99_999, standing="held"), Reading(at[2], 110)]
    assert doubts(readings, ZONE, at[0], at[2]) == []
    assert doubts(readings[:2], ZONE, at[0], at[2]) == [(MARCH[0], MARCH[4])]
