"""Stays of several people in one home, of any days."""

from datetime import date, timedelta

from hypothesis import strategies as st

from functions.utilities.households.models import Stay

DAY = timedelta(days=1)
START = date(2026, 1, 1)


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
