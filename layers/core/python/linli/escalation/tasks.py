"""Tasks for rows that have fallen due, as a sweep leaves them to its workers."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from pynamodb.expressions.update import Action

from linli.contracts import Contract
from linli.due import TimedRow, due
from linli.instants import Instant
from linli.queues import Delivery
from linli.tables import ConditionsFailed, Transaction
from linli.tasks import leave

KEYS_A_TASK = 25
MOST_A_RUN = 2000  # per shard
EVERYBODY = "everybody"  # stands for rows of a community that are found when the task is done
LATE = timedelta(minutes=2)


class DueKey(Contract):
    """A row that has fallen due."""

    pk: str
    sk: str
    kind: str


def everybody(community: str, after: str = "") -> DueKey:
    """All of a community that a worker looks after, but for those up to `after`: look at them anew."""
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


def leave_due(workers: Mapping[type[TimedRow], str], otherwise: str, now: datetime) -> str:
    """Leave the keys of what is due by `now` to the workers for these kinds of rows, and to `otherwise`.

    A query finds the kinds of rows that are imported, and no others. Returns the outcome.
    """
    by_worker: dict[str, list[DueKey]] = {}
    for row in due(TimedRow, now, MOST_A_RUN):
        key = DueKey(pk=row.pk, sk=row.sk, kind=TimedRow.kind.serialize(type(row)))
        by_worker.setdefault(workers.get(type(row), otherwise), []).append(key)
    for worker, keys in by_worker.items():
        leave(worker, due_tasks(keys, now))
    return "left" if by_worker else "nothing_due"


def change_due(row: TimedRow, actions: Iterable[Action], transaction: Transaction | None = None) -> None:
    """Change a row that was due, with all of `transaction`, unless another worker has been faster."""
    transaction = transaction or Transaction()
    transaction.update("due", type(row)(row.pk, row.sk), list(actions), TimedRow.due_at == row.due_at)
    with suppress(ConditionsFailed):
        transaction.commit()
