"""Who still is what they stand on the roster as."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.care.calling.alerts import ROLES
from linli.escalation.roster import is_still
from linli.vocabulary.care import Recipient

HELD = st.frozensets(st.sampled_from(["resident", "caregiver", "manager", "guard"]))


@given(HELD)
def test_staff_whose_role_was_taken_back_are_not_called(roles: frozenset[str]) -> None:
    assert is_still("caregiver", roles, ROLES) == ("caregiver" in roles)
    assert is_still("manager", roles, ROLES) == ("manager" in roles)


@given(HELD)
def test_a_daughter_is_one_whatever_the_directory_says(roles: frozenset[str]) -> None:
    assert is_still("contact", roles, ROLES)
    assert is_still("person", roles, ROLES)


@pytest.mark.parametrize("capacity", get_args(Recipient))
def test_until_the_directory_has_spoken_everybody_is_called(capacity: Recipient) -> None:
    assert is_still(capacity, None, ROLES)
