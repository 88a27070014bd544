"""Reads the keys of what is due, shard by shard, and leaves them to the workers."""

from collections.abc import Iterator
from datetime import datetime

from functions.care import beats
from functions.care.tables import DUE_SHARDS, DueRow
from functions.care.tasks import DueKey, due_tasks, leave

MOST_A_RUN = 2000  # per shard; the rest is due a minute later still
WORKERS = {"watch_state": "idle_alert"}
OTHERS = "escalation"


def due(now: datetime) -> Iterator[DueKey]:
    """The keys of all that is due by `now`, the longest overdue of each shard first."""
    for shard in range(DUE_SHARDS):
        for row in DueRow.due.query(str(shard), DueRow.due_at <= now, limit=MOST_A_RUN):
            yield DueKey(pk=row.pk, sk=row.sk, kind=DueRow.kind.serialize(type(row)))


def sweep(now: datetime) -> str:
    """Leave a task for every few rows. Returns the outcome."""
    by_worker: dict[str, list[DueKey]] = {}
    for key in due(now):
        by_worker.setdefault(WORKERS.get(key.kind, OTHERS), []).append(key)
    for worker, keys in by_worker.items():
        leave(worker, due_tasks(keys, now))
    beats.beat(now)
    return "left" if by_worker else "nothing_due"
