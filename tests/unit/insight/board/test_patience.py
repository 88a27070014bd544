"""The rule of patience: nothing is doubted or given up before its time, and nothing for ever."""

from datetime import UTC, datetime, timedelta
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from functions.insight.board.models import Code, Item, Kind, Saying, Target
from functions.insight.board.patience import DOUBTED_AFTER, FORCED_FOR, later, looked_at
from functions.insight.board.things import FOR_GOOD, Said, Thing

NOW = datetime(2026, 11, 27, tzinfo=UTC)
KINDS: list[Kind] = list(get_args(Kind))


def opened(kind: Kind, code: Code = "device_lost") -> Thing:
    target = Target(service="devices", what="device", id="d1")
    item = Item(item="d1", kind=kind, severity="minor", since=NOW, what=Saying(code=code), target=target)
    return Thing(told_at=NOW, said=Said(turn=(1, 0), item=item))


@given(st.sampled_from(KINDS), st.lists(st.integers(1, 24 * 400), max_size=12))
def test_whoever_looks_whenever_sees_it_believed_then_doubted_then_gone(kind: Kind, hours: list[int]) -> None:
    thing, after = opened(kind), DOUBTED_AFTER[kind]
    for now in sorted(NOW + timedelta(hours=each) for each in hours):
        thing = later(thing, now)
        shown = thing.item
        silent = now - NOW
        assert (shown is None) is (silent >= 6 * after)
        assert shown is None or shown.doubtful is (silent >= after)


@given(st.sampled_from(KINDS))
def test_who_looks_when_it_is_due_is_done_in_two_looks(kind: Kind) -> None:
    thing = opened(kind)
    looks = []
    while (at := looked_at(thing)) is not None:
        looks.append(at)
        assert later(thing, at - timedelta(milliseconds=1)) == thing
        thing = later(thing, at)
    assert looks == [NOW + DOUBTED_AFTER[kind], NOW + 6 * DOUBTED_AFTER[kind]]


def test_a_forced_gate_is_there_for_a_day_since_nobody_tells_its_end() -> None:
    forced = opened("gate_alarm", "forced")
    assert looked_at(forced) == NOW + FORCED_FOR
    assert later(forced, NOW + FORCED_FOR).item is None


def test_nobody_looks_at_what_is_over() -> None:
    over = opened("sos").with_word(Thing(told_at=NOW, over=FOR_GOOD))
    assert looked_at(over) is None
    assert later(over, NOW + timedelta(days=400)) == over
