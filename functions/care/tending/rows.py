"""The rows of duties, settled and not, and of visits."""

from datetime import datetime

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from functions.care.tending.duties import Duty
from functions.care.tending.visits import Visit
from linli.escalation.rows import SENT_AGAIN, QueueRow
from linli.keys import Key, RowKey
from linli.lifetimes import Lifetime
from linli.tables import ContractAttribute, InstantAttribute, Row


def rounds_of(community: str) -> str:
    """Visits, by the day they are for."""
    return f"{community}#rounds"


class DutyRow(QueueRow, discriminator="duty"):
    """What staff have to see to of a person or a device: gone when it is settled.

    `attempts`: how often somebody has been told, or was to be; a renewal leaves it.
    """

    KEPT = Lifetime("until it is settled")
    key = Key("{community}#duties", "{kind}#{about}")

    duty = ContractAttribute(Duty)
    attempts = NumberAttribute(default=0)


class SettledRow(Row, discriminator="settled"):
    """Who settled a duty, and how: whoever has lost the answer asks again."""

    KEPT = Lifetime("{}", SENT_AGAIN)
    key = Key("{community}#settled", "{kind}#{about}#{since}")

    by = UnicodeAttribute()
    note = UnicodeAttribute()
    at = InstantAttribute()

    @classmethod
    def of(cls, key: RowKey, by: str, note: str, now: datetime) -> "SettledRow":
        """The row, kept as long as somebody may ask again."""
        return cls(*key, by=by, note=note, at=now, ttl=cls.KEPT.until(now))


class VisitRow(QueueRow, discriminator="visit"):
    """When somebody is visited next, and what the last visit found."""

    KEPT = Lifetime("until the watch ends")
    key = Key("{community}#visits", "{person}")

    visit = ContractAttribute(Visit)
