"""What managers are told, and how often: it ends, and each try of a turn is one message."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.maintenance.escalations.models import Need
from functions.maintenance.escalations.notices import MOST_TRIES, next_try, notice_of
from functions.maintenance.people.models import Manager
from linli.words import LANGUAGES

SINCE = datetime(2026, 1, 5, 8, tzinfo=UTC)


@given(st.integers(0, 10), st.integers(1, 40), st.booleans(), st.booleans())
def test_telling_ends_whatever_happens(turn: int, tries: int, emergency: bool, everybody: bool) -> None:
    following = next_try(turn, tries, emergency=emergency, everybody=everybody)
    if following is None:
        assert everybody or tries >= MOST_TRIES
        return
    assert tries < MOST_TRIES
    assert timedelta(minutes=1) <= following[1] <= timedelta(hours=1)
    assert following[0] == turn + everybody


@pytest.mark.parametrize("need", get_args(Need))
def test_a_message_is_the_same_in_a_turn_and_another_in_the_next_or_to_somebody_else(need: str) -> None:
    def told(to: str, turn: int) -> str:
        return notice_of("t-1", need, emergency=True, to=Manager(to), since=SINCE, turn=turn).message_id

    assert told("boss", 0) == told("boss", 0)
    assert len({told("boss", 0), told("boss", 1), told("aide", 0)}) == 3


@pytest.mark.parametrize("need", get_args(Need))
@pytest.mark.parametrize("emergency", [True, False])
def test_each_is_told_in_their_own_language(need: str, *, emergency: bool) -> None:
    told = {
        language: notice_of(
            "t-1", need, emergency=emergency, to=Manager("boss", language), since=SINCE, turn=0
        )
        for language in LANGUAGES
    }
    assert {language: notice.language for language, notice in told.items()} == {each: each for each in told}
    assert told["zh-CN"].text.startswith("【邻里】" + "紧急！" * emergency)
    assert told["en"].text.startswith("[Linli] " + "Urgent! " * emergency)
    assert told["en"].text.isascii()
