"""Who has which roles and lives where, as the directory says last: nobody is called as what they are no more,
and no meter tells of who has moved. A second home is no move: the watch is over the one that it names.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Self

from linli.vocabulary.directory import MembershipChanged


@dataclass(frozen=True, slots=True)
class Member:
    """What the directory has said of somebody: roles and homes, each with the version that said so last.

    `language`: what they want to be told in, said with the roles.
    """

    roles: frozenset[str] = frozenset()
    version: int = 0
    homes: tuple[str, ...] = ()
    home_version: int = 0
    language: str | None = None

    @classmethod
    def kept(
        cls, roles: Collection[str], version: int, homes: Sequence[str], home_version: int | None,
        language: str | None = None,
    ) -> Self:  # fmt: skip
        """As it was kept. What was kept before homes had a version of their own is of one version."""
        known = home_version or (version if homes else 0)
        return cls(frozenset(roles), version, tuple(homes), known, language)

    def told(self, fact: MembershipChanged) -> "Member":
        """With what a fact tells, in whatever order facts come. Who has gone lived where they were said to
        last: the meters of a home that they had left before tell of somebody else.
        """
        member = self
        if fact.version > member.version:
            roles = frozenset(fact.roles)
            member = replace(member, roles=roles, version=fact.version, language=fact.language)
        if fact.roles and fact.version > member.home_version:
            member = replace(member, homes=tuple(fact.homes), home_version=fact.version)
        return member

    def lives_elsewhere(self, home: str) -> bool:
        """Whether the directory has them in other homes than this one alone; nobody without any is."""
        return bool(self.homes) and home not in self.homes
