"""What falls due: rows that somebody has to look at by a certain time, found without reading any other.

The sparse index `due` of a service's table holds their keys and kind, in shards, so that no partition takes
all the writes. What was seen to leaves it by the same write.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, ClassVar, TypeVar
from zlib import crc32

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.update import Action
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection

from linli.instants import to_text
from linli.observability import Series
from linli.tables import InstantAttribute, Row


def shard_of(entity: str, shards: int) -> str:
    """Which of so many shards something falls into, the same every time."""
    return str(crc32(entity.encode()) % shards)


class Due(GlobalSecondaryIndex["TimedRow"]):
    """Whatever falls due, by when. What waits for nobody but people is not in it."""

    class Meta:
        index_name = "due"
        projection = IncludeProjection(["kind"])  # which every query of a kind of rows filters by

    due_shard = UnicodeAttribute(hash_key=True)
    due_at = InstantAttribute(range_key=True)


class TimedRow(Row):
    """A row that may fall due: both keys of the index are set together, or neither.

    `SHARDS`: one takes 1,000 writes a second. `LANE`: kinds of a table that are read apart have shards apart.
    """

    SHARDS: ClassVar[int] = 16
    LANE: ClassVar[str] = ""

    due_shard = UnicodeAttribute(null=True)
    due_at = InstantAttribute(null=True)
    due = Due()

    @classmethod
    def timed(cls, entity: str, at: datetime | None) -> dict[str, Any]:
        """The keys of a row that falls due `at`, or never; `entity` decides on the shard."""
        shard = f"{cls.LANE}{shard_of(entity, cls.SHARDS)}"
        return {"due_shard": shard if at else None, "due_at": at}

    @classmethod
    def timing(cls, entity: str, at: datetime | None) -> list[Action]:
        """What sets or removes these keys in a row that is there."""
        if at is None:
            return cls.no_longer_due()
        return [getattr(cls, name).set(value) for name, value in cls.timed(entity, at).items()]

    @classmethod
    def no_longer_due(cls) -> list[Action]:
        """What takes a row that is there out of the index."""
        return [cls.due_shard.remove(), cls.due_at.remove()]


Timed = TypeVar("Timed", bound=TimedRow)


def due(kind: type[Timed], now: datetime, most: int) -> Iterator[Timed]:
    """The rows of a kind that are due by `now`, no more of them than their keys, the longest overdue first.

    There is no lower bound: what a missed run left, the next one finds. `most`: of each shard; the rest is
    due a minute later still.
    """
    for shard in range(kind.SHARDS):
        yield from kind.query(f"{kind.LANE}{shard}", kind.due_at <= now, index_name="due", limit=most)


def see_to_each(action: str, rows: Iterable[Timed], now: datetime, see_to: Callable[[Timed], str]) -> str:
    """See to all rows that are due, each an attempt of its own at `action`, with the outcome of `see_to`.

    One that fails is logged and counted, stays due, and holds up no other. Returns the outcome of the run:
    `done`, `some_failed` or `nothing_due`.
    """
    series = Series()
    for row in rows:
        rest = row.pk.partition("#")[2]
        with series.attempt(action, f"{rest}/{row.sk}:{to_text(now)}", community=row.community) as attempt:
            attempt.outcome = see_to(row)
    return "some_failed" if series.failed else "done" if series.outcomes else "nothing_due"
