from datetime import UTC, datetime

from functions.directory.memberships.endings import ended, fact
from functions.directory.memberships.models import Membership

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)


def test_who_has_gone_is_told_without_roles_and_homes_under_the_next_version() -> None:
    standing = Membership(person="p", roles=["resident"], version=3, since=NOW)

    told = fact("willow", ended(standing))

    assert (told.person, told.roles, told.homes, told.version) == ("p", [], [], 4)


def test_who_has_gone_already_goes_no_second_time() -> None:
    gone = Membership(person="p", roles=[], version=4, since=NOW)

    assert ended(gone) is gone
