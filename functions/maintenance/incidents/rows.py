"""Reports of the last day and the mass outages that they made, as rows."""

from datetime import timedelta

from pynamodb.attributes import UnicodeAttribute, UnicodeSetAttribute

from linli.lifetimes import Lifetime
from linli.tables import InstantAttribute, Row


class ReportRow(Row, discriminator="report"):
    """`<community>#reports#<building>#<category>` / `<ticket>`: reports of the last day, in time order."""

    KEPT = Lifetime("{}", timedelta(days=1))

    incident = UnicodeAttribute(null=True)

    @staticmethod
    def partition(community: str, building: str, category: str) -> str:
        """Where the reports of one category in one building are."""
        return f"{community}#reports#{building}#{category}"


class IncidentRow(Row, discriminator="incident"):
    """`<community>#incidents` / `<incident>`: one mass outage; its id is that of its first ticket."""

    KEPT = Lifetime()

    building = UnicodeAttribute()
    category = UnicodeAttribute()
    last_at = InstantAttribute()
    tickets = UnicodeSetAttribute()

    @staticmethod
    def partition(community: str) -> str:
        """Where a community's incidents are."""
        return f"{community}#incidents"
