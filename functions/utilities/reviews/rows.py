"""What waits for a manager, and corrections, as rows."""

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute

from linli.keys import Key
from linli.lifetimes import Lifetime
from linli.personal.fates import NOBODY, unnamed
from linli.tables import InstantAttribute, Row


class HeldRow(Row, discriminator="held_reading"):
    """A reading that waits for a manager; its id is a digest of meter, register, instant and ticks."""

    KEPT = Lifetime("until somebody decides")
    PERSONAL = NOBODY
    key = Key("{community}#held", "{held}")

    meter = UnicodeAttribute()
    register = UnicodeAttribute()
    at = NumberAttribute()
    ticks = NumberAttribute()
    decimals = NumberAttribute()
    reason = UnicodeAttribute()
    before_ticks = NumberAttribute(null=True)


class CorrectionRow(Row, discriminator="correction"):
    """Intervals that gave way to others. Never changed.

    `was`, `became`: [from ms, to ms, ticks] each.
    """

    KEPT = Lifetime("for ever, never changed")
    PERSONAL = unnamed()
    key = Key("{community}#corrections#{meter}", "{at}#{register}#{cause}")

    at = InstantAttribute()
    register = UnicodeAttribute()
    cause = UnicodeAttribute()
    by = UnicodeAttribute(null=True)
    decision = UnicodeAttribute(null=True)
    note = UnicodeAttribute(null=True)
    was: JSONAttribute = JSONAttribute()
    became: JSONAttribute = JSONAttribute()
