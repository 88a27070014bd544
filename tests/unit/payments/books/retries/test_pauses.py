"""How long something waits until it is looked at again."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from functions.payments.books.retries.pauses import LONGEST, pause_after


def test_the_first_pauses_are_of_two_four_and_eight_minutes() -> None:
    assert [pause_after(tries) for tries in (0, 1, 2, 3)] == [timedelta(minutes=n) for n in (2, 2, 4, 8)]


@given(st.integers(-1, 10**9))
def test_each_pause_is_as_long_as_the_one_before_and_an_hour_at_most(tries: int) -> None:
    assert timedelta(0) < pause_after(tries) <= pause_after(tries + 1) <= LONGEST == timedelta(hours=1)
