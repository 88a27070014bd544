from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from functions.utilities.bills.issue import bills_of
from functions.utilities.bills.models import SharedUse, Weight
from functions.utilities.bills.shared_lines import shared_lines
from functions.utilities.households.models import Stay
from functions.utilities.households.tenancies import tenancies
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


@given(st.integers(-(10**6), 10**6), st.integers(2, 31))
def test_tenants_of_a_month_bear_what_their_home_bears_between_them(amount_fen: int, day: int) -> None:
    came = date(2026, 1, day)
    made = tenancies([Stay("a", None, came), Stay("b", came)])
    account = replace(home({}), tenancies=made)
    cost = SharedUse(
        meter="pump", medium="water", by="area", quantity=Decimal(1), price=Decimal(1), amount_fen=1
    )
    planned = PLAN.model_copy(update={"shared": [cost]})
    lines = [
        line for each in made for line in shared_lines(account, each, planned, [{account.home: amount_fen}])
    ]
    assert sum(each.amount_fen for each in lines) == amount_fen
