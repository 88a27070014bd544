"""The row of a holder."""

from datetime import timedelta

from pynamodb.attributes import NumberAttribute

from functions.access.holders.standing import Standing
from linli.lifetimes import Lifetime
from linli.tables import ContractAttribute, Row

Key = tuple[str, str]


class HolderRow(Row, discriminator="holder"):
    """`<community>#holder#<holder>` / `holder`: the original of a standing."""

    KEPT = Lifetime("residents for ever, visitors {} after their window", timedelta(days=30))

    standing = ContractAttribute(Standing)
    version = NumberAttribute()

    @staticmethod
    def key(community: str, holder: str) -> Key:
        """Where a holder's standing is."""
        return f"{community}#holder#{holder}", "holder"
