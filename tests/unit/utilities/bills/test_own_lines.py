from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from functions.utilities.bills.own_lines import lines_of
from functions.utilities.home_use.models import HomeUse
from linli.prices import fen
from tests.unit.utilities.bills.january import PLAN, TIERS, bill, tariff


def test_a_flat_price_is_one_line_rounded_half_up() -> None:
    use = {"water": HomeUse(days={date(2026, 1, 5): Decimal("1.5"), date(2026, 1, 6): Decimal("0.001")})}
    found = bill(use, tariff(price="3.33"))
    assert found
    assert [(each.what, each.quantity, each.amount_fen) for each in found.lines] == [
        ("flat", Decimal("1.501"), 500)
    ]
    assert found.amount_fen == 500
    assert (fen(Decimal("0.005")), fen(Decimal("0.0049")), fen(Decimal("-0.005"))) == (1, 0, -1)


def test_tiers_of_a_year_go_on_from_the_months_before() -> None:
    use = {"water": HomeUse(days={date(2026, 1, 5): Decimal(5), date(2026, 2, 5): Decimal(12)})}
    planned = PLAN.model_copy(update={"period": "2026-02"})
    found = bill(use, tariff(tiers=TIERS, tiered_by="year"), planned=planned)
    assert found
    assert [(each.what, each.quantity, each.amount_fen) for each in found.lines] == [
        ("tier-1", Decimal(5), 1000),
        ("tier-2", Decimal(7), 2100),
    ]


quantities = st.decimals(0, 1_000, places=3, allow_nan=False, allow_infinity=False)


@given(st.lists(quantities, min_size=1, max_size=8), st.decimals(0, 10, places=6))
def test_however_often_a_line_is_corrected_it_comes_to_what_it_would_have_been_at_once(
    known: list[Decimal], price: Decimal
) -> None:
    billed = {("flat", price): (Decimal(0), 0)}
    for quantity in known:
        for line in lines_of("water", {("flat", price): quantity}, billed, None, []):
            was, was_fen = billed["flat", price]
            billed["flat", price] = (was + line.quantity, was_fen + line.amount_fen)
    assert billed["flat", price] == (known[-1], fen(known[-1] * price))
