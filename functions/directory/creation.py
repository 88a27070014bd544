"""Creating a row under an id that the caller chose: once, however often the request arrives."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from functions.directory.tables import BuildingRow, CommunityRow, UnitRow
from linli.errors import Conflict
from linli.http import Request
from linli.idempotency import CreationKey
from linli.tables import ConditionsFailed, Transaction, read

Created = TypeVar("Created", CommunityRow, BuildingRow, UnitRow)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request to create: its id, which the row keeps, and the key under which it may come again."""

    id: str
    key: CreationKey | None
    now: datetime

    @classmethod
    def of(cls, request: Request[Any, Any]) -> "Attempt":
        """The attempt that a request is."""
        return cls(request.correlation_id, request.creation_key, request.now)


def create(row: Created, transaction: Transaction, attempt: Attempt) -> Created:
    """Write `row` with all else in `transaction`, or find the row that this request wrote before.

    Raises Conflict when the id is taken, IdempotencyKeyReused when the key stood for another request.
    """
    transaction.create("created", row)
    if attempt.key:
        attempt.key.claim(transaction, row.sk, attempt.now)
    try:
        transaction.commit()
    except ConditionsFailed as failed:
        standing = failed.rows.get("created")
        if attempt.key and attempt.key.earlier(failed):
            standing = read([(row.pk, row.sk)]).get((row.pk, row.sk))
        elif isinstance(standing, type(row)) and standing.attempt != row.attempt:
            standing = None
        if isinstance(standing, type(row)):
            return standing
        raise Conflict("this id is taken") from failed
    return row
