"""What a person may be to a community, and what a permission is; who has it, each service's `permissions.py`.

A membership says which roles a person has in a community; `operator` is held for a whole company and
`official` for a sub-district (街道), and the authorizer expands both to the communities they cover. `family`
lives elsewhere and sees how a relative is, nothing else.
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person is to a community."""

    RESIDENT = "resident"
    GUARD = "guard"
    REPAIRER = "repairer"
    CAREGIVER = "caregiver"
    MANAGER = "manager"
    OPERATOR = "operator"
    OFFICIAL = "official"
    FAMILY = "family"

    @classmethod
    def known(cls, names: Iterable[str]) -> "frozenset[Role]":
        """The roles among `names`; one that only a newer authorizer knows gives nothing here."""
        held = frozenset(names)
        return frozenset(role for role in cls if role in held)


@dataclass(frozen=True, slots=True)
class Permission:
    """What a route asks for, and the roles that have it. Each is written out, never all but some: a new role
    may do nothing until it stands somewhere.

    `fresh`: what opens gates, moves money, or gives somebody such a right is asked of the roles as they are
    now, not as they were when a token was last looked at (linli.http). A call for help must not wait for it.

    `anybody`: also who is signed in and has no role anywhere, about themselves.
    """

    name: str
    roles: AbstractSet[Role]
    fresh: bool = False
    anybody: bool = False

    def allows(self, roles: AbstractSet[Role]) -> bool:
        """Whether who has these roles may."""
        return self.anybody or not self.roles.isdisjoint(roles)


EVERYONE: frozenset[Role] = frozenset(
    {Role.RESIDENT, Role.GUARD, Role.REPAIRER, Role.CAREGIVER, Role.MANAGER, Role.OPERATOR}
)
RUNNING_IT: frozenset[Role] = frozenset({Role.MANAGER, Role.OPERATOR})
