"""The rows of timelines, and the index of lists that staff go through."""

from datetime import timedelta

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from functions.care.timeline.models import Entry
from linli.due import TimedRow
from linli.instants import to_text
from linli.keys import Key
from linli.lifetimes import Lifetime
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


class EntryRow(Row, discriminator="care_entry"):
    """A line of a person's timeline: written once, changed never."""

    KEPT = Lifetime("{}", timedelta(days=730))
    key = Key("{community}#timeline#{person}", "{at}#{line}")

    entry = ContractAttribute(Entry)

    @classmethod
    def of(cls, community: str, person: str, entry: Entry, key: str) -> "EntryRow":
        """A line of a person's timeline; `key` tells it from others of the same moment."""
        return cls(
            *cls.key(community, person, to_text(entry.at), key),
            entry=entry,
            ttl=cls.KEPT.until(entry.at),
        )
