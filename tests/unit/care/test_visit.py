"""Visits go by local days."""

from datetime import date
from typing import Any

import pytest

from functions.care.tending.visits import Visit
from functions.care.visit.domain import after, line, round_of
from functions.care.visit.models import VisitMade
from tests.unit.linli.escalation.alarming import NOON, SETTING


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
