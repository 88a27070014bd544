"""What of a sensor's word cannot be believed, counted until it is right again, so that people know.

A sensor that has lost its clock tells no time (1970), one that has lost its counter uses old numbers.
"""

from datetime import datetime, timedelta

from linli.contracts import Contract
from linli.instants import Instant

TOLD_AGAIN = timedelta(days=1)  # who has settled the duty knows, and may wait for a battery


class Unbelieved(Contract):
    """How often a sensor has spoken in a way that cannot be believed, since it last did otherwise.

    `clock`: what is wrong with its clock, as it was the last time. `told_at`: when staff were told last.
    """

    since: Instant
    last_at: Instant
    clock: str = ""
    clocks: int = 0
    numbers: int = 0
    told_at: Instant | None = None


def disbelieved(before: Unbelieved | None, clock: str, at: datetime, *, id_reused: bool) -> Unbelieved:
    """The doubt once a sensor has spoken `at` by such a clock, or under a number it had used before."""
    known = before or Unbelieved(since=at, last_at=at)
    return known.model_copy(
        update={
            "last_at": max(known.last_at, at),
            "clock": clock or known.clock,
            "clocks": known.clocks + bool(clock),
            "numbers": known.numbers + id_reused,
        }
    )


def is_news(doubt: Unbelieved, at: datetime) -> bool:
    """Whether staff are to be told: at once, and a day later again although they have settled it."""
    return doubt.told_at is None or at - doubt.told_at >= TOLD_AGAIN


def spoke(device: str, doubt: Unbelieved) -> str:
    """In words: `motion-1 spoke 3 times with a clock of 1970 and once with an old number`."""
    ways = [(doubt.clocks, doubt.clock), (doubt.numbers, "an old number")]
    return f"{device} spoke " + " and ".join(f"{_times(n)} with {what}" for n, what in ways if n)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
