"""The rows of people: what a community knows of them, their memberships and offices."""

from pynamodb.attributes import ListAttribute, NumberAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from functions.directory.people.identities import Vouchers
from linli.keys import Key
from linli.lifetimes import Lifetime
from linli.personal.fates import gone_with, kept, last_word, unnamed
from linli.tables import ContractAttribute, InstantAttribute, Row


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


class PersonRow(PersonalRow, discriminator="person"):
    """What this community knows of a person."""

    KEPT = Lifetime("until the membership ends")
    PERSONAL = gone_with("person")
    key = Key("{community}#people", "{person}")

    name = UnicodeAttribute()
    phone = UnicodeAttribute()


class MembershipRow(PersonalRow, discriminator="membership"):
    """The roles of a person here. Without any the person has gone, and `person` with them.

    `homes`: `<building>/<unit>` each; rows of before 2026-11-26 have but the one, in `building` and `unit`,
    which are the first of them for code of before. `language`: what they want to be told in, the same in each
    of their communities when they say so.
    """

    KEPT = Lifetime("for ever; who has gone is a row with a version and no roles")
    PERSONAL = last_word("person", members=("since",))
    key = Key("{community}#members", "{person}")

    roles = UnicodeSetAttribute(null=True)
    homes = ListAttribute(of=UnicodeAttribute, null=True)
    building = UnicodeAttribute(null=True)
    unit = UnicodeAttribute(null=True)
    language = UnicodeAttribute(null=True)
    version = NumberAttribute()
    since = InstantAttribute()


class OperatorRow(PersonalRow, discriminator="operator"):
    """Who acts for a whole company."""

    KEPT = Lifetime("until ended")
    PERSONAL = kept("of_the_community", "person")
    key = Key("{company}#operators", "{person}")


class OfficialRow(PersonalRow, discriminator="official"):
    """Who acts for a sub-district."""

    KEPT = Lifetime("until dismissed")
    PERSONAL = kept("of_the_community", "person")
    key = Key("{district}#officials", "{person}")


class IdentityRow(PersonalRow, discriminator="identity"):
    """Whose an identity is that an issuer made. Each of `vouchers` opens just the community that gave it."""

    KEPT = Lifetime("until the last community ends it")
    PERSONAL = unnamed("person")
    key = Key("{identity}#identity", "person")

    vouchers = ContractAttribute(Vouchers)
    version = NumberAttribute()
