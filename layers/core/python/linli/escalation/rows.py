"""The index of lists that staff go through, and the rows that are on them."""

from datetime import timedelta

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from linli.due import TimedRow

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
