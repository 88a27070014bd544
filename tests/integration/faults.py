"""Faults of the store, on the wire: it is silent, busy, held by others; or we are killed.

A fault strikes once its call has been applied, or before, and each time that the client repeats the call;
one that is `over` by then leaves the repeat to meet what the call has done.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus

from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from linli.connections import Answer, Asked
from tests.integration import wire
from tests.integration.quick_table import Killed, failed

ENDPOINT = "https://dynamodb.example"
TABLE_CALLS = "dynamodb"


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to a call: `applied` or not, it ends with the error that `of` makes for its operation."""

    name: str
    of: Callable[[str], BaseException]
    applied: bool = False
    over: bool = False


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
    Fault("only_reply_lost", hung_up, applied=True, over=True),
    Fault("held_by_others", held),
    Fault("killed_before", killed),
    Fault("killed_after", killed, applied=True),
)


@dataclass(slots=True)
class _Strike:
    """A call, by its body, and what strikes it. A transaction's token, which moto does not look at, makes its
    repeat end as the first.
    """

    body: bytes
    fault: Fault | None
    kept_by_token: Answer | None = None


@contextmanager
def struck(where: Callable[[int, str], Fault | None]) -> Iterator[list[str]]:
    """The operations the table is called with from here on; `where(number, operation)`: what strikes one, on
    each of its attempts.
    """
    calls: list[str] = []
    striking = _Strike(b"", None)

    def strike(asked: Asked, pass_on: wire.PassOn) -> Answer:
        nonlocal striking
        repeated = asked.request.body is striking.body
        if not repeated:
            calls.append(wire.operation(asked))
            striking = _Strike(asked.request.body, where(len(calls) - 1, wire.operation(asked)))
        fault = striking.fault
        if fault is None:
            return pass_on(asked)
        if repeated and fault.over:
            return striking.kept_by_token or pass_on(asked)
        if not repeated and fault.applied:
            answer = pass_on(asked)
            if "TransactWriteItems" in asked.operation and answer.status == HTTPStatus.OK:
                striking.kept_by_token = answer
        error = fault.of(wire.operation(asked))
        if isinstance(error, ClientError):
            return wire.refused(error)
        raise error

    with wire.between(TABLE_CALLS, strike):
        yield calls
