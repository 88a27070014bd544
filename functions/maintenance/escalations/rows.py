"""What staff have to see to, as rows."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute, UnicodeSetAttribute

from functions.maintenance.escalations.models import Need
from linli.due import TimedRow
from linli.keys import Key, RowKey
from linli.personal.fates import unnamed
from linli.tables import InstantAttribute
from linli.vocabulary.maintenance import Priority

RANKS: tuple[Priority, ...] = ("emergency", "urgent", "general", "complex")


class EscalationRow(TimedRow, discriminator="ticket_escalation"):
    """What staff have to see to, the most urgent first.

    It is there as long as the ticket needs it. It is due while managers still have to be sent a message:
    `told` have been, once at least; `reached` have been in this `turn`; `tries`: how often in all.
    """

    PERSONAL = unnamed()
    key = Key("{community}#escalations", "{rank}#{ticket}#{need}")

    SHARDS = 1
    LANE = "escalation-"

    ticket_id = UnicodeAttribute()
    need = UnicodeAttribute()
    priority = UnicodeAttribute()
    category = UnicodeAttribute()
    building = UnicodeAttribute(null=True)
    unit = UnicodeAttribute(null=True)
    since = InstantAttribute()
    told = UnicodeSetAttribute(null=True)
    reached = UnicodeSetAttribute(null=True)
    turn = NumberAttribute(default=0)
    tries = NumberAttribute(default=0)

    @property
    def is_emergency(self) -> bool:
        """Whether it is of an emergency."""
        return self.priority == "emergency"

    @classmethod
    def where(cls, community: str, ticket: str, priority: Priority, need: Need) -> RowKey:
        """Where one need of a ticket is."""
        return cls.key(community, RANKS.index(priority), ticket, need)
