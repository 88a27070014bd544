from datetime import date

import pytest

from functions.utilities.household.domain import moved, told
from functions.utilities.household.models import StayTold
from linli.errors import Conflict, InvalidRequest

HERE, THERE = "b1/101", "b1/102"


def test_who_moves_leaves_one_home_and_begins_in_another_that_day() -> None:
    first = moved([], [HERE], "2026-01-05")
    assert first == [(HERE, "2026-01-05", None)]
    assert moved(first, [THERE], "2026-03-16") == [
        (HERE, "2026-01-05", "2026-03-16"),
        (THERE, "2026-03-16", None),
    ]


def test_who_keeps_a_home_stays_there_and_who_comes_back_begins_anew() -> None:
    both = moved([(HERE, None, None)], [HERE, THERE], "2026-01-05")
    assert both == [(HERE, None, None), (THERE, "2026-01-05", None)]
    gone = moved(both, [], "2026-02-01")
    assert [until for _, _, until in gone] == ["2026-02-01", "2026-02-01"]
    assert moved(gone, [HERE], "2026-04-01")[-1] == (HERE, "2026-04-01", None)


def test_a_manager_says_on_which_days_somebody_lived_there() -> None:
    stays = [(HERE, "2026-01-05", None), (THERE, None, "2025-12-31")]
    said = told(stays, HERE, StayTold(since=date(2026, 1, 1)), lives_there=True)
    assert (HERE, "2026-01-01", None) in said
    assert (THERE, None, "2025-12-31") in said
    ended = told(said, HERE, StayTold(until=date(2026, 2, 1)), lives_there=True)
    assert (HERE, "2026-01-01", "2026-02-01") in ended
    with pytest.raises(InvalidRequest):
        told(ended, HERE, StayTold(since=date(2026, 2, 2)), lives_there=True)
    with pytest.raises(Conflict):
        told([], HERE, StayTold(since=date(2026, 2, 2)), lives_there=False)
