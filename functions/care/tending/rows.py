"""The rows of duties, settled and not, and of visits."""

from datetime import datetime

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from functions.care.tending.duties import Duty
from functions.care.tending.visits import Visit
from functions.care.timeline.rows import SENT_AGAIN, Key, QueueRow
from linli.instants import to_text
from linli.lifetimes import Lifetime
from linli.tables import ContractAttribute, InstantAttribute, Row


def rounds_of(community: str) -> str:
    """Visits, by the day they are for."""
    return f"{community}#rounds"


class DutyRow(QueueRow, discriminator="duty"):
    """`<community>#duties` / `<kind>#<person or device>`: gone when it is settled.

    `attempts`: how often somebody has been told, or was to be; a renewal leaves it.
    """

    KEPT = Lifetime("until it is settled")

    duty = ContractAttribute(Duty)
    attempts = NumberAttribute(default=0)

    @staticmethod
    def key(community: str, kind: str, about: str) -> Key:
        """Where a duty is."""
        return f"{community}#duties", f"{kind}#{about}"


class SettledRow(Row, discriminator="settled"):
    """`<community>#settled` / `<kind>#<person or device>#<since>`: who settled a duty, and how: whoever has
    lost the answer asks again.
    """

    KEPT = Lifetime("{}", SENT_AGAIN)

    by = UnicodeAttribute()
    note = UnicodeAttribute()
    at = InstantAttribute()

    @staticmethod
    def key(community: str, kind: str, about: str, since: datetime) -> Key:
        """Where it is, once the duty as it was then is settled."""
        return f"{community}#settled", f"{kind}#{about}#{to_text(since)}"

    @classmethod
    def of(cls, key: Key, by: str, note: str, now: datetime) -> "SettledRow":
        """The row, kept as long as somebody may ask again."""
        return cls(*key, by=by, note=note, at=now, ttl=cls.KEPT.until(now))


class VisitRow(QueueRow, discriminator="visit"):
    """`<community>#visits` / `<person>`: when they are visited next, and what the last visit found."""

    KEPT = Lifetime("until the watch ends")

    visit = ContractAttribute(Visit)

    @staticmethod
    def key(community: str, person: str) -> Key:
        """Where a person's visits are."""
        return f"{community}#visits", person
