"""The row of the sweep's beat."""

from linli.keys import Key
from linli.lifetimes import Lifetime
from linli.personal.fates import NOBODY
from linli.tables import InstantAttribute, Row


class BeatRow(Row, discriminator="beat"):
    """When the sweep last went through. No tenant's."""

    KEPT = Lifetime("for ever, one row")
    PERSONAL = NOBODY
    key = Key("#beat", "sweep")

    at = InstantAttribute()
