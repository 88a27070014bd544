"""The rows that a service keeps of its alerts, and the index of lists that staff go through.

A service has kinds of its own of those without a discriminator, in its words and with its lifetimes.
"""

from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from pynamodb.attributes import NumberAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from linli.due import TimedRow
from linli.escalation.alerts import Alert
from linli.escalation.models import Entry, Message
from linli.escalation.roster import OnDuty
from linli.instants import to_text
from linli.keys import Key, RowKey
from linli.lifetimes import Lifetime
from linli.personal.fates import gone_with
from linli.tables import ContractAttribute, Row

SENT_AGAIN = timedelta(days=7)  # as long as a device or an app may repeat itself


class Queue(GlobalSecondaryIndex["QueueRow"]):
    """Lists in the order of their `place`: what staff have to see to, alerts that are over, rounds."""

    class Meta:
        index_name = "queue"
        projection = AllProjection()

    queue = UnicodeAttribute(hash_key=True)
    place = UnicodeAttribute(range_key=True)


class QueueRow(TimedRow):
    """A row that is on a list of the community; both keys are set together, or neither."""

    queue = UnicodeAttribute(null=True)
    place = UnicodeAttribute(null=True)
    by_queue = Queue()


def staff_queue(community: str) -> str:
    """What somebody has to see to."""
    return f"{community}#queue"


def archive(community: str) -> str:
    """Alerts that are over."""
    return f"{community}#closed"


class AlertRow(QueueRow):
    """An alert as it is now. `attempt`: who wrote it last. Its key is of community and alert."""

    key: ClassVar[Key]

    alert: ContractAttribute[Any]
    version = NumberAttribute()
    attempt = UnicodeAttribute()

    @classmethod
    def of(cls, alert: Alert, attempt: str) -> Self:
        """An alert's row, with what the indexes go by."""
        return cls(
            *cls.key(alert.community, alert.alert),
            alert=alert,
            version=alert.version,
            attempt=attempt,
            queue=staff_queue(alert.community) if alert.is_open else archive(alert.community),
            place=alert.place if alert.is_open else alert.alert,
            **cls.timed(alert.alert, alert.due_at),
            ttl=None if alert.is_open else cls.KEPT.until(alert.changed_at),
        )


class MessageRow(TimedRow):
    """A message to somebody, pending while it is in the index `due`. Its key is of community, alert, message.

    `state`: pending, sent, delivered, failed, or dropped, when nobody had to be told any more. `replies`: the
    gateway's ids of the answers that have had their effect.
    """

    key: ClassVar[Key]

    message: ContractAttribute[Any]
    state = UnicodeAttribute(default="pending")
    replies = UnicodeSetAttribute(null=True)

    @classmethod
    def where(cls, community: str, message: str) -> RowKey:
        """Where a message is; its id begins with its alert's."""
        return cls.key(community, message.rpartition("-")[0], message)

    @classmethod
    def of(cls, message: Message, again_at: datetime) -> Self:
        """A message about to be sent; should that be cut short, it falls due at `again_at`."""
        return cls(
            *cls.where(message.community, message.message),
            message=message,
            **cls.timed(message.message, again_at),
            ttl=cls.KEPT.until(message.made_at),
        )


class EntryRow(Row):
    """A line of a timeline: written once, changed never. Its key is of community, whom or what it is about,
    time, and what tells it from others of that time.
    """

    key: ClassVar[Key]

    entry: ContractAttribute[Any]

    @classmethod
    def of(cls, community: str, subject: str, entry: Entry, key: str) -> Self:
        """A line of a timeline; `key` tells it from others of the same moment."""
        return cls(
            *cls.key(community, subject, to_text(entry.at), key),
            entry=entry,
            ttl=cls.KEPT.until(entry.at),
        )


class RosterRow(Row, discriminator="roster"):
    """Who is on duty, and when."""

    KEPT = Lifetime("until struck off")
    PERSONAL = gone_with("person")
    key = Key("{community}#roster", "{person}")

    on_duty = ContractAttribute(OnDuty)
