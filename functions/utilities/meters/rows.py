"""Meters as rows."""

from pynamodb.attributes import BooleanAttribute, NumberAttribute

from functions.utilities.meters.models import Meter
from linli.keys import Key
from linli.lifetimes import Lifetime
from linli.personal.fates import unnamed
from linli.tables import ContractAttribute, Row


class MeterRow(Row, discriminator="meter"):
    """A meter as it was set up. `watched`: somebody in its home is watched over."""

    KEPT = Lifetime()
    PERSONAL = unnamed()
    key = Key("{community}#meters", "{meter}")

    meter = ContractAttribute(Meter)
    version = NumberAttribute()
    watched = BooleanAttribute(null=True)
