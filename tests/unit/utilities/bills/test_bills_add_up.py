"""What was billed in the end is what the dials say, in whatever order all became known."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.utilities.bills.billed_lives import wrong


@settings(max_examples=60)
@given(st.integers(0, 10**9))
def test_whatever_the_order_the_bills_of_a_life_add_up_to_what_the_dials_say(seed: int) -> None:
    assert wrong(seed) is None
