from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from functions.directory.homes.models import Home
from functions.directory.membership.domain import given as after_giving
from functions.directory.membership.models import MembershipGiven, MembershipPatch
from functions.directory.memberships.endings import ended, fact
from functions.directory.memberships.models import Membership
from linli.vocabulary.directory import MembershipChanged

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
ROLES = st.lists(
    st.sampled_from(["resident", "guard", "repairer", "caregiver", "manager"]), min_size=1, max_size=5
)
HOME = st.builds(Home, building=st.sampled_from(["b1", "b2"]), unit=st.sampled_from(["101", "202"]))
SAID = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"home": st.none() | HOME}),
    st.fixed_dictionaries({"homes": st.none() | st.lists(HOME, max_size=4)}),
)
GIVEN = st.builds(lambda roles, said: MembershipGiven(roles=roles, **said), ROLES, SAID)
PATCH = st.builds(
    lambda roles, said: MembershipPatch(**roles, **said),
    st.just({}) | st.fixed_dictionaries({"roles": ROLES}),
    SAID,
)


def homes_said(said: MembershipGiven | MembershipPatch) -> list[Home] | None:
    """What is said of homes, each once: `home` is one of them, null none at all."""
    if "homes" in said.model_fields_set:
        return list(dict.fromkeys(said.homes or ()))
    return ([said.home] if said.home else []) if "home" in said.model_fields_set else None


@given(st.lists(st.none() | GIVEN | PATCH, max_size=8))
def test_the_version_grows_with_every_change_and_nothing_is_lost_of_which_nothing_is_said(
    steps: list[MembershipGiven | MembershipPatch | None],
) -> None:
    standing: Membership | None = None
    for step in steps:
        before = standing
        if isinstance(step, MembershipGiven) or (step and standing and standing.roles):
            standing = after_giving("p", standing, step, NOW)
            had = (before.roles, before.homes) if before else ([], [])
            said = homes_said(step)
            assert standing.roles == (sorted(set(step.roles)) if step.roles else had[0])
            assert standing.homes == (had[1] if said is None else said)
            assert after_giving("p", standing, step, NOW) is standing
        elif step is None and standing:
            standing = ended(standing)
            assert (standing.roles, standing.homes) == ([], [])
        if before and standing:
            assert standing.version - before.version == (standing != before)


def test_the_first_of_several_homes_is_told_to_readers_of_one() -> None:
    homes = [Home(building="b1", unit="202"), Home(building="b1", unit="301")]

    told = fact("willow", after_giving("p", None, MembershipGiven(roles=["resident"], homes=homes), NOW))

    assert (told.home, told.homes) == ("b1/202", ["b1/202", "b1/301"])


def test_a_fact_of_before_tells_of_its_one_home() -> None:
    told = {"community": "willow", "person": "p", "roles": ["resident"], "home": "b1/202", "version": 1}

    assert MembershipChanged.model_validate(told).homes == ["b1/202"]
    assert MembershipChanged.model_validate(told | {"roles": []}).homes == []
    assert MembershipChanged.model_validate(told | {"home": None}).homes == []


@pytest.mark.parametrize(
    "said",
    [
        {"home": {"building": "b1", "unit": "202"}, "homes": []},
        {"home": None, "homes": [{"building": "b1", "unit": "202"}]},
        {"homes": [{"building": "b1", "unit": "202", "name": "mine"}]},
        {"homes": [{"building": "b1"}]},
        {"homes": [{"building": "b1", "unit": f"{number}"} for number in range(41)]},
    ],
)
def test_homes_that_contradict_each_other_or_are_none_are_refused(said: dict[str, object]) -> None:
    for contract in (MembershipGiven, MembershipPatch):
        with pytest.raises(ValidationError):
            contract.model_validate({"roles": ["resident"]} | said)


def test_a_new_membership_is_told_with_its_first_version() -> None:
    told = fact("willow", after_giving("p", None, MembershipGiven(roles=["guard", "guard", "resident"]), NOW))

    assert (told.version, told.roles) == (1, ["guard", "resident"])


@pytest.mark.parametrize("roles", [[], ["operator"], ["official"], ["resident", "admin"], ["Manager"]])
def test_roles_of_companies_and_sub_districts_are_not_a_communitys_to_give(roles: list[str]) -> None:
    with pytest.raises(ValidationError):
        MembershipGiven.model_validate({"roles": roles})
    with pytest.raises(ValidationError):
        MembershipPatch.model_validate({"roles": roles or None})


def test_who_comes_back_is_there_since_then() -> None:
    roles = MembershipGiven(roles=["resident"])
    first = after_giving("p", None, roles, NOW)
    promoted = after_giving("p", first, MembershipGiven(roles=["guard"]), NOW + timedelta(days=1))
    back = after_giving("p", ended(promoted), roles, NOW + timedelta(days=2))
    assert (promoted.since, back.since) == (NOW, NOW + timedelta(days=2))
