"""Which communities the monthly schedule goes through."""

from functions.utilities.bills.rows import ScheduledRow
from linli.tables import Transaction


def schedule(community: str) -> None:
    """Let the schedule go through this community from now on; again changes nothing."""
    transaction = Transaction()
    transaction.put("community", ScheduledRow(*ScheduledRow.key(community)))
    transaction.commit()
