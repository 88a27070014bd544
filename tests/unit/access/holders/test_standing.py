"""Standings: the newest mark wins, whatever the order."""

from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from functions.access.holders.standing import Standing

START = datetime(2026, 1, 5, tzinfo=UTC)
marks = st.lists(st.tuples(st.integers(0, 50), st.booleans()), max_size=12)


def after(told: list[tuple[int, bool]]) -> Standing:
    standing = Standing(holder="li-na")
    for minute, on in told:
        standing = standing.marked("fever", START + timedelta(minutes=minute), on=on)
    return standing


@given(marks, st.randoms())
def test_any_order_and_any_repetition_of_the_same_marks_gives_the_same_standing(
    told: list[tuple[int, bool]], random: Random
) -> None:
    shuffled = [*told, *told]
    random.shuffle(shuffled)
    assert after(told) == after(shuffled)


@given(marks)
def test_the_newest_mark_decides_and_a_block_wins_a_tie(told: list[tuple[int, bool]]) -> None:
    newest = max(told, default=(0, False))
    assert bool(after(told).in_force()) is newest[1]
