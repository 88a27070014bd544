"""The rule of a board's sums: they are of what is open, however it came to that."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from functions.insight.board.models import RANKS, BySeverity, Item, Saying, Target
from functions.insight.board.tally import Tally, digest_of, together

NAMES = st.sampled_from("abcde")
ITEMS = st.builds(
    lambda name, severity, kind, in_hand: Item(
        item=name,
        kind=kind,
        severity=severity,
        since=datetime(2026, 11, 27, tzinfo=UTC),
        in_hand=in_hand,
        what=Saying(code="device_lost"),
        target=Target(service="devices", what="device", id=name),
    ),
    NAMES,
    st.sampled_from(sorted(RANKS)),
    st.sampled_from(["device_lost", "hazard"]),
    st.booleans(),
)
STEPS = st.lists(ITEMS | NAMES, max_size=30)
"""A thing is put, in place of what it was; or its name alone: it is taken."""


def counted(steps: list[Item | str]) -> tuple[Tally, dict[str, Item]]:
    """The sums kept step by step, and what is open at the end."""
    tally, there = Tally(), dict[str, Item]()
    for step in steps:
        before = there.pop(step if isinstance(step, str) else step.item, None)
        if before is not None:
            tally = tally.taken(before, digest_of(before))
        if isinstance(step, Item):
            there[step.item] = step
            tally = tally.put(step, digest_of(step))
    return tally, there


def afresh(items: list[Item]) -> Tally:
    tally = Tally()
    for each in items:
        tally = tally.put(each, digest_of(each))
    return tally


@given(STEPS, st.data())
def test_sums_are_of_what_is_open_and_of_nothing_that_was(
    steps: list[Item | str], data: st.DataObject
) -> None:
    tally, there = counted(steps)
    assert tally == afresh(data.draw(st.permutations(list(there.values()))))
    assert tally.open == len(there)
    for severity in RANKS:
        shown = [each for each in there.values() if each.severity == severity]
        assert getattr(tally.by_severity, severity) == len(shown)


@given(STEPS, STEPS)
def test_two_boards_have_the_same_digest_just_when_they_show_the_same(
    one: list[Item | str], other: list[Item | str]
) -> None:
    (first, shown), (second, shown_too) = counted(one), counted(other)
    assert (first.digest == second.digest) is (shown == shown_too)


@given(st.lists(st.builds(BySeverity, critical=st.integers(0, 9), minor=st.integers(0, 9)), max_size=5))
def test_a_company_has_as_many_open_as_its_communities(counts: list[BySeverity]) -> None:
    assert together(counts).minor == sum(each.minor for each in counts)
    assert together(counts).warning == 0
