"""What waits for a manager, and corrections, as rows."""

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute

from linli.lifetimes import Lifetime
from linli.tables import InstantAttribute, Row


class HeldRow(Row, discriminator="held_reading"):
    """`<community>#held` / `<digest of meter, register, instant and ticks>`: a reading that waits for a
    manager.
    """

    KEPT = Lifetime("until somebody decides")

    meter = UnicodeAttribute()
    register = UnicodeAttribute()
    at = NumberAttribute()
    ticks = NumberAttribute()
    decimals = NumberAttribute()
    reason = UnicodeAttribute()
    before_ticks = NumberAttribute(null=True)

    @staticmethod
    def key(community: str, held: str) -> tuple[str, str]:
        """Where a held reading is."""
        return f"{community}#held", held


class CorrectionRow(Row, discriminator="correction"):
    """`<community>#corrections#<meter>` / `<at>#<OBIS>#<cause>`: intervals that gave way to others. Never
    changed.

    `was`, `became`: [from ms, to ms, ticks] each.
    """

    KEPT = Lifetime("for ever, never changed")

    at = InstantAttribute()
    register = UnicodeAttribute()
    cause = UnicodeAttribute()
    by = UnicodeAttribute(null=True)
    decision = UnicodeAttribute(null=True)
    note = UnicodeAttribute(null=True)
    was: JSONAttribute = JSONAttribute()
    became: JSONAttribute = JSONAttribute()

    @staticmethod
    def partition(community: str, meter: str) -> str:
        """Where a meter's corrections are."""
        return f"{community}#corrections#{meter}"
