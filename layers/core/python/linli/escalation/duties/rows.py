"""The rows of duties, settled and not."""

from datetime import datetime
from typing import Any, ClassVar

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from linli.escalation.rows import SENT_AGAIN, QueueRow
from linli.keys import Key, RowKey
from linli.lifetimes import Lifetime
from linli.personal.fates import gone_with
from linli.tables import ContractAttribute, InstantAttribute, Row


class DutyRow(QueueRow):
    """What staff have to see to: gone when it is settled. Its key is of community, kind, about.

    `attempts`: how often somebody has been told, or was to be; a renewal leaves it.
    """

    key: ClassVar[Key]

    duty: ContractAttribute[Any]
    attempts = NumberAttribute(default=0)


class SettledRow(Row, discriminator="settled"):
    """Who settled a duty, and how: whoever has lost the answer asks again."""

    KEPT = Lifetime("{}", SENT_AGAIN)
    PERSONAL = gone_with("about")
    key = Key("{community}#settled", "{kind}#{about}#{since}")

    by = UnicodeAttribute()
    note = UnicodeAttribute()
    at = InstantAttribute()

    @classmethod
    def of(cls, key: RowKey, by: str, note: str, now: datetime) -> "SettledRow":
        """The row, kept as long as somebody may ask again."""
        return cls(*key, by=by, note=note, at=now, ttl=cls.KEPT.until(now))
