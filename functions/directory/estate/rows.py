"""The rows of companies, of their communities, and of buildings and units in them."""

from pydantic_core import from_json, to_json
from pynamodb.attributes import (
    Attribute,
    NumberAttribute,
    UnicodeAttribute,
)
from pynamodb.constants import STRING

from functions.directory.policies import CommunityPolicies
from linli.lifetimes import Lifetime
from linli.reading import understood
from linli.tables import Row

Key = tuple[str, str]


class PoliciesAttribute(Attribute[CommunityPolicies]):
    """Just what somebody set, as JSON text; rows of before 2026-11-26 hold every default of their day too."""

    attr_type = STRING

    def serialize(self, value: CommunityPolicies) -> str:
        return to_json(value.as_set()).decode()

    def deserialize(self, value: str) -> CommunityPolicies:
        return understood(CommunityPolicies, from_json(value))[0]


class CompanyRow(Row, discriminator="company"):
    """`<company>#company` / `profile`: a property company. `operators` counts them, so that the last one
    stays.
    """

    KEPT = Lifetime()

    name = UnicodeAttribute()
    operators = NumberAttribute()

    @staticmethod
    def key(company: str) -> Key:
        """Where a company is."""
        return f"{company}#company", "profile"


class CommunityRow(Row, discriminator="community_profile"):
    """`<community>#community` / `profile`: a community, with its policies. `attempt` is the request that
    created it.
    """

    KEPT = Lifetime()

    company = UnicodeAttribute()
    name = UnicodeAttribute()
    time_zone = UnicodeAttribute()
    sub_district = UnicodeAttribute()
    policies = PoliciesAttribute()
    version = NumberAttribute()
    attempt = UnicodeAttribute()

    @staticmethod
    def key(community: str) -> Key:
        """Where a community is."""
        return f"{community}#community", "profile"


class CoveredRow(Row, discriminator="covered"):
    """`<company>#communities` or `<sub-district>#district` / `<community>`: what a role covers."""

    KEPT = Lifetime("while it is covered")

    @staticmethod
    def of_company(company: str) -> str:
        """The partition of a company's communities."""
        return f"{company}#communities"

    @staticmethod
    def of_sub_district(sub_district: str) -> str:
        """The partition of a sub-district's communities."""
        return f"{sub_district}#district"


class BuildingRow(Row, discriminator="building"):
    """`<community>#buildings` / `<building>`. `version`: told last; none in rows of before 2026-11-26."""

    KEPT = Lifetime()

    name = UnicodeAttribute()
    attempt = UnicodeAttribute()
    version = NumberAttribute(null=True)

    @staticmethod
    def key(community: str, building: str) -> Key:
        """Where a building is."""
        return f"{community}#buildings", building


class UnitRow(Row, discriminator="unit"):
    """`<community>#units#<building>` / `<unit>`. `area_m2` is decimal text: owners vote by it.

    `name`: what people call it, where that is not its id. `version`: as of a building.
    """

    KEPT = Lifetime()

    area_m2 = UnicodeAttribute()
    name = UnicodeAttribute(null=True)
    attempt = UnicodeAttribute()
    version = NumberAttribute(null=True)

    @staticmethod
    def key(community: str, building: str, unit: str) -> Key:
        """Where a unit is."""
        return f"{community}#units#{building}", unit
