"""Meters as rows."""

from pynamodb.attributes import BooleanAttribute, NumberAttribute

from functions.utilities.meters.models import Meter
from linli.lifetimes import Lifetime
from linli.tables import ContractAttribute, Row


class MeterRow(Row, discriminator="meter"):
    """`<community>#meters` / `<meter>`: a meter as it was set up. `watched`: somebody in its home is watched
    over.
    """

    KEPT = Lifetime()

    meter = ContractAttribute(Meter)
    version = NumberAttribute()
    watched = BooleanAttribute(null=True)

    @staticmethod
    def key(community: str, meter: str) -> tuple[str, str]:
        """Where a meter is."""
        return f"{community}#meters", meter
