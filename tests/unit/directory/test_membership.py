from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from functions.directory.homes import Home
from functions.directory.membership.domain import ended, fact
from functions.directory.membership.domain import given as after_giving
from functions.directory.membership.models import Membership, MembershipGiven

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
ROLES = st.lists(
    st.sampled_from(["resident", "guard", "repairer", "caregiver", "manager"]), min_size=1, max_size=5
)
HOMES = st.none() | st.builds(Home, building=st.sampled_from(["b1", "b2"]), unit=st.just("101"))
GIVEN = st.builds(MembershipGiven, roles=ROLES, home=HOMES)


@given(st.lists(st.none() | GIVEN, max_size=8))
def test_the_version_grows_with_every_change_and_with_nothing_else(
    steps: list[MembershipGiven | None],
) -> None:
    standing: Membership | None = None
    for step in steps:
        before = standing
        if step:
            standing = after_giving("p", standing, step, NOW)
            assert (standing.roles, standing.home) == (sorted(set(step.roles)), step.home)
            assert after_giving("p", standing, step, NOW) is standing
        elif standing:
            standing = ended(standing)
            assert (standing.roles, standing.home) == ([], None)
        if before and standing:
            assert standing.version - before.version == (standing != before)


def test_a_new_membership_is_told_with_its_first_version() -> None:
    told = fact("willow", after_giving("p", None, MembershipGiven(roles=["guard", "guard", "resident"]), NOW))

    assert (told.version, told.roles) == (1, ["guard", "resident"])


@pytest.mark.parametrize("roles", [[], ["operator"], ["official"], ["resident", "admin"], ["Manager"]])
def test_roles_of_companies_and_sub_districts_are_not_a_communitys_to_give(roles: list[str]) -> None:
    with pytest.raises(ValidationError):
        MembershipGiven.model_validate({"roles": roles})


def test_who_comes_back_is_there_since_then() -> None:
    roles = MembershipGiven(roles=["resident"])
    first = after_giving("p", None, roles, NOW)
    promoted = after_giving("p", first, MembershipGiven(roles=["guard"]), NOW + timedelta(days=1))
    back = after_giving("p", ended(promoted), roles, NOW + timedelta(days=2))
    assert (promoted.since, back.since) == (NOW, NOW + timedelta(days=2))
