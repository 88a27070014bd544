"""What other services' facts mean for a holder."""

from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from functions.access.holders.standing import Standing
from functions.access.standing.domain import PersonFact, after
from linli.vocabulary.directory import MembershipChanged
from linli.vocabulary.health import FeverCleared, FeverConfirmed

START = datetime(2026, 1, 5, 8, tzinfo=UTC)


def at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


def fever(minute: int, version: int | None = None) -> PersonFact:
    who = {"community": "willow", "person": "li-na", "sub_district": None}
    return FeverConfirmed(**who, confirmed_at=at(minute), version=version)


def clearance(minute: int, version: int | None = None) -> PersonFact:
    who = {"community": "willow", "person": "li-na", "sub_district": None}
    return FeverCleared(**who, cleared_at=at(minute), cleared_by="dr-wu", version=version)


def membership(roles: list[str], version: int) -> PersonFact:
    return MembershipChanged(community="willow", person="li-na", roles=roles, version=version)


def test_a_fever_blocks_and_a_clearance_lifts_it() -> None:
    blocked = after(fever(1), None, at(1))
    assert (blocked.holder, blocked.in_force()) == ("li-na", ["fever"])
    assert after(clearance(2), blocked, at(2)).in_force() == []


def test_a_clearance_that_arrives_before_its_fever_still_lifts_it() -> None:
    standing = after(fever(1), after(clearance(2), None, at(2)), at(3))
    assert standing.in_force() == []


def test_who_loses_the_last_role_is_blocked_and_who_returns_is_not() -> None:
    gone = after(membership([], 1), None, at(1))
    assert gone.in_force() == ["membership_ended"]
    assert after(membership(["resident"], 2), gone, at(2)).in_force() == []


@given(st.lists(st.integers(0, 9), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_the_last_word_on_a_fever_holds_in_whatever_order_and_by_whatever_clock_it_was_told(
    minutes: list[int], chance: Random
) -> None:
    told = [
        (fever if number % 2 else clearance)(minute, number) for number, minute in enumerate(minutes, start=1)
    ]
    last = told[-1]
    told += chance.sample(told, len(told) // 2)
    chance.shuffle(told)
    standing: Standing | None = None
    for fact in told:
        standing = after(fact, standing, at(0))
    assert standing is not None
    assert standing.in_force() == (["fever"] if isinstance(last, FeverConfirmed) else [])


@given(st.permutations([fever(1), clearance(1)]))
def test_where_neither_word_is_counted_a_fever_beats_a_clearance_of_the_same_time(
    told: list[PersonFact],
) -> None:
    standing: Standing | None = None
    for fact in told:
        standing = after(fact, standing, at(1))
    assert standing is not None
    assert standing.in_force() == ["fever"]


@given(st.permutations([(["resident"], 1, 1), (["resident", "guard"], 2, 3), ([], 3, 2)]))
def test_of_memberships_the_highest_version_holds_whenever_it_was_asked_for(
    told: list[tuple[list[str], int, int]],
) -> None:
    standing: Standing | None = None
    for roles, version, minute in told:
        standing = after(membership(roles, version), standing, at(minute))
    assert standing is not None
    assert standing.in_force() == ["membership_ended"]


@given(st.permutations([fever(1), clearance(2), fever(3), clearance(4), fever(5)]))
def test_the_order_of_arrival_does_not_matter(facts: list[PersonFact]) -> None:
    standing: Standing | None = None
    for fact in facts:
        standing = after(fact, standing, at(9))
    assert standing is not None
    assert standing.in_force() == ["fever"]
