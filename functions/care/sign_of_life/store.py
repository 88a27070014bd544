"""Whom a fact is about."""

from functions.care.intake.rows import HomeRow
from linli.tables import read


def living_in(community: str, home: str) -> list[str]:
    """Who is watched over in a home."""
    key = HomeRow.key(community, home)
    row = read([key]).one(HomeRow, key)
    return sorted(row.people or ()) if row else []
