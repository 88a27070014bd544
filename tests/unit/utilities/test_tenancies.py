from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from functions.utilities.households.models import Stay
from functions.utilities.households.stays import after_move, seen, stays_after
from functions.utilities.households.tenancies import tenancies

HERE, THERE = "b1/101", "b1/102"
DAY = timedelta(days=1)
START = date(2026, 1, 1)
MARCH = [date(2026, 3, day) for day in range(1, 32)]
days = st.integers(0, 120).map(lambda number: START + number * DAY)
stays = st.lists(
    st.builds(
        lambda person, since, length: Stay(person, since, None if length is None else since + length * DAY),
        st.sampled_from("abcd"),
        days,
        st.none() | st.integers(0, 60),
    ),
    max_size=6,
)


def of(*found: Stay) -> list[tuple[date | None, date | None, list[str] | None]]:
    return [(each.first, each.last, each.persons(date.min, date.max)) for each in tenancies(found)]


@given(stays)
def test_every_day_is_in_one_tenancy(found: list[Stay]) -> None:
    made = tenancies(found)
    for day in (START + number * DAY for number in range(-5, 200)):
        assert sum(each.holds(day) for each in made) == 1
    assert len({each.key for each in made}) == len(made)


@given(stays)
def test_nobody_sees_a_day_before_they_came_but_who_came_first(found: list[Stay]) -> None:
    first = min((each.since for each in found if each.since), default=None)
    for person in {each.person for each in found}:
        came = min(each.since for each in found if each.person == person and each.since)
        for each in seen(found, person):
            assert (each.since is None and came == first) or (each.since and each.since >= came)


def test_where_nobody_is_known_the_days_are_of_whoever_lives_there() -> None:
    assert of() == [(None, None, None)]


def test_who_came_first_was_there_from_ever_and_a_family_that_grows_stays_one() -> None:
    assert of(Stay("a", START), Stay("b", date(2026, 3, 10))) == [(None, None, ["a", "b"])]


def test_a_change_is_divided_at_the_day_and_on_one_day_the_new_one_has_it() -> None:
    left, came = date(2026, 3, 15), date(2026, 3, 16)
    for until in (left, came):
        assert of(Stay("a", START, until), Stay("b", came)) == [(None, left, ["a"]), (came, None, ["b"])]


def test_days_between_tenants_are_nobodys() -> None:
    found = of(Stay("a", START, date(2026, 3, 9)), Stay("b", date(2026, 3, 20)))
    assert found[1] == (date(2026, 3, 10), date(2026, 3, 19), [])


def test_who_comes_back_to_an_empty_home_had_never_left() -> None:
    assert of(Stay("a", START, date(2026, 3, 9)), Stay("a", date(2026, 3, 20))) == [(None, None, ["a"])]


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
