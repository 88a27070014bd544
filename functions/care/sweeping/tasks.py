"""Tasks that the service leaves in its own queues."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from linli.contracts import Contract
from linli.instants import Instant
from linli.queues import Delivery

KEYS_A_TASK = 25
EVERYBODY = "everybody"  # stands for rows of a community that are found when the task is done
LATE = timedelta(minutes=2)


class DueKey(Contract):
    """A row that has fallen due."""

    pk: str
    sk: str
    kind: str


def everybody(community: str, after: str = "") -> DueKey:
    """All who are watched over in a community, but for those up to `after`: look at them anew."""
    return DueKey(pk=community, sk=after or "-", kind=EVERYBODY)


class DueTask(Contract):
    """Rows that were due at `at`, the time of the sweep. Whoever gets it looks whether they still are.

    `direct`: left by whoever made them due, who waits for no sweep.
    """

    at: Instant
    rows: list[DueKey]
    direct: bool = False

    def time(self, delivery: Delivery) -> datetime | None:
        """When this is done: not before it was taken out of the queue, so that a backlog waits between two
        steps as long as ever.

        None for what is of no use any more: the sweep's own, once later sweeps have left the same rows again.
        One that is delivered again is older than they are, whatever its queue says. A direct one is late
        rather than never.
        """
        waited = delivery.first_at - delivery.sent_at
        if not self.direct and (delivery.times > 1 or waited > LATE):
            return None
        return max(self.at, delivery.first_at)


def due_tasks(rows: Sequence[DueKey], at: Instant, *, direct: bool = False) -> list[DueTask]:
    """The tasks for some rows, a few rows each."""
    firsts = range(0, len(rows), KEYS_A_TASK)
    return [DueTask(at=at, rows=list(rows[first : first + KEYS_A_TASK]), direct=direct) for first in firsts]
