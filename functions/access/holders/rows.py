"""The row of a holder."""

from datetime import timedelta

from pynamodb.attributes import NumberAttribute

from functions.access.holders.standing import Standing
from linli.keys import Key
from linli.lifetimes import Lifetime
from linli.tables import ContractAttribute, Row


class HolderRow(Row, discriminator="holder"):
    """The original of a standing."""

    KEPT = Lifetime("residents for ever, visitors {} after their window", timedelta(days=30))
    key = Key("{community}#holder#{holder}", "holder")

    standing = ContractAttribute(Standing)
    version = NumberAttribute()
