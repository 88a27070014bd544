from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from functions.utilities.readings.models import Interval
from functions.utilities.reviews.corrections import CORRECTED, corrected


def cut(*ends: int) -> list[Interval]:
    ends = tuple(sorted({0, 1000, *ends}))
    return [Interval(a, b, b - a, False) for a, b in pairwise(ends)]


def test_a_late_reading_splits_the_interval_that_it_falls_in() -> None:
    assert corrected(cut(400), cut(400, 700)) == (
        [Interval(400, 1000, 600, False)],
        [Interval(400, 700, 300, False), Interval(700, 1000, 300, False)],
    )


def test_what_goes_on_is_no_correction() -> None:
    assert corrected(cut(400), [*cut(400), Interval(1000, 1100, 5, False)]) == ([], [])


@given(st.sets(st.integers(1, 999), max_size=40), st.sets(st.integers(1, 999), max_size=40))
def test_what_gave_way_and_what_is_there_instead_are_the_same_time(was: set[int], now: set[int]) -> None:
    removed, added = corrected(cut(*was), cut(*now))
    assert len(removed) <= CORRECTED
    if removed:
        assert removed[0].start == added[0].start
        assert removed[-1].end == added[-1].end
