from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from functions.utilities.bills.accounts import billed_so_far
from functions.utilities.bills.issue import bills_of
from functions.utilities.home_use.models import HomeUse
from functions.utilities.households.models import Stay
from functions.utilities.households.tenancies import tenancies
from tests.unit.utilities.bills.january import PLAN, home, tariff


@pytest.mark.parametrize(("persons", "fen"), [("abcd", 2300), ("abcde", 2100), ("abcdef", 2000)])
def test_steps_are_wider_by_who_lives_there_unless_the_staff_said_otherwise(persons: str, fen: int) -> None:
    tiers = [{"up_to": "7", "price": "2", "per_head": "1", "wider_by": "1"}, {"price": "3"}]
    by_heads = tariff(tiers=tiers, heads=4)
    use = {"water": HomeUse(days={date(2026, 1, 5): Decimal(10)})}
    stays = [Stay(person, date(2025, 1, 1)) for person in persons]
    account = replace(home(use, by_heads), tenancies=tenancies(stays))
    (found,) = bills_of(account, PLAN)
    assert (found.amount_fen, found.heads) == (fen, len(persons))
    (said,) = bills_of(replace(account, headcount=4), PLAN)
    assert said.amount_fen == 2300


def test_what_was_billed_is_added_up_by_the_month_that_a_line_belongs_to() -> None:
    account = home({"water": HomeUse(days={date(2026, 1, 5): Decimal(2)})}, tariff(price="3"))
    (bill,) = bills_of(account, PLAN)
    later = bill.model_copy(
        update={
            "period": "2026-02",
            "lines": [each.model_copy(update={"period": "2026-01"}) for each in bill.lines],
        }
    )
    (tenancy,) = account.tenancies
    assert billed_so_far([bill, later], tenancy) == {
        ("2026-01", "water"): {("flat", Decimal(3)): (Decimal(4), 1200)}
    }
    others = replace(tenancy, first=date(2026, 1, 2))
    assert billed_so_far([bill], others) == {}
