from datetime import date

from hypothesis import given

from functions.utilities.households.models import Stay
from functions.utilities.households.tenancies import tenancies
from tests.unit.utilities.households.any_stays import DAY, START, stays


def of(*found: Stay) -> list[tuple[date | None, date | None, list[str] | None]]:
    return [(each.first, each.last, each.persons(date.min, date.max)) for each in tenancies(found)]


@given(stays)
def test_every_day_is_in_one_tenancy(found: list[Stay]) -> None:
    made = tenancies(found)
    for day in (START + number * DAY for number in range(-5, 200)):
        assert sum(each.holds(day) for each in made) == 1
    assert len({each.key for each in made}) == len(made)


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
