from decimal import Decimal

import pytest

from functions.utilities.bills.models import Weight
from functions.utilities.bills.shared_costs import shared_costs
from functions.utilities.meters.models import Medium
from tests.unit.utilities.bills.january import tariff

WEIGHTS = [Weight(home=f"b1/{n}", area_m2=Decimal(80), headcount=2) for n in (1, 2)]


def test_a_shared_meter_without_a_rule_is_nobodys_and_named() -> None:
    used: list[tuple[str, Medium, Decimal]] = [("pump", "water", Decimal(5))]
    shared, left = shared_costs(used, [tariff(price="3")], WEIGHTS, "2026-01")
    assert (shared, [(each.meter, each.reason) for each in left]) == ([], [("pump", "no_rule")])
    by_area = tariff(price="3", shared_by="area", shared_price="2.5")
    (one,), left = shared_costs(used, [by_area], WEIGHTS, "2026-01")
    assert (one.amount_fen, left) == (1250, [])


@pytest.mark.parametrize("by", ["area", "headcount"])
def test_a_home_of_unknown_weight_makes_no_other_home_bear_its_share(by: str) -> None:
    used: list[tuple[str, Medium, Decimal]] = [("pump", "water", Decimal(5))]
    tariffs = [tariff(price="3", shared_by=by, shared_price="2.5")]
    shared, (left,) = shared_costs(used, tariffs, [*WEIGHTS, Weight(home="b1/3")], "2026-01")
    assert shared == []
    assert (left.reason, left.amount_fen, left.homes) == (f"no_{by}", 1250, ["b1/3"])
