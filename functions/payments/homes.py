"""Who lives where, as the directory said last."""

from functions.payments.tables import LivingRow
from linli.tables import read


def home_of(community: str, person: str) -> str | None:
    """Where a person lives."""
    key = LivingRow.key(community, person)
    row = read([key]).one(LivingRow, key)
    return row.home if row else None
