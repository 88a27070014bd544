from datetime import date
from decimal import Decimal

from functions.utilities.home_use.models import HomeUse
from tests.unit.utilities.bills.january import bill, tariff


def test_a_new_price_begins_on_its_day() -> None:
    use = {"water": HomeUse(days={date(2026, 1, day): Decimal(1) for day in range(1, 32)})}
    later = tariff(tariff="u", price="4", valid_from="2026-01-11")
    found = bill(use, tariff(price="3"), later)
    assert found
    assert [each.amount_fen for each in found.lines] == [3000, 8400]
