"""An id names one message: any order of questions under one id, told any number of times, at any time."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from linli.device_messages import Clocks, DeviceEvent
from linli.identities import REPEATED_WITHIN, EffectRow, Identity
from linli.tables import Rows

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
DEAD = datetime(1970, 1, 1, tzinfo=UTC)


class Asked(DeviceEvent):
    """A message that says something."""

    value: str
    added: str | None = None


class AnsweredRow(EffectRow, discriminator="answered"):
    """What became of it."""


def key(one: str) -> tuple[str, str]:
    return "willow#answered", one


def identity(value: str, came_at: datetime | None = None, seq: int = 1) -> Identity:
    asked = Asked(event_id="e-1", seq=seq, occurred_at=DEAD if came_at else START, value=value)
    return Identity.of("e-1", asked, came_at=came_at)


def answer(rows: Rows, asked: Identity) -> tuple[str, bool]:
    """Where a question is answered, and whether it was before."""
    read = Rows({one: rows[one] for one in asked.keys(key) if one in rows})
    if earlier := asked.earlier(read, AnsweredRow, key):
        return str(earlier.sk), True
    place = asked.place(read, key)
    assert key(place) not in rows, "nobody's answer is written over"
    rows[key(place)] = AnsweredRow(*key(place), digest=asked.digest, came_at=asked.came_at)
    return place, False


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=12))
def test_each_content_of_an_id_is_one_question_however_often_it_is_told(told: list[str]) -> None:
    rows, places = Rows(), dict[str, str]()
    for value in told:
        place, repeated = answer(rows, identity(value))
        assert repeated is (value in places)
        assert places.setdefault(value, place) == place
    assert len(set(places.values())) == len(places) == len(rows)
    assert places[told[0]] == "e-1", "the first one has the id itself"


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.integers(0, 5 * REPEATED_WITHIN // timedelta(seconds=1))),
        min_size=1,
        max_size=12,
    )
)
def test_of_a_dead_clock_the_same_content_is_a_repeat_for_a_moment_and_a_question_after_it(
    told: list[tuple[str, int]],
) -> None:
    rows, answered, at = Rows(), dict[str, datetime](), START
    for value, seconds in told:
        at += timedelta(seconds=seconds)
        place, repeated = answer(rows, identity(value, at))
        came_at = rows[key(place)].came_at
        assert repeated is (value in answered and at - answered[value] <= REPEATED_WITHIN)
        if not repeated:
            answered[value] = at
        assert came_at == answered[value]


def test_a_delivery_that_was_late_is_still_the_same_question() -> None:
    rows = Rows()
    later = START + timedelta(seconds=90)
    assert answer(rows, identity("a", later)) == ("e-1", False)
    assert answer(rows, identity("a", START)) == ("e-1", True)
    assert answer(rows, identity("a", START + timedelta(hours=1)))[1] is False


def test_a_message_whose_clock_was_right_at_first_is_no_new_question_when_it_is_delivered_late() -> None:
    rows = Rows()
    asked = Asked(event_id="e-1", seq=1, occurred_at=START, value="a")
    assert answer(rows, Identity.of("e-1", asked)) == ("e-1", False)
    late = Identity.of("e-1", asked, came_at=START + timedelta(hours=3))
    assert answer(rows, late) == ("e-1", True)


def test_how_a_message_was_sent_and_what_it_leaves_out_make_no_other_question() -> None:
    assert identity("a", seq=1) == identity("a", seq=9)
    said = Asked(event_id="e-1", seq=1, occurred_at=START, value="a", added=None, community="willow")
    assert Identity.of("e-1", said) == identity("a")
    assert identity("a") != identity("b")


def test_rows_of_before_digests_answer_nothing() -> None:
    rows = Rows({key("e-1"): AnsweredRow(*key("e-1"))})
    assert answer(rows, identity("a")) == (identity("a").other, False)


HOURS = st.integers(-24 * 400, 24 * 400)


@given(HOURS, st.integers(1, 180))
def test_what_is_told_happened_before_it_came_and_not_before_anybody_kept_it(hours: int, days: int) -> None:
    clocks, kept = Clocks(START + timedelta(hours=hours), START), timedelta(days=days)
    happened = clocks.happened_at(kept)
    assert START - kept <= happened <= START
    assert clocks.timeless(kept) is (hours > 0 or hours < -24 * days)
    if not clocks.timeless(kept):
        assert happened == clocks.occurred_at
