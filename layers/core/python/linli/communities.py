"""A service's own copy of what the directory says of a community: whoever decides by policy reads it here.

Every service that needs it keeps the row in its table, written from `CommunityChanged`.
"""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from linli.events import CommunityChanged
from linli.policies import CommunityPolicies
from linli.tables import ConditionsFailed, ContractAttribute, Row, Transaction

DEFAULT_TIME_ZONE = "Asia/Shanghai"


class CommunityRow(Row, discriminator="community"):
    """`<community>#community` / `profile`."""

    sub_district = UnicodeAttribute()
    time_zone = UnicodeAttribute()
    policies = ContractAttribute(CommunityPolicies)
    version = NumberAttribute()

    @staticmethod
    def key(community: str) -> tuple[str, str]:
        """Where the community's row is."""
        return f"{community}#community", "profile"


def keep(fact: CommunityChanged) -> str:
    """Store the community as `fact` tells, unless a newer version is here. Returns the outcome."""
    pk, sk = CommunityRow.key(fact.community)
    row = CommunityRow(
        pk=pk,
        sk=sk,
        sub_district=fact.sub_district,
        time_zone=fact.time_zone,
        policies=fact.policies,
        version=fact.version,
    )
    transaction = Transaction()
    transaction.put(
        "community", row, CommunityRow.version.does_not_exist() | (CommunityRow.version < fact.version)
    )
    try:
        transaction.commit()
    except ConditionsFailed:
        return "duplicate"
    return "community_kept"
