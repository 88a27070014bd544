"""The rows of the maintenance table; the README says who reads them how."""

from datetime import timedelta

from pynamodb.attributes import (
    NumberAttribute,
    UnicodeAttribute,
)
from pynamodb.expressions.update import Action
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from functions.maintenance.tickets.models import Entry, Ticket
from functions.maintenance.tickets.rates import Mark
from linli.due import TimedRow
from linli.keys import Key
from linli.lifetimes import Lifetime
from linli.personal.fates import NOBODY, unnamed
from linli.tables import ContractAttribute, Row

RATE_SHARDS = 8


class TicketsByShelf(GlobalSecondaryIndex["TicketRow"]):
    """A community's tickets that wait, are worked on, or are over; oldest first."""

    class Meta:
        index_name = "tickets_by_shelf"
        projection = AllProjection()

    shelf = UnicodeAttribute(hash_key=True)
    ticket_id = UnicodeAttribute(range_key=True)


class TicketsByReporter(GlobalSecondaryIndex["TicketRow"]):
    """What a person reported."""

    class Meta:
        index_name = "tickets_by_reporter"
        projection = AllProjection()

    reporter = UnicodeAttribute(hash_key=True)
    ticket_id = UnicodeAttribute(range_key=True)


class TicketsByRepairer(GlobalSecondaryIndex["TicketRow"]):
    """What a repairer was given."""

    class Meta:
        index_name = "tickets_by_repairer"
        projection = AllProjection()

    worker = UnicodeAttribute(hash_key=True)
    ticket_id = UnicodeAttribute(range_key=True)


class TicketRow(TimedRow, discriminator="ticket"):
    """A ticket as it is now.

    `attempt`: who wrote it last. `incident` is the mass outage it belongs to: set beside the ticket, since
    it is no transition. The others are the keys of the indexes, and follow from the ticket.
    """

    KEPT = Lifetime("{} after its end", timedelta(days=730))
    PERSONAL = unnamed("ticket.reported_by")
    key = Key("{community}#ticket#{ticket}", "ticket")

    SHARDS = 4

    ticket = ContractAttribute(Ticket)
    version = NumberAttribute()
    attempt = UnicodeAttribute()
    incident = UnicodeAttribute(null=True)
    ticket_id = UnicodeAttribute()
    shelf = UnicodeAttribute()
    reporter = UnicodeAttribute(null=True)
    worker = UnicodeAttribute(null=True)
    by_shelf = TicketsByShelf()
    by_reporter = TicketsByReporter()
    by_repairer = TicketsByRepairer()

    @classmethod
    def of(cls, ticket: Ticket, attempt: str, incident: str | None) -> "TicketRow":
        """A ticket's row, with what the indexes go by."""
        community = ticket.community
        return cls(
            *cls.key(community, ticket.ticket),
            ticket=ticket,
            version=ticket.version,
            attempt=attempt,
            incident=incident,
            ticket_id=ticket.ticket,
            shelf=f"{community}#{ticket.shelf}",
            reporter=f"{community}#{ticket.reported_by}" if ticket.reported_by else None,
            worker=f"{community}#{ticket.repairer}" if ticket.repairer else None,
            **cls.timed(ticket.ticket, ticket.due_at),
        )

    def changes(self, *, leaves_incident: bool = False) -> list[Action]:
        """What to set and remove so that a row becomes this one; its incident stays, or is left."""
        left = [TicketRow.incident.remove()] if leaves_incident else []
        names = ("ticket", "version", "attempt", "shelf", "worker", "due_shard", "due_at")
        pairs = [(getattr(TicketRow, name), getattr(self, name)) for name in names]
        return left + [path.remove() if value is None else path.set(value) for path, value in pairs]


class TimelineRow(Row, discriminator="timeline"):
    """A line of a ticket's timeline: written once, changed never."""

    KEPT = Lifetime()
    PERSONAL = unnamed("entry.person")
    key = Key("{community}#ticket#{ticket}", "timeline#{version}")

    entry = ContractAttribute(Entry)

    @classmethod
    def of(cls, ticket: Ticket, entry: Entry) -> "TimelineRow":
        """A line of a ticket's timeline."""
        return cls(*cls.key(ticket.community, ticket.ticket, f"{entry.version:06}"), entry=entry)


class RatesRow(Row, discriminator="rates"):
    """How many tickets of the month have each mark."""

    KEPT = Lifetime()
    PERSONAL = NOBODY
    key = Key("{community}#rates#{month}", "{shard}")

    reported = NumberAttribute(default=0)
    responded = NumberAttribute(default=0)
    responded_in_time = NumberAttribute(default=0)
    resolved = NumberAttribute(default=0)
    resolved_in_time = NumberAttribute(default=0)
    rated = NumberAttribute(default=0)
    confirmed_resolved = NumberAttribute(default=0)
    satisfied = NumberAttribute(default=0)

    @staticmethod
    def adding(changes: dict[Mark, int]) -> list[Action]:
        """What adds `changes` to a shard, making it if need be."""
        added: list[Action] = [getattr(RatesRow, mark).add(number) for mark, number in changes.items()]
        return [*added, RatesRow.kind.set(RatesRow)]
