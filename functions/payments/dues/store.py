"""Bills and credits as they are now, and what uses a credit."""

from collections.abc import Iterable
from datetime import datetime

from pynamodb.expressions.update import Action

from functions.payments.dues.models import Due
from functions.payments.dues.rows import DueRow
from linli.tables import Transaction, read


def dues_now(community: str, bills: Iterable[str]) -> dict[str, Due]:
    """Bills and credits of a community as they are now, by id; without those that are not there."""
    keys = {DueRow.key(community, bill) for bill in bills}
    found = (row.now for row in read(keys).values() if isinstance(row, DueRow))
    return {due.bill: due for due in found}


def use_credit(
    transaction: Transaction, name: str, of: tuple[str, Due], fen: int, *, by: str, now: datetime
) -> None:
    """Add to a transaction that `fen` of a community's credit lower what `by` pays, if nobody has used any of
    the credit since it was read.
    """
    community, credit = of
    changes: list[Action] = [DueRow.refunded_fen.add(fen)]
    if fen == credit.left_fen:
        changes += DueRow.paying(community, by, now)
    unused = DueRow.refunded_fen.does_not_exist()
    as_known = DueRow.refunded_fen == credit.refunded_fen if credit.refunded_fen else unused
    transaction.update(name, DueRow(*DueRow.key(community, credit.bill)), changes, as_known)
