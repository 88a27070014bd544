"""A ticket as people see it: whole for who may act on it, short in lists."""

from hypothesis import given
from hypothesis import strategies as st

from functions.maintenance.tickets.machine import actor_on, allowed
from functions.maintenance.tickets.views import LONGEST_LISTED, shortened, shown
from tests.unit.maintenance.tickets.examples import PEOPLE, opened


@given(st.text(max_size=600), st.integers(1, 500))
def test_a_shortened_text_is_the_beginning_of_the_whole(text: str, length: int) -> None:
    short = shortened(text, length)
    assert len(short) <= length
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))


@given(st.text(min_size=1, max_size=1000))
def test_lists_leave_out_what_may_be_done_and_shorten_the_words(description: str) -> None:
    ticket = opened().model_copy(update={"description": description})
    actor = actor_on(ticket, "boss", PEOPLE["boss"])
    listed, whole = shown(ticket, None), shown(ticket, "t-0", actor)
    assert (listed.allowed, listed.description) == (None, shortened(description, LONGEST_LISTED))
    assert (whole.allowed, whole.description) == (allowed(ticket, actor), description)
    assert (listed.incident, whole.incident) == (None, "t-0")
