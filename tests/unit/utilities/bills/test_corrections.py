from dataclasses import replace
from datetime import date
from decimal import Decimal

from functions.utilities.bills.accounts import billed_so_far
from functions.utilities.bills.corrections import corrections
from functions.utilities.bills.issue import issued
from functions.utilities.bills.models import Bill
from functions.utilities.home_use.models import HomeUse
from tests.unit.utilities.bills.january import PLAN, bill, home, tariff

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


def test_what_was_billed_right_is_not_corrected_and_what_is_in_doubt_waits() -> None:
    use = HomeUse(days={date(2026, 1, 5): Decimal(2)})
    account = home({"water": use}, tariff(price="3"))
    (tenancy,) = account.tenancies
    billed = bill({"water": use}, tariff(price="3"))
    assert billed
    known = billed_so_far([billed], tenancy)
    assert corrections(replace(account, bills=[billed]), tenancy, "2026-02", known) == []
    more = replace(account, bills=[billed], tariffs=[tariff(price="4")])
    assert [each.amount_fen for each in corrections(more, tenancy, "2026-02", known)] == [800, -600]
    use.held.add(date(2026, 1, 20))
    assert corrections(more, tenancy, "2026-02", known) == []
