"""Who still is what they stand on the roster as."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.care.calling.roster import is_still
from linli.vocabulary.care import Recipient

ROLES = st.frozensets(st.sampled_from(["resident", "caregiver", "manager", "guard"]))


@given(ROLES)
def test_staff_whose_role_was_taken_back_are_not_called(roles: frozenset[str]) -> None:
    assert is_still("caregiver", roles) == ("caregiver" in roles)
    assert is_still("manager", roles) == ("manager" in roles)


@given(ROLES)
def test_a_daughter_is_one_whatever_the_directory_says(roles: frozenset[str]) -> None:
    assert is_still("contact", roles)
    assert is_still("person", roles)


@pytest.mark.parametrize("capacity", get_args(Recipient))
def test_until_the_directory_has_spoken_everybody_is_called(capacity: Recipient) -> None:
    assert is_still(capacity, None)
