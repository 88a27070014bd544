"""What can be reported: each category has its trade, and nobody drives out for words."""

from typing import Any, get_args

from hypothesis import given
from hypothesis import strategies as st

from functions.maintenance.reports.categories import TRADES, priority_of
from functions.maintenance.reports.models import Category, Kind, Skill


def test_every_category_has_a_trade_and_every_skill_a_category() -> None:
    assert set(TRADES) == set(get_args(Category))
    assert {trade.skill for trade in TRADES.values()} == set(get_args(Skill))


@given(st.sampled_from(get_args(Kind)), st.sampled_from(get_args(Category)))
def test_only_repairs_are_emergencies(kind: Any, category: Any) -> None:
    found = priority_of(kind, category)
    assert found == TRADES[category].priority or (kind != "repair" and found == "general")
    assert kind == "repair" or found != "emergency"
