"""Who lives where, as the directory said last."""

from functions.payments.tables import LivingRow
from linli.tables import read


def homes_of(community: str, person: str) -> list[str]:
    """Where a person lives: each of their homes."""
    key = LivingRow.key(community, person)
    row = read([key]).one(LivingRow, key)
    return row.places if row else []
