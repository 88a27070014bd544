"""Creating a row under an id that the caller chose: once, however often the request arrives."""

from typing import TypeVar

from functions.directory.tables import BuildingRow, CommunityRow, UnitRow
from linli.errors import Conflict
from linli.idempotency import Creation
from linli.tables import ConditionsFailed, Transaction, read

Created = TypeVar("Created", CommunityRow, BuildingRow, UnitRow)


def create(row: Created, transaction: Transaction, creation: Creation) -> Created:
    """Write `row` with all else in `transaction`, or find the row that this request wrote before.

    Raises Conflict when the id is taken, IdempotencyKeyReused when the key stood for another request.
    """
    transaction.create("created", row)
    creation.claim(transaction, row.sk)
    try:
        transaction.commit()
    except ConditionsFailed as failed:
        standing = failed.rows.get("created")
        if creation.earlier(failed):
            standing = read([(row.pk, row.sk)]).get((row.pk, row.sk))
        elif isinstance(standing, type(row)) and standing.attempt != row.attempt:
            standing = None
        if isinstance(standing, type(row)):
            return standing
        raise Conflict("this id is taken") from failed
    return row
