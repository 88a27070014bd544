"""The rows of requests about somebody's data."""

from datetime import timedelta

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from functions.directory.people.rows import PersonalRow
from functions.directory.requests.models import Answers
from linli.keys import Key
from linli.lifetimes import Lifetime
from linli.personal.fates import SOON_GONE, kept
from linli.personal.models import Traces
from linli.tables import ContractAttribute, InstantAttribute, Row


class RequestRow(PersonalRow, discriminator="personal_request"):
    """Somebody's request for a copy of their data or to be forgotten in a community, and how far it is.

    `version`: how often it was written. `traces`: by which the name and phone are found, and not read; so
    that it can be asked for once more when a table was restored.
    """

    KEPT = Lifetime("a copy 7 days, a forgetting {}: longer than a table can be restored", timedelta(days=40))
    PERSONAL = SOON_GONE
    key = Key("{community}#personal_requests", "{asks}#{person}")

    request = UnicodeAttribute()
    asks = UnicodeAttribute()
    asked_at = InstantAttribute()
    begins_at = InstantAttribute()
    ended_at = InstantAttribute(null=True)
    answers = ContractAttribute(Answers)
    traces = ContractAttribute(Traces)
    version = NumberAttribute()


class NotedRow(Row, discriminator="personal_request_noted"):
    """That somebody has asked, when, by whom it was written down and when it was done: nothing of whom."""

    KEPT = Lifetime()
    PERSONAL = kept("of_the_community")
    key = Key("{community}#personal_requests_noted", "{request}")

    asks = UnicodeAttribute()
    by = UnicodeAttribute()
    asked_at = InstantAttribute()
    ended_at = InstantAttribute(null=True)
