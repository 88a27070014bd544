"""A service's own copy of who lives where, as the directory says last."""

from collections.abc import Sequence
from typing import Any

from pynamodb.attributes import BooleanAttribute, ListAttribute, UnicodeAttribute

from linli.tables import CopyRow


class DwellerRow(CopyRow):
    """`homes`: `<building>/<unit>` of each home of a person; rows of before 2026-11-26 have one at most, in
    `home`, which is the first of them for code of before. `forgotten`: what was told up to this version is no
    longer known, and comes to nothing if it is told late.
    """

    home = UnicodeAttribute(null=True)
    homes = ListAttribute(of=UnicodeAttribute, null=True)
    forgotten = BooleanAttribute(null=True)

    def forgets(self, version: int) -> bool:
        """Whether a word of that version is of what has been forgotten."""
        return bool(self.forgotten) and version <= self.version

    @property
    def places(self) -> list[str]:
        """All homes of the person."""
        if self.homes:
            return [str(each) for each in self.homes]
        return [self.home] if self.home else []


def dwelling(homes: Sequence[str], version: int) -> dict[str, Any]:
    """What a row keeps of where a person lives, as that version of the directory's word says."""
    return {"home": homes[0] if homes else None, "homes": list(homes) or None, "version": version}
