"""The rows of people: what a community knows of them, their memberships and offices."""

from pynamodb.attributes import ListAttribute, NumberAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from linli.lifetimes import Lifetime
from linli.tables import InstantAttribute, Row

Key = tuple[str, str]


class ByPerson(GlobalSecondaryIndex["PersonalRow"]):
    """All that is known of one person."""

    class Meta:
        index_name = "by_person"
        projection = AllProjection()

    person = UnicodeAttribute(hash_key=True)


class PersonalRow(Row, discriminator="personal"):
    """A row about a person; without `person` it is in no index."""

    person = UnicodeAttribute(null=True)
    by_person = ByPerson()

    @property
    def tenant(self) -> str:
        """The community, company or sub-district that the row belongs to."""
        return str(self.pk).partition("#")[0]


class PersonRow(PersonalRow, discriminator="person"):
    """`<community>#people` / `<person>`: what this community knows of a person."""

    KEPT = Lifetime("until the membership ends")

    name = UnicodeAttribute()
    phone = UnicodeAttribute()

    @staticmethod
    def key(community: str, person: str) -> Key:
        """Where a community's record of a person is."""
        return f"{community}#people", person


class MembershipRow(PersonalRow, discriminator="membership"):
    """`<community>#members` / `<person>`. Without roles the person has gone, and `person` with them.

    `homes`: `<building>/<unit>` each; rows of before 2026-11-26 have but the one, in `building` and `unit`,
    which are the first of them for code of before.
    """

    KEPT = Lifetime("for ever; who has gone is a row with a version and no roles")

    roles = UnicodeSetAttribute(null=True)
    homes = ListAttribute(of=UnicodeAttribute, null=True)
    building = UnicodeAttribute(null=True)
    unit = UnicodeAttribute(null=True)
    version = NumberAttribute()
    since = InstantAttribute()

    @staticmethod
    def key(community: str, person: str) -> Key:
        """Where a membership is."""
        return f"{community}#members", person


class OperatorRow(PersonalRow, discriminator="operator"):
    """`<company>#operators` / `<person>`: who acts for a whole company."""

    KEPT = Lifetime("until ended")

    @staticmethod
    def key(company: str, person: str) -> Key:
        """Where an operator is."""
        return f"{company}#operators", person


class OfficialRow(PersonalRow, discriminator="official"):
    """`<sub-district>#officials` / `<person>`: who acts for a sub-district."""

    KEPT = Lifetime("until dismissed")

    @staticmethod
    def key(sub_district: str, person: str) -> Key:
        """Where an official is."""
        return f"{sub_district}#officials", person
