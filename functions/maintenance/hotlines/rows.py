"""Hotlines and the requests that each has made, as rows."""

from datetime import timedelta

from pynamodb.attributes import UnicodeAttribute

from linli.keys import Key
from linli.lifetimes import Lifetime
from linli.personal.fates import NOBODY, unnamed
from linli.tables import InstantAttribute, Row


class HotlineRow(Row, discriminator="hotline"):
    """Who may report by it. The tenant is a community or a sub-district.

    `digest`: the keyed hash of its API key, which is stored nowhere.
    """

    KEPT = Lifetime()
    PERSONAL = unnamed()
    key = Key("{tenant}#hotlines#{scope}", "{hotline}")

    name = UnicodeAttribute()
    digest = UnicodeAttribute()
    scope = UnicodeAttribute()
    issued_at = InstantAttribute()
    revoked_at = InstantAttribute(null=True)


class HotlineRequestRow(Row, discriminator="hotline_request"):
    """What came in by a hotline, in time order."""

    KEPT = Lifetime()
    PERSONAL = NOBODY
    key = Key("{tenant}#requests#{scope}#{hotline}", "{ticket}")

    community = UnicodeAttribute()


class SentRequestRow(Row, discriminator="sent_request"):
    """What a hotline sent, by its keyed hash: the request that it became, and when.

    What is sent again because its answer was lost is that request and no other.
    """

    KEPT = Lifetime("{}: clients repeat what they think was lost", timedelta(hours=1))
    PERSONAL = NOBODY
    key = Key("{tenant}#sent#{scope}#{hotline}", "{digest}")

    community = UnicodeAttribute()
    ticket_id = UnicodeAttribute()
    sent_at = InstantAttribute()
