"""The rows of the maintenance table; the README says who reads them how."""

from datetime import timedelta

from pynamodb.attributes import (
    BooleanAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
)
from pynamodb.expressions.update import Action
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from functions.maintenance.people.models import SetUp
from functions.maintenance.tickets.models import Entry, Need, Ticket
from functions.maintenance.tickets.rates import Mark
from linli.due import TimedRow
from linli.lifetimes import Lifetime
from linli.tables import ContractAttribute, CopyRow, InstantAttribute, Row
from linli.vocabulary.maintenance import Priority

Key = tuple[str, str]
RATE_SHARDS = 8
RANKS: tuple[Priority, ...] = ("emergency", "urgent", "general", "complex")


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
    """`<community>#ticket#<ticket>` / `ticket`: a ticket as it is now.

    `attempt`: who wrote it last. `incident` is the mass outage it belongs to: set beside the ticket, since
    it is no transition. The others are the keys of the indexes, and follow from the ticket.
    """

    KEPT = Lifetime("{} after its end", timedelta(days=730))

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

    @staticmethod
    def key(community: str, ticket: str) -> Key:
        """Where a ticket is."""
        return f"{community}#ticket#{ticket}", "ticket"

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
    """`<community>#ticket#<ticket>` / `timeline#<version>`: written once, changed never."""

    KEPT = Lifetime()

    entry = ContractAttribute(Entry)

    @classmethod
    def of(cls, ticket: Ticket, entry: Entry) -> "TimelineRow":
        """A line of a ticket's timeline."""
        return cls(f"{ticket.community}#ticket#{ticket.ticket}", f"timeline#{entry.version:06}", entry=entry)


class PhotoRow(TimedRow, discriminator="photo"):
    """`<community>#ticket#<ticket>` / `photo#<number>`: a place in the bucket that somebody may upload to.

    `shown`: it has been looked at, and what it gave away is out of it; `refused`: why it is not shown.
    Neither is said of what has not been looked at, or not been uploaded. It is due once nobody can any more.
    """

    SHARDS = 1
    LANE = "photo-"

    shown = BooleanAttribute(null=True)
    refused = UnicodeAttribute(null=True)
    photo = UnicodeAttribute()
    content_type = UnicodeAttribute()
    added_by = UnicodeAttribute()
    added_at = InstantAttribute()

    @staticmethod
    def key(community: str, ticket: str, number: int) -> Key:
        """Where the ticket's photo with this number is."""
        return f"{community}#ticket#{ticket}", f"photo#{number}"


class RepairerRow(Row, discriminator="repairer"):
    """`<community>#repairers` / `<person>`: who repairs.

    The manager's word (`set_up`), the directory's (`member`) and the tickets in hand (`holds`) are written
    each on its own. `off_duty` is part of the manager's word, which a condition can read.
    """

    KEPT = Lifetime()

    set_up = ContractAttribute(SetUp, null=True)
    off_duty = BooleanAttribute(null=True)
    member = BooleanAttribute(default=False)
    holds = UnicodeSetAttribute(null=True)

    @property
    def works(self) -> bool:
        """Whether they may have tickets in hand at all."""
        return self.member and (self.set_up is None or self.set_up.on_duty)

    @staticmethod
    def key(community: str, person: str) -> Key:
        """Where a repairer is."""
        return f"{community}#repairers", person


class ManagerRow(Row, discriminator="maintenance_manager"):
    """`<community>#managers` / `<person>`: who runs the community, or once did; is told what is late."""

    member = BooleanAttribute()

    @staticmethod
    def key(community: str, person: str) -> Key:
        """Where a manager is."""
        return f"{community}#managers", person


class MemberRow(CopyRow, discriminator="maintenance_member"):
    """`<community>#members` / `<person>`: the version of the roles that was taken in last, and where somebody
    lives (`<building>/<unit>`) who has one home.
    """

    home = UnicodeAttribute(null=True)

    @staticmethod
    def key(community: str, person: str) -> Key:
        """Where a member is."""
        return f"{community}#members", person


class EscalationRow(TimedRow, discriminator="ticket_escalation"):
    """`<community>#escalations` / `<rank>#<ticket>#<need>`: what staff have to see to, the most urgent first.

    It is there as long as the ticket needs it. It is due while managers still have to be sent a message:
    `told` have been, once at least; `reached` have been in this `turn`; `tries`: how often in all.
    """

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

    @staticmethod
    def key(community: str, ticket: str, priority: Priority, need: Need) -> Key:
        """Where one need of a ticket is."""
        return f"{community}#escalations", f"{RANKS.index(priority)}#{ticket}#{need}"


class LockRow(Row, discriminator="lock"):
    """`<community>#lock#<asset>` / `<fault>`: the one open ticket about it, how often told, when last."""

    KEPT = Lifetime("for ever, one per fault")

    ticket_id = UnicodeAttribute()
    episode = UnicodeAttribute()
    told = NumberAttribute()
    last_seen = InstantAttribute()
    released = BooleanAttribute(default=False)

    @staticmethod
    def key(community: str, asset: str, fault: str) -> Key:
        """Where the lock of a fault of an asset is."""
        return f"{community}#lock#{asset}", fault


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


class RatesRow(Row, discriminator="rates"):
    """`<community>#rates#<month>` / `<shard>`: how many tickets of the month have each mark."""

    KEPT = Lifetime()

    reported = NumberAttribute(default=0)
    responded = NumberAttribute(default=0)
    responded_in_time = NumberAttribute(default=0)
    resolved = NumberAttribute(default=0)
    resolved_in_time = NumberAttribute(default=0)
    rated = NumberAttribute(default=0)
    confirmed_resolved = NumberAttribute(default=0)
    satisfied = NumberAttribute(default=0)

    @staticmethod
    def partition(community: str, month: str) -> str:
        """Where a month's counts are."""
        return f"{community}#rates#{month}"

    @staticmethod
    def adding(changes: dict[Mark, int]) -> list[Action]:
        """What adds `changes` to a shard, making it if need be."""
        added: list[Action] = [getattr(RatesRow, mark).add(number) for mark, number in changes.items()]
        return [*added, RatesRow.kind.set(RatesRow)]


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
