"""A service's own copy of who lives where, as the directory says last."""

from typing import Any

from pynamodb.attributes import ListAttribute, UnicodeAttribute

from linli.tables import CopyRow
from linli.vocabulary.directory import MembershipChanged


class DwellerRow(CopyRow):
    """`homes`: `<building>/<unit>` of each home of a person; rows of before 2026-11-26 have one at most, in
    `home`, which is the first of them for code of before.
    """

    home = UnicodeAttribute(null=True)
    homes = ListAttribute(of=UnicodeAttribute, null=True)

    @property
    def places(self) -> list[str]:
        """All homes of the person."""
        if self.homes:
            return [str(each) for each in self.homes]
        return [self.home] if self.home else []


def dwelling(fact: MembershipChanged) -> dict[str, Any]:
    """What a row keeps of where `fact` says that a person lives, and its version."""
    return {"home": fact.home, "homes": fact.homes or None, "version": fact.version}
