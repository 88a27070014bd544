"""A service's own copy of what the directory says of a community: whoever decides by policy reads it here.

Every service that needs it keeps the row in its table, written from `CommunityChanged`.
"""

from dataclasses import dataclass

from pynamodb.attributes import UnicodeAttribute

from linli.events import CommunityChanged
from linli.policies import CommunityPolicies
from linli.tables import ConditionsFailed, ContractAttribute, CopyRow, Rows, Transaction

DEFAULT_TIME_ZONE = "Asia/Shanghai"


class CommunityRow(CopyRow, discriminator="community"):
    """`<community>#community` / `profile`."""

    sub_district = UnicodeAttribute()
    time_zone = UnicodeAttribute()
    policies = ContractAttribute(CommunityPolicies)

    @staticmethod
    def key(community: str) -> tuple[str, str]:
        """Where the community's row is."""
        return f"{community}#community", "profile"


@dataclass(frozen=True, slots=True)
class Community:
    """What a service knows of a community; safe defaults until it has heard of it."""

    policies: CommunityPolicies
    time_zone: str
    sub_district: str | None


def known(rows: Rows, community: str) -> Community:
    """The community among rows that were read with its key."""
    row = rows.one(CommunityRow, CommunityRow.key(community))
    if row is None:
        return Community(CommunityPolicies(), DEFAULT_TIME_ZONE, None)
    return Community(row.policies, row.time_zone, row.sub_district)


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
    transaction.keep_newest("community", row)
    try:
        transaction.commit()
    except ConditionsFailed:
        return "duplicate"
    return "community_kept"
