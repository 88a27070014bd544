"""Reports of the last day and the mass outages that they made, as rows."""

from datetime import timedelta

from pynamodb.attributes import UnicodeAttribute, UnicodeSetAttribute

from linli.keys import Key
from linli.lifetimes import Lifetime
from linli.personal.fates import NOBODY
from linli.tables import InstantAttribute, Row


class ReportRow(Row, discriminator="report"):
    """Reports of the last day, in time order."""

    KEPT = Lifetime("{}", timedelta(days=1))
    PERSONAL = NOBODY
    key = Key("{community}#reports#{building}#{category}", "{ticket}")

    incident = UnicodeAttribute(null=True)


class IncidentRow(Row, discriminator="incident"):
    """One mass outage; its id is that of its first ticket."""

    KEPT = Lifetime()
    PERSONAL = NOBODY
    key = Key("{community}#incidents", "{incident}")

    building = UnicodeAttribute()
    category = UnicodeAttribute()
    last_at = InstantAttribute()
    tickets = UnicodeSetAttribute()
