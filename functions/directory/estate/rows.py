"""The rows of companies, of their communities, and of buildings and units in them."""

from pydantic_core import from_json, to_json
from pynamodb.attributes import (
    Attribute,
    NumberAttribute,
    UnicodeAttribute,
)
from pynamodb.constants import STRING

from functions.directory.policies import CommunityPolicies
from linli.keys import Key
from linli.lifetimes import Lifetime
from linli.personal.fates import NOBODY, kept, unnamed
from linli.reading import understood
from linli.tables import Row


class PoliciesAttribute(Attribute[CommunityPolicies]):
    """Just what somebody set, as JSON text; rows of before 2026-11-26 hold every default of their day too."""

    attr_type = STRING

    def serialize(self, value: CommunityPolicies) -> str:
        return to_json(value.as_set()).decode()

    def deserialize(self, value: str) -> CommunityPolicies:
        return understood(CommunityPolicies, from_json(value))[0]


class CompanyRow(Row, discriminator="company"):
    """A property company. `operators` counts them, so that the last one stays."""

    KEPT = Lifetime()
    PERSONAL = kept("of_the_community")
    key = Key("{company}#company", "profile")

    name = UnicodeAttribute()
    operators = NumberAttribute()


class CommunityRow(Row, discriminator="community_profile"):
    """A community, with its policies. `attempt` is the request that created it.

    `office_phone`: what residents call; `language`: what people are told in who have set none. Neither is in
    rows of before 2026-11-27.
    """

    KEPT = Lifetime()
    PERSONAL = kept("of_the_community")
    key = Key("{community}#community", "profile")

    company = UnicodeAttribute()
    name = UnicodeAttribute()
    time_zone = UnicodeAttribute()
    sub_district = UnicodeAttribute()
    office_phone = UnicodeAttribute(null=True)
    language = UnicodeAttribute(null=True)
    policies = PoliciesAttribute()
    version = NumberAttribute()
    attempt = UnicodeAttribute()


class CoveredRow(Row, discriminator="covered"):
    """What a role covers."""

    KEPT = Lifetime("while it is covered")
    PERSONAL = NOBODY
    of_company = Key("{company}#communities", "{community}")
    of_sub_district = Key("{district}#district", "{community}")


class BuildingRow(Row, discriminator="building"):
    """A building. `version`: told last; none in rows of before 2026-11-26."""

    KEPT = Lifetime()
    PERSONAL = unnamed()
    key = Key("{community}#buildings", "{building}")

    name = UnicodeAttribute()
    attempt = UnicodeAttribute()
    version = NumberAttribute(null=True)


class UnitRow(Row, discriminator="unit"):
    """A unit. `area_m2` is decimal text: owners vote by it.

    `name`: what people call it, where that is not its id. `version`: as of a building.
    """

    KEPT = Lifetime()
    PERSONAL = unnamed()
    key = Key("{community}#units#{building}", "{unit}")

    area_m2 = UnicodeAttribute()
    name = UnicodeAttribute(null=True)
    attempt = UnicodeAttribute()
    version = NumberAttribute(null=True)
