from dataclasses import replace
from decimal import Decimal

from functions.utilities.bills.issue import bills_of
from functions.utilities.bills.models import SharedUse, Weight
from tests.unit.utilities.bills.january import PLAN, home


def test_what_is_shared_is_split_by_area_or_headcount() -> None:
    weights = [Weight(home=f"b1/{n}", area_m2=Decimal(n), headcount=1) for n in (1, 2, 3)]
    for by, expected in (("area", [17, 33, 50]), ("headcount", [34, 33, 33])):
        shared = SharedUse(
            meter="pump",
            medium="water",
            by=by,
            quantity=Decimal(1),
            price=Decimal(1),
            amount_fen=100,
        )
        planned = PLAN.model_copy(update={"weights": weights, "shared": [shared]})
        found = [bills_of(replace(home({}), home=each.home), planned) for each in weights]
        assert [each.amount_fen for (each,) in found] == expected
