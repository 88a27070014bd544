from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from functions.utilities.home_use.models import HomeUse
from functions.utilities.tariffs.validity import in_force
from tests.unit.utilities.bills.january import bill, tariff


def test_a_new_price_begins_on_its_day() -> None:
    use = {"water": HomeUse(days={date(2026, 1, day): Decimal(1) for day in range(1, 32)})}
    later = tariff(tariff="u", price="4", valid_from="2026-01-11")
    found = bill(use, tariff(price="3"), later)
    assert found
    assert [each.amount_fen for each in found.lines] == [3000, 8400]


@given(
    st.sets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=5),
    st.dates(date(2026, 1, 1), date(2026, 12, 31)),
)
def test_of_tariffs_that_began_the_last_one_holds_and_of_its_own_medium(begun: set[date], day: date) -> None:
    tariffs = [tariff(price="3", valid_from=each.isoformat()) for each in begun]
    found = in_force(tariffs, "water", day)
    assert (found.valid_from if found else None) == max((each for each in begun if each <= day), default=None)
    assert in_force(tariffs, "gas", day) is None
