from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from functions.utilities.bills.gaps import gap_of
from functions.utilities.bills.models import Weight
from functions.utilities.home_use.models import HeldDays, HomeUse
from tests.unit.utilities.bills.january import tariff

KNOWN = Weight(home="b1/101", area_m2=Decimal(80), headcount=2)
JANUARY = date(2026, 1, 5)


def test_a_month_that_is_read_and_priced_has_no_gap() -> None:
    use = HomeUse(days={JANUARY: Decimal(1)})
    assert not gap_of(KNOWN, {"water": use}, [], [tariff(price="3")], "2026-01").is_one


def test_what_lacks_is_told_by_kind() -> None:
    held = HeldDays(meter="m-1", medium="water", first_day=JANUARY, last_day=date(2026, 2, 2))
    use = HomeUse(days={JANUARY: Decimal(1)}, doubted=[held], estimated={JANUARY})
    found = gap_of(KNOWN, {"water": use}, ["m-2"], [tariff(price="3", valid_from="2026-01-06")], "2026-01")
    assert (found.no_reading, found.no_tariff, found.estimated) == (["m-2"], ["water"], ["water"])
    assert found.held == [held]


def test_a_weight_lacks_only_where_costs_are_shared_by_it() -> None:
    nobody, shared = Weight(home="b1/101"), tariff(price="3", shared_by="area", shared_price="1")
    assert (
        gap_of(nobody, {}, [], [shared], "2026-01").no_area,
        gap_of(nobody, {}, [], [shared], "2026-01").no_headcount,
    ) == (True, False)
    assert not gap_of(nobody, {}, [], [tariff(price="3")], "2026-01").no_area


@given(st.dates(date(2025, 11, 1), date(2026, 3, 31)), st.integers(0, 90))
def test_days_in_doubt_are_told_where_one_is_of_the_month(first: date, length: int) -> None:
    last = date.fromordinal(first.toordinal() + length)
    held = HeldDays(meter="m-1", medium="water", first_day=first, last_day=last)
    found = gap_of(KNOWN, {"water": HomeUse(doubted=[held])}, [], [tariff(price="3")], "2026-01")
    assert bool(found.held) == (first <= date(2026, 1, 31) and last >= date(2026, 1, 1))
