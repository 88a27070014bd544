from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from functions.utilities.home_use.charges import Prices, priced
from functions.utilities.home_use.models import HomeUse
from functions.utilities.local_days import midnight
from functions.utilities.readings.intervals import per_day
from functions.utilities.readings.models import Interval
from functions.utilities.tariffs.models import Tariff
from linli.prices import by_part
from tests.unit.utilities.home_use.march import MARCH, ZONE

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
        for day, named in by_part(intervals, both.windows or (), MARCH, ZONE).items()
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
