from datetime import date
from decimal import Decimal

from functions.utilities.bills.issue import issued
from functions.utilities.bills.models import Bill
from functions.utilities.home_use.models import HomeUse
from tests.unit.utilities.bills.january import PLAN, bill, tariff

LEGACY = """{"bill": "2026-01-abc", "home": "b1/101", "period": "2026-01", "lines": [], "amount_fen": 0,
"unpriced": ["water"], "issued_at": "2026-02-03T02:00:00Z", "due_at": "2026-02-18T02:00:00Z"}"""


def test_a_bill_over_nothing_of_before_is_put_right_once_there_is_a_tariff() -> None:
    use = {"water": HomeUse(days={date(2026, 1, 5): Decimal(12), date(2026, 2, 5): Decimal(1)})}
    old = Bill.model_validate_json(LEGACY)
    planned = PLAN.model_copy(update={"period": "2026-02"})
    found = bill(use, tariff(price="3"), planned=planned, bills=[old])
    assert found
    assert [(each.period, each.corrects, each.reason, each.amount_fen) for each in found.lines] == [
        (None, None, None, 300),
        ("2026-01", old.bill, "late_tariff", 3600),
    ]
    assert issued("willow", found).corrections[0].amount_fen == 3600
