"""A month's counts, which each ticket's steps keep up to date."""

from typing import get_args

from functions.maintenance.tickets.rates import Mark
from functions.maintenance.tickets.rows import RatesRow


def counts(community: str, month: str) -> dict[str, int]:
    """The sum over the shards: one query of at most eight rows."""
    rows = list(RatesRow.query(RatesRow.key.partition(community, month), consistent_read=True))
    return {mark: sum(int(getattr(row, mark)) for row in rows) for mark in get_args(Mark)}
