"""Leaves the keys of what is due to the workers."""

from datetime import datetime

from functions.care.calling.rows import AlertRow, MessageRow
from functions.care.sweeping import store as sweeping
from functions.care.sweeping.tasks import DueKey, due_tasks
from functions.care.tending.rows import DutyRow, VisitRow
from functions.care.watching.rows import StateRow
from linli.due import TimedRow, due
from linli.tasks import leave

MOST_A_RUN = 2000  # per shard
OTHERS = "escalation"
WORKERS: dict[type[TimedRow], str] = {  # a query finds the kinds of rows that are imported, and no others
    StateRow: "idle_alert",
    AlertRow: OTHERS,
    MessageRow: OTHERS,
    DutyRow: OTHERS,
    VisitRow: OTHERS,
}


def sweep(now: datetime) -> str:
    """Leave a task for every few rows. Returns the outcome."""
    by_worker: dict[str, list[DueKey]] = {}
    for row in due(TimedRow, now, MOST_A_RUN):
        key = DueKey(pk=row.pk, sk=row.sk, kind=TimedRow.kind.serialize(type(row)))
        by_worker.setdefault(WORKERS.get(type(row), OTHERS), []).append(key)
    for worker, keys in by_worker.items():
        leave(worker, due_tasks(keys, now))
    sweeping.beat(now)
    return "left" if by_worker else "nothing_due"
