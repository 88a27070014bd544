"""The row of a holder."""

from datetime import timedelta

from pynamodb.attributes import NumberAttribute

from functions.access.holders.standing import Standing
from linli.keys import Key
from linli.lifetimes import Lifetime
from linli.personal.fates import LATE_WORDS, last_word
from linli.tables import ContractAttribute, Row


class HolderRow(Row, discriminator="holder"):
    """The original of a standing."""

    KEPT = Lifetime("residents for ever, visitors {} after their window", timedelta(days=30))
    PERSONAL = last_word(
        "holder",
        members=(
            "standing.holder", "standing.blocks", "standing.version", "standing.membership_version",
        ),
        span=LATE_WORDS,
    )  # fmt: skip
    key = Key("{community}#holder#{holder}", "holder")

    standing = ContractAttribute(Standing)
    version = NumberAttribute()
