"""The rule of a thing on the board: the same words make the same thing."""

from datetime import UTC, datetime, timedelta
from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from functions.insight.board.models import Item, Saying, Severity, Target
from functions.insight.board.things import FOR_GOOD, Held, Said, Thing, Turn

NOW = datetime(2026, 11, 27, tzinfo=UTC)
TIMES = st.integers(0, 5).map(lambda minutes: NOW + timedelta(minutes=minutes))
TURNS = st.tuples(st.integers(0, 4), st.integers(0, 3))


def item(severity: Severity = "major", *, in_hand: bool = False) -> Item:
    return Item(
        item="care/alert/a1",
        kind="alert",
        severity=severity,
        since=NOW,
        in_hand=in_hand,
        what=Saying(code="idle"),
        target=Target(service="care", what="alert", id="a1"),
    )


def said(turn: Turn, severity: Severity = "major", at: datetime = NOW) -> Thing:
    return Thing(told_at=at, said=Said(turn=turn, item=item(severity)))


SAID = st.builds(said, TURNS, st.sampled_from(["critical", "major", "minor"]), TIMES)
HELD = st.builds(
    lambda turn, at, held: Thing(told_at=at, held=Held(turn=turn, in_hand=held)), TURNS, TIMES, st.booleans()
)
OVER = st.builds(lambda turn, at: Thing(told_at=at, over=turn), TURNS | st.just(FOR_GOOD), TIMES)
WORDS = st.lists(SAID | HELD | OVER, min_size=1, max_size=8)


def together(words: list[Thing]) -> Thing:
    return reduce(Thing.with_word, words)


@given(WORDS, st.data())
def test_words_in_any_order_and_as_often_as_they_come_make_the_same_thing(
    words: list[Thing], data: st.DataObject
) -> None:
    repeated = words + data.draw(st.lists(st.sampled_from(words)))
    assert together(data.draw(st.permutations(repeated))) == together(words)


@given(WORDS)
def test_a_thing_is_open_just_while_nothing_newer_says_that_it_is_over(words: list[Thing]) -> None:
    opened = max((each.said.turn for each in words if each.said), default=None)
    ended = max((each.over for each in words if each.over), default=None)
    is_open = opened is not None and (ended is None or ended < opened)
    assert (together(words).item is not None) is is_open


@given(WORDS)
def test_what_is_over_for_good_is_never_open_again(words: list[Thing]) -> None:
    assert together([*words, Thing(told_at=NOW, over=FOR_GOOD)]).item is None


@given(WORDS, st.booleans())
def test_a_doubt_holds_until_one_more_word(words: list[Thing], given_up: bool) -> None:
    known = together(words)
    doubted = known.model_copy(update={"given_up" if given_up else "doubted": known.told_at})
    later = Thing(told_at=known.told_at + timedelta(seconds=1))
    if known.item is not None:
        shown = doubted.item
        assert shown is None if given_up else shown is not None and shown.doubtful
    assert doubted.with_word(later).item == known.item


def test_somebody_who_sees_to_it_does_until_it_becomes_graver() -> None:
    held = Thing(told_at=NOW, held=Held(turn=(2, 0), in_hand=True))
    shown, graver = together([said((1, 0)), held]).item, together([said((1, 0)), held, said((3, 0))]).item
    assert (shown and shown.in_hand, graver and graver.in_hand) == (True, False)
