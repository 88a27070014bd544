"""Creating a row under an id that the caller chose: once, however often the request arrives."""

from typing import TypeVar

from functions.directory.estate.rows import BuildingRow, CommunityRow, UnitRow
from linli.errors import Conflict
from linli.idempotency import Creation
from linli.tables import ConditionsFailed, Transaction, find

Created = TypeVar("Created", CommunityRow, BuildingRow, UnitRow)


def create(row: Created, transaction: Transaction, creation: Creation) -> Created:
    """Write `row` with all else in `transaction`, or find the row that this request wrote before.

    Raises Conflict when the id is taken, IdempotencyKeyReused when the key stood for another request.
    """
    transaction.create("created", row)
    creation.claim(transaction, row.sk)
    return creation.once(lambda: _created(row, transaction), lambda _: find(type(row), (row.pk, row.sk)))


def _created(row: Created, transaction: Transaction) -> Created:
    try:
        transaction.commit()
    except ConditionsFailed as failed:
        standing = failed.rows.get("created")
        if not isinstance(standing, type(row)) or standing.attempt != row.attempt:
            raise Conflict("id_taken") from failed
    return row
