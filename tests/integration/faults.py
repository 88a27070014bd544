"""Faults of the store, as botocore raises them: it is silent, busy, held by others; or we are killed.

A fault strikes once its call has been applied, or before. It reaches PynamoDB as it would after all of
botocore's own repeats, without their pauses.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

from linli.tables import Row
from tests.integration.quick_table import Killed, failed

ENDPOINT = "https://dynamodb.example"
TABLE_CALLS = "dynamodb"


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to a call: `applied` or not, it ends with the error that `of` makes for its operation."""

    name: str
    of: Callable[[str], BaseException]
    applied: bool = False


def timed_out(_operation: str) -> BaseException:
    """No answer within the time a client waits."""
    return ReadTimeoutError(endpoint_url=ENDPOINT)


def hung_up(_operation: str) -> BaseException:
    """The connection ended before an answer came."""
    return ConnectionClosedError(endpoint_url=ENDPOINT)


def throttled(operation: str) -> BaseException:
    """The store is too busy."""
    return failed(operation, "ProvisionedThroughputExceededException")


def held(operation: str) -> BaseException:
    """Another transaction holds the rows; a read is throttled instead, since nothing holds it up."""
    if operation == "TransactWriteItems":
        reasons = [{"Code": "TransactionConflict", "Message": ""}]
        return failed(operation, "TransactionCanceledException", CancellationReasons=reasons)
    if operation in {"BatchGetItem", "Query", "GetItem", "Scan"}:
        return throttled(operation)
    return failed(operation, "TransactionConflictException")


def killed(_operation: str) -> BaseException:
    """The process ends."""
    return Killed()


FAULTS = (
    Fault("throttled", throttled),
    Fault("timed_out", timed_out),
    Fault("reply_lost", hung_up, applied=True),
    Fault("held_by_others", held),
    Fault("killed_before", killed),
    Fault("killed_after", killed, applied=True),
)


@contextmanager
def struck(where: Callable[[int, str], Fault | None]) -> Iterator[list[str]]:
    """The operations the table is called with from here on; `where(number, operation)`: what strikes one."""
    calls: list[str] = []
    events = Row._get_connection().connection.client.meta.events
    striking: list[Fault] = []

    def before(model: Any, **_: Any) -> None:
        striking.clear()
        calls.append(model.name)
        fault = where(len(calls) - 1, model.name)
        if fault is not None and not fault.applied:
            raise fault.of(model.name)
        if fault is not None:
            striking.append(fault)

    def after(model: Any, **_: Any) -> None:
        if striking:
            raise striking.pop().of(model.name)

    events.register_first(f"before-call.{TABLE_CALLS}", before)
    events.register_first(f"after-call.{TABLE_CALLS}", after)
    try:
        yield calls
    finally:
        events.unregister(f"before-call.{TABLE_CALLS}", before)
        events.unregister(f"after-call.{TABLE_CALLS}", after)
