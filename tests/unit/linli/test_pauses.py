"""Pauses between attempts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli import pauses
from linli.pauses import SHORTEST_S, pause


@given(number=st.integers(0, 40), longest_s=st.floats(0.01, 5))
def test_a_pause_is_bounded_and_may_be_anything_below(number: int, longest_s: float) -> None:
    slept: list[float] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pauses.time, "sleep", slept.append)
        for _ in range(20):
            pause(number, longest_s)
    bound = min(longest_s, SHORTEST_S * 2**number)
    assert all(0 <= each <= bound for each in slept)
    assert len(set(slept)) > 1


def test_pauses_may_grow_with_each_attempt() -> None:
    longest: list[float] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pauses, "uniform", lambda _, bound: bound)
        patch.setattr(pauses.time, "sleep", longest.append)
        for number in range(8):
            pause(number, 1.0)
    assert longest == sorted(longest)
    assert longest[-1] == 1.0
