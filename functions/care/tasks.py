"""Tasks that the service leaves in its own queues."""

from collections.abc import Iterable, Sequence
from functools import cache

from linli.aws import client
from linli.contracts import Contract
from linli.instants import Instant
from linli.naming import stage

KEYS_A_TASK = 25


class DueKey(Contract):
    """A row that has fallen due."""

    pk: str
    sk: str
    kind: str


class DueTask(Contract):
    """Rows that were due at `at`, the time of the sweep. Whoever gets it looks whether they still are."""

    at: Instant
    rows: list[DueKey]


def due_tasks(rows: Sequence[DueKey], at: Instant) -> list[DueTask]:
    """The tasks for some rows, a few rows each."""
    firsts = range(0, len(rows), KEYS_A_TASK)
    return [DueTask(at=at, rows=list(rows[first : first + KEYS_A_TASK])) for first in firsts]


@cache
def _url(name: str) -> str:
    return str(client("sqs").get_queue_url(QueueName=name)["QueueUrl"])


def leave(action: str, tasks: Iterable[Contract]) -> None:
    """Put tasks into the queue of `action`, one after the other."""
    for each in tasks:
        url = _url(f"linli-{stage()}-care-{action.replace('_', '-')}")
        client("sqs").send_message(QueueUrl=url, MessageBody=each.model_dump_json(exclude_none=True))
