"""What has to be looked at again: read when it is due, shard by shard, the longest overdue first."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import TypeVar

from functions.payments.tables import WAKE_SHARDS, CallbackRow, IntentRow, RefundRow
from linli.instants import to_text
from linli.observability import observed
from linli.tables import Row

MOST_A_RUN = 25  # per shard; the rest is due a minute later still
LONGEST = timedelta(hours=1)
Sleeper = TypeVar("Sleeper", CallbackRow, IntentRow, RefundRow)


def due(kind: type[Sleeper], what: str, now: datetime) -> Iterator[tuple[str, str]]:
    """The keys of all rows of a kind that are due by `now`."""
    for shard in range(WAKE_SHARDS):
        for row in kind.waking.query(f"{what}#{shard}", kind.wake_at <= now, limit=MOST_A_RUN):
            yield row.pk, row.sk


def later(tries: int) -> timedelta:
    """How long to wait after so many tries: 2, 4, 8 … minutes, an hour at most."""
    return min(timedelta(minutes=2 ** min(tries + 1, 10)), LONGEST)


def each(
    action: str, keys: Iterable[tuple[str, str]], now: datetime, see_to: Callable[[str, str], str]
) -> str:
    """See to all of them; one that fails stays due and holds up no other. Returns the outcome of the run."""
    done = failed = 0
    for pk, sk in keys:
        community, _, rest = pk.partition("#")
        try:
            with observed(action, f"{rest}/{sk}:{to_text(now)}", community=community) as attempt:
                attempt.outcome = see_to(pk, sk)
            done += 1
        except Exception:  # noqa: BLE001  observed has logged and counted it
            failed += 1
    return "some_failed" if failed else "done" if done else "nothing_due"


def community_of(row: Row) -> str:
    """The community that a row belongs to."""
    return str(row.pk).partition("#")[0]
