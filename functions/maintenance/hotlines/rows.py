"""Hotlines and the requests that each has made, as rows."""

from datetime import timedelta

from pynamodb.attributes import UnicodeAttribute

from linli.lifetimes import Lifetime
from linli.tables import InstantAttribute, Row

Key = tuple[str, str]


class HotlineRow(Row, discriminator="hotline"):
    """`<tenant>#hotlines#<scope>` / `<hotline>`: who may report by it. The tenant is a community or a
    sub-district.

    `digest`: the keyed hash of its API key, which is stored nowhere.
    """

    KEPT = Lifetime()

    name = UnicodeAttribute()
    digest = UnicodeAttribute()
    scope = UnicodeAttribute()
    issued_at = InstantAttribute()
    revoked_at = InstantAttribute(null=True)

    @staticmethod
    def key(scope: str, tenant: str, hotline: str) -> Key:
        """Where a hotline is: a community and a sub-district of one name are two tenants."""
        return f"{tenant}#hotlines#{scope}", hotline


class HotlineRequestRow(Row, discriminator="hotline_request"):
    """`<tenant>#requests#<scope>#<hotline>` / `<ticket>`: what came in by a hotline, in time order."""

    KEPT = Lifetime()

    community = UnicodeAttribute()

    @staticmethod
    def partition(scope: str, tenant: str, hotline: str) -> str:
        """Where a hotline's requests are."""
        return f"{tenant}#requests#{scope}#{hotline}"


class SentRequestRow(Row, discriminator="sent_request"):
    """`<tenant>#sent#<scope>#<hotline>` / keyed hash of what was sent: the request that it became, and when.

    What is sent again because its answer was lost is that request and no other.
    """

    KEPT = Lifetime("{}: clients repeat what they think was lost", timedelta(hours=1))

    community = UnicodeAttribute()
    ticket_id = UnicodeAttribute()
    sent_at = InstantAttribute()

    @staticmethod
    def partition(scope: str, tenant: str, hotline: str) -> str:
        """Where what a hotline sent is."""
        return f"{tenant}#sent#{scope}#{hotline}"
