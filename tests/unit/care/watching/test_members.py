"""What the directory has said of somebody is the same in whatever order it comes."""

from itertools import permutations
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from functions.care.watching.members import Member
from functions.care.watching.rows import StaffRow
from linli.vocabulary.directory import MembershipChanged

roles = st.sampled_from([[], ["resident"], ["resident", "family"]])
homes = st.lists(st.sampled_from(["b1/101", "b2/202", "b3/303"]), max_size=3, unique=True)


def told(version: int, roles: list[str], homes: list[str]) -> MembershipChanged:
    return MembershipChanged(community="willow", person="ann", roles=roles, homes=homes, version=version)


def after(*facts: MembershipChanged) -> Member:
    member = Member()
    for fact in facts:
        member = member.told(fact)
    return member


@given(st.lists(st.tuples(roles, homes), min_size=1, max_size=7), st.randoms())
def test_any_order_of_facts_and_any_repeats_end_the_same(
    said: list[tuple[list[str], list[str]]], random: Random
) -> None:
    facts = [told(version, *each) for version, each in enumerate(said, 1)]
    shuffled = [*facts, *facts[::2]]
    random.shuffle(shuffled)
    assert after(*shuffled) == after(*facts)


def test_somebody_who_has_moved_and_then_gone_lived_in_the_second_home_whatever_comes_first() -> None:
    facts = told(2, ["resident"], ["b1/101"]), told(3, ["resident"], ["b2/202"]), told(4, [], [])
    assert {after(*order) for order in permutations(facts)} == {Member(frozenset(), 4, ("b2/202",), 3)}


def test_a_home_kept_before_it_had_a_version_is_of_its_rows() -> None:
    row = StaffRow("willow#members", "ann", roles={"resident"}, home="b1/101", version=5)
    assert row.member.told(told(4, ["resident"], ["b2/202"])).homes == ("b1/101",)
    assert row.member.told(told(6, ["resident"], ["b2/202"])).homes == ("b2/202",)
    homeless = StaffRow("willow#members", "ann", version=5).member
    assert homeless.told(told(3, ["resident"], ["b3/303"])).homes == ("b3/303",)


@given(homes, st.sampled_from(["b1/101", "b2/202"]))
def test_a_second_home_is_no_move(homes: list[str], watched: str) -> None:
    member = after(told(1, ["resident"], homes))
    assert member.lives_elsewhere(watched) == (bool(homes) and watched not in homes)
