"""Looks at the things that are due."""

from datetime import datetime

from functions.insight.board import store as board
from functions.insight.board.rows import ThingRow
from linli.due import due, see_to_each

MOST_A_RUN = 100  # per shard


def sweep(now: datetime) -> str:
    """Look at all that nobody has told of for long. Returns the outcome."""
    rows = due(ThingRow, now, MOST_A_RUN)
    return see_to_each("silent_thing", rows, now, lambda row: board.look(row.community, row.sk, now))
