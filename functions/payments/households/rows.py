"""The rows of who lives where."""

from pynamodb.attributes import ListAttribute, UnicodeAttribute

from linli.keys import Key
from linli.members import DwellerRow
from linli.personal.fates import LATE_WORDS, last_word


class LivingRow(DwellerRow, discriminator="dweller"):
    """Where a person lives, as the directory said last.

    `formerly`: homes of before, whose bills may still be theirs.
    """

    PERSONAL = last_word("person", span=LATE_WORDS)
    key = Key("{community}#living", "{person}")

    formerly = ListAttribute(of=UnicodeAttribute, null=True)

    @property
    def billed(self) -> list[str]:
        """The homes whose bills may be the person's."""
        return list(dict.fromkeys([*self.places, *(str(each) for each in self.formerly or [])]))
