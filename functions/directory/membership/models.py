"""What a person is to a community."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator

from functions.directory.homes.models import HomesGiven, HomeShown
from linli.contracts import Contract
from linli.errors import InvalidField
from linli.ids import Id
from linli.instants import Instant

CommunityRole = Literal["resident", "guard", "repairer", "caregiver", "manager", "family"]


def _sorted_once(roles: list[CommunityRole]) -> list[CommunityRole]:
    return sorted(set(roles))


Roles = Annotated[list[CommunityRole], Field(min_length=1, max_length=6), AfterValidator(_sorted_once)]


class MembershipGiven(HomesGiven):
    """The roles a person shall have from now on, and where they live; homes of which nothing is said stay."""

    roles: Roles


class MembershipPatch(HomesGiven):
    """What shall change of a membership: a JSON merge patch (RFC 7396). What is not named stays."""

    roles: Roles | None = None

    @field_validator("roles")
    @classmethod
    def _some(cls, roles: list[CommunityRole] | None) -> list[CommunityRole]:
        if roles is None:
            raise InvalidField("not_taken_back")
        return roles


class MembershipShown(Contract):
    """A membership with its homes as people call them; `home` is the first of them."""

    person: Id
    roles: list[str]
    home: HomeShown | None = None
    homes: list[HomeShown]
    version: int
    since: Instant
