"""What a person is to a community."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from functions.directory.homes import Home
from linli.contracts import Contract
from linli.ids import Id
from linli.instants import Instant

CommunityRole = Literal["resident", "guard", "repairer", "caregiver", "manager", "family"]


def _sorted_once(roles: list[CommunityRole]) -> list[CommunityRole]:
    return sorted(set(roles))


class MembershipGiven(Contract):
    """The roles a person shall have from now on, and where they live."""

    roles: Annotated[list[CommunityRole], Field(min_length=1, max_length=5), AfterValidator(_sorted_once)]
    home: Home | None = None


class Membership(Contract):
    """A membership as it stands; without roles the person has gone. `version` grows with every change.

    `since`: when the person came, or came back.
    """

    person: Id
    roles: list[str]
    home: Home | None = None
    version: int
    since: Instant
