"""Visits go by local days."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.care.tending.visits import Visit, overdue_at, today
from functions.care.visit.domain import after, line, round_of
from functions.care.visit.models import VisitMade
from functions.care.watching.state import Setting
from linli.vocabulary.care import CarePolicy
from tests.unit.care.test_alerts import NOON, SETTING

BERLIN = Setting(CarePolicy(), ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    ("outcome", "what", "days"),
    [
        ("fine", "visited", 7),
        ("needs_help", "visited", 7),
        ("refused", "visited", 7),
        ("not_in", "visit_missed", 1),
    ],
)
def test_what_a_visit_leads_to(outcome: Any, what: str, days: int) -> None:
    before = Visit(person="ann", next_on=date(2026, 1, 5))
    made = VisitMade(outcome=outcome, note="tea")
    then = after(before, made, "carer", SETTING, NOON)
    assert (then.next_on, then.last_by, then.outcome) == (date(2026, 1, 5 + days), "carer", outcome)
    entry = line(made, "carer", NOON)
    assert (entry.what, entry.words, entry.by) == (what, f"{outcome}: tea", "caregiver")


def test_the_longest_overdue_comes_first() -> None:
    visits = [Visit(person=each, next_on=date(2026, 1, day)) for each, day in (("b", 5), ("a", 5), ("c", 3))]
    assert [each.person for each in sorted(visits, key=lambda one: one.place)] == ["c", "a", "b"]
    assert round_of(visits[2], "b1/101", None, date(2026, 1, 5)).overdue_days == 2


@given(hours=st.integers(0, 366 * 24))
def test_a_visit_is_overdue_when_its_local_day_is_over(hours: int) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
    day = today(now, BERLIN)
    over = overdue_at(Visit(person="ann", next_on=day), BERLIN)
    assert over > now
    assert today(over, BERLIN) == day + timedelta(days=1)
    assert today(over - timedelta(seconds=1), BERLIN) == day
