"""When the sweep has been silent for too long."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from linli.escalation.beats.beats import is_missed
from tests.unit.linli.escalation.alarming import NOON


@given(seconds=st.integers(-600, 6000))
def test_two_minutes_without_a_beat_are_too_many(seconds: int) -> None:
    assert is_missed(NOON, NOON + timedelta(seconds=seconds)) == (seconds >= 120)


def test_a_sweep_that_never_was_is_missed() -> None:
    assert is_missed(None, NOON)
