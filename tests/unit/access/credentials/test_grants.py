"""What a reader reads twice is one passing."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from functions.access.credentials.grants import MOST_GRANTS, Grant, Grants

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
WITHIN = timedelta(seconds=10)
seconds = st.integers(0, 30).map(lambda each: START + timedelta(seconds=each))
grants = st.builds(
    Grant,
    gate=st.sampled_from(["gate-1", "gate-2"]),
    direction=st.sampled_from(["in", "out"]),
    passed_as=st.just("e-1"),
    at=seconds,
    shown_at=seconds,
    received_at=seconds,
)


@given(grants, grants, st.booleans())
def test_two_grants_are_one_passing_at_one_gate_one_way_within_a_moment_whichever_came_first(
    one: Grant, other: Grant, told_later: bool
) -> None:
    apart = abs(one.shown_at - other.shown_at if told_later else one.at - other.at)
    same = (one.gate, one.direction) == (other.gate, other.direction) and apart < WITHIN
    assert one.same_passing(other, WITHIN, told_later=told_later) is same
    assert other.same_passing(one, WITHIN, told_later=told_later) is same


@given(st.lists(grants, max_size=9))
def test_the_last_grants_heard_of_are_remembered_in_their_order(heard: list[Grant]) -> None:
    known = Grants()
    for grant in heard:
        known = known.and_now(grant)
    assert known.items == heard[-MOST_GRANTS:]
