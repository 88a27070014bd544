"""A ticket as people see it: whole for who may act on it, short in lists."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.maintenance.tickets.machine import actor_on, allowed
from functions.maintenance.tickets.models import Pause, State, Ticket
from functions.maintenance.tickets.views import LONGEST_LISTED, shortened, shown
from linli.reading import read_as
from tests.unit.maintenance.tickets.examples import NOW, PEOPLE, opened


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


@pytest.mark.parametrize("state", get_args(State))
def test_a_row_that_has_kept_the_pause_of_a_ticket_that_left_is_shown_without_it(state: State) -> None:
    pause = Pause(reason="weather", since=NOW, state="accepted")
    row = opened().model_copy(update={"state": state, "pause": pause}).model_dump_json()
    ticket = read_as(Ticket, row)
    assert shown(ticket, None).paused_for == ("weather" if state == "paused" else None)
    assert shown(ticket, None).state == state
