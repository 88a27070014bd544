"""Who may say that somebody is away, and for how long."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.care.away.domain import LONGEST, SHORTEST, check, checked
from functions.care.watching.watch import Watch
from linli.errors import InvalidRequest, NotFound
from linli.permissions import Role

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
GRAN = Watch(
    community="willow", person="gran", version=1, home="b1/101", consent="file 17", family=["daughter"]
)


@pytest.mark.parametrize(
    ("asker", "roles"),
    [
        ("gran", {Role.RESIDENT}),
        ("daughter", {Role.FAMILY}),
        ("daughter", {Role.RESIDENT}),
        ("wu", {Role.CAREGIVER}),
        ("boss", {Role.MANAGER}),
    ],
)
def test_the_person_their_family_and_staff_may(asker: str, roles: set[Role]) -> None:
    check(asker, frozenset(roles), GRAN)


@pytest.mark.parametrize("roles", [{Role.RESIDENT}, {Role.FAMILY}, {Role.FAMILY, Role.RESIDENT}])
def test_to_others_there_is_nobody(roles: set[Role]) -> None:
    with pytest.raises(NotFound):
        check("other", frozenset(roles), GRAN)


@given(st.timedeltas(timedelta(days=-200), timedelta(days=200)))
def test_an_absence_ends_between_half_an_hour_and_ninety_days_ahead(length: timedelta) -> None:
    if SHORTEST <= length <= LONGEST:
        assert checked(NOW + length, NOW) == NOW + length
    else:
        with pytest.raises(InvalidRequest):
            checked(NOW + length, NOW)
