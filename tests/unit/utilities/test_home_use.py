from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from functions.utilities.home_use.charges import Prices, priced
from functions.utilities.home_use.doubted_days import doubts
from functions.utilities.home_use.models import HomeUse
from functions.utilities.home_use.windows import by_window
from functions.utilities.local_days import DAY, days_of_month, midnight
from functions.utilities.readings.intervals import per_day
from functions.utilities.readings.models import Interval, Reading
from functions.utilities.tariffs.models import Tariff

ZONE = "Asia/Shanghai"
MARCH = days_of_month("2026-03")
START = midnight(date(2026, 2, 20), ZONE)
HOUR_MS = 3_600_000
STEPS = {"tiers": [{"up_to": "20", "price": "0.5"}, {"up_to": "50", "price": "0.55"}, {"price": "0.8"}]}
HOURS = {
    "windows": [
        {"name": "valley", "since": "22:00", "until": "08:00", "price": "0.3"},
        {"name": "peak", "since": "08:00", "until": "11:00", "price": "0.6"},
        {"name": "flat", "since": "11:00", "until": "18:30", "price": "0.5"},
        {"name": "peak", "since": "18:30", "until": "22:00", "price": "0.6"},
    ]
}


def tariff(**given: object) -> Tariff:
    body = {"tariff": "t", "medium": "electricity", "valid_from": "2026-01-01", **given}
    return Tariff.model_validate(body, strict=False)


@given(st.lists(st.tuples(st.integers(1, 500), st.integers(0, 90_000)), min_size=1, max_size=40))
def test_hours_add_up_to_the_days_and_steps_to_the_month(steps: list[tuple[int, int]]) -> None:
    intervals, at = [], START
    for hours, ticks in steps:
        intervals.append(Interval(at, at + hours * HOUR_MS, ticks, False))
        at += hours * HOUR_MS
    both = tariff(**STEPS, **HOURS)
    days = {day: Decimal(ticks) / 1000 for day, ticks in per_day(intervals, ZONE).items()}
    windows = {
        day: {name: Decimal(ticks) / 1000 for name, ticks in named.items()}
        for day, named in by_window(intervals, both.windows or (), MARCH, ZONE).items()
    }
    use = HomeUse(days=days, windows=windows)
    lines, unpriced = priced(use, Prices("electricity", [both]), MARCH)
    used = sum((days.get(day, Decimal(0)) for day in MARCH), Decimal(0))
    assert not unpriced
    assert sum((amount for (what, _), amount in lines.items() if "tier" not in what), Decimal(0)) == used
    above = {what: amount for (what, _), amount in lines.items() if "tier" in what}
    assert above.get("surcharge-tier-2", 0) == min(max(used - 20, Decimal(0)), Decimal(30))
    assert above.get("surcharge-tier-3", 0) == max(used - 50, Decimal(0))


def test_new_tenants_begin_their_steps_anew() -> None:
    use = HomeUse(days=dict.fromkeys(MARCH, Decimal(1)))
    days = MARCH[15:]
    (line,), _ = priced(use, Prices("electricity", [tariff(**STEPS)], since=days[0]), days)
    assert line == ("tier-1", Decimal("0.5"))


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
