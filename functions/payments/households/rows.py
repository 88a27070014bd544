"""The rows of who lives where."""

from pynamodb.attributes import ListAttribute, UnicodeAttribute

from linli.members import DwellerRow


class LivingRow(DwellerRow, discriminator="dweller"):
    """`<community>#living` / `<person>`: where a person lives, as the directory said last.

    `formerly`: homes of before, whose bills may still be theirs.
    """

    formerly = ListAttribute(of=UnicodeAttribute, null=True)

    @property
    def billed(self) -> list[str]:
        """The homes whose bills may be the person's."""
        return list(dict.fromkeys([*self.places, *(str(each) for each in self.formerly or [])]))

    @staticmethod
    def key(community: str, person: str) -> tuple[str, str]:
        """The key of where a person lives."""
        return f"{community}#living", person
