from datetime import date
from decimal import Decimal

from functions.utilities.home_use.models import HomeUse
from functions.utilities.tariffs.prices import fen
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
