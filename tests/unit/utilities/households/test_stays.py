from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from functions.utilities.households.models import Stay
from functions.utilities.households.stays import after_move, seen, stays_after
from tests.unit.utilities.households.any_stays import stays

HERE, THERE = "b1/101", "b1/102"


@given(stays)
def test_nobody_sees_a_day_before_they_came_but_who_came_first(found: list[Stay]) -> None:
    first = min((each.since for each in found if each.since), default=None)
    for person in {each.person for each in found}:
        came = min(each.since for each in found if each.person == person and each.since)
        for each in seen(found, person):
            assert (each.since is None and came == first) or (each.since and each.since >= came)


def test_who_moves_leaves_one_home_and_begins_in_another_that_day() -> None:
    first = after_move([], [HERE], "2026-01-05")
    assert first == [(HERE, "2026-01-05", None)]
    assert after_move(first, [THERE], "2026-03-16") == [
        (HERE, "2026-01-05", "2026-03-16"),
        (THERE, "2026-03-16", None),
    ]


def test_who_keeps_a_home_stays_there_and_who_comes_back_begins_anew() -> None:
    both = after_move([(HERE, None, None)], [HERE, THERE], "2026-01-05")
    assert both == [(HERE, None, None), (THERE, "2026-01-05", None)]
    gone = after_move(both, [], "2026-02-01")
    assert [until for _, _, until in gone] == ["2026-02-01", "2026-02-01"]
    assert after_move(gone, [HERE], "2026-04-01")[-1] == (HERE, "2026-04-01", None)


@given(st.permutations([(1, "2026-01-05", [HERE]), (2, "2026-02-01", [HERE, THERE]), (3, "2026-03-09", [])]))
def test_stays_do_not_depend_on_the_order_in_which_moves_are_told(moves: list[Any]) -> None:
    found = stays_after(moves, {HERE: ["2026-01-01", None]})
    assert sorted(found) == [(HERE, "2026-01-01", "2026-03-09"), (THERE, "2026-02-01", "2026-03-09")]
