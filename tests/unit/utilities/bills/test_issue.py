from dataclasses import replace
from datetime import date
from decimal import Decimal

from functions.utilities.bills.issue import bills_of
from functions.utilities.home_use.models import HomeUse
from functions.utilities.households.models import Stay
from functions.utilities.households.tenancies import tenancies
from tests.unit.utilities.bills.january import PLAN, bill, home, tariff


def test_use_without_a_price_makes_no_bill_over_nothing() -> None:
    use = {"water": HomeUse(days={date(2026, 1, 5): Decimal(1)})}
    late = tariff(price="3", valid_from="2026-01-06")
    assert bill(use, late) is None
    with_more = use | {"gas": HomeUse(days={date(2026, 1, 5): Decimal(1)})}
    found = bill(with_more, late, tariff(medium="gas", price="2"))
    assert found
    assert (found.unpriced, found.amount_fen) == (["water"], 200)
    assert bill({}) is None


def test_nothing_for_nothing_while_a_tariff_lacks_and_nobody_is_billed_for_an_empty_home() -> None:
    days = {date(2026, 1, 5): Decimal(0)}
    use = {"water": HomeUse(days=dict(days)), "gas": HomeUse(days={date(2026, 1, 5): Decimal(9)})}
    water = tariff(price="3")
    assert bill(use, water) is None
    alone = bill({"water": HomeUse(days=dict(days))}, water)
    assert alone
    assert alone.amount_fen == 0
    left = [Stay("a", date(2025, 1, 1), date(2025, 12, 1))]
    account = replace(home({"water": HomeUse(days=dict(days))}, water), tenancies=tenancies(left))
    assert bills_of(account, PLAN) == []
