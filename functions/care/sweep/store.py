"""Leaves the keys of what is due to the workers."""

from datetime import datetime

from functions.care.sweeping import store as beats
from functions.care.sweeping.tasks import DueKey, due_tasks, leave
from linli.due import TimedRow, due

MOST_A_RUN = 2000  # per shard
WORKERS = {"watch_state": "idle_alert"}
OTHERS = "escalation"


def sweep(now: datetime) -> str:
    """Leave a task for every few rows. Returns the outcome."""
    by_worker: dict[str, list[DueKey]] = {}
    for row in due(TimedRow, now, MOST_A_RUN):
        key = DueKey(pk=row.pk, sk=row.sk, kind=TimedRow.kind.serialize(type(row)))
        by_worker.setdefault(WORKERS.get(key.kind, OTHERS), []).append(key)
    for worker, keys in by_worker.items():
        leave(worker, due_tasks(keys, now))
    beats.beat(now)
    return "left" if by_worker else "nothing_due"
