"""The row of the sweep's beat."""

from linli.lifetimes import Lifetime
from linli.tables import InstantAttribute, Row

Key = tuple[str, str]


class BeatRow(Row, discriminator="beat"):
    """`#beat` / `sweep`: when the sweep last went through. No tenant's."""

    KEPT = Lifetime("for ever, one row")

    at = InstantAttribute()

    @staticmethod
    def key() -> Key:
        """Where the sweep's beat is."""
        return "#beat", "sweep"
