"""When a delivery is tried again, when all of a receiver rests, and when it is given up.

Each wait is spread over half as much to one and a half times as much, by chance, so that what failed together
does not come back together.
"""

from datetime import datetime, timedelta

AFTER = (
    timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=5),
    timedelta(hours=10), timedelta(hours=14), timedelta(hours=20), timedelta(hours=24),
)  # fmt: skip
RESTS = (
    timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10),
    timedelta(minutes=30), timedelta(hours=1),
)  # fmt: skip
LONGEST = timedelta(hours=24)  # that a receiver can ask for
PAUSED_AFTER = timedelta(days=5)
DELIVERIES_KEPT = timedelta(days=14)
NEWS = timedelta(days=2)  # after which a failure says nothing of those before
LEAST_FAILURES = 5
STREAK = 5  # refusals in a row of one task: it is not of these messages


def next_try(tries: int, chance: float, retry_after_s: int | None = None) -> timedelta | None:
    """How long to wait after so many tries, the first being 1; None after the last. `chance`: 0 to 1."""
    if tries > len(AFTER):
        return None
    return _no_sooner(_spread(AFTER[max(1, tries) - 1], chance), retry_after_s)


def rest(failures: int, chance: float, retry_after_s: int | None = None) -> timedelta:
    """How long a receiver is left alone after so many failures in a row, the first being 1."""
    return _no_sooner(_spread(RESTS[min(max(1, failures), len(RESTS)) - 1], chance), retry_after_s)


def _spread(wait: timedelta, chance: float) -> timedelta:
    return wait * (0.5 + chance)


def _no_sooner(wait: timedelta, retry_after_s: int | None) -> timedelta:
    asked = min(timedelta(seconds=retry_after_s or 0), LONGEST)
    return max(wait, asked)


def failing_since(since: datetime | None, last: datetime | None, now: datetime) -> datetime:
    """Since when a receiver fails that has just failed: what is days ago says nothing, where nothing was sent
    in between.
    """
    return now if since is None or last is None or now - last > NEWS else since


def is_hopeless(since: datetime, failures: int, now: datetime) -> bool:
    """Whether a receiver has failed for so long, and often enough, that it is not tried any more."""
    return now - since >= PAUSED_AFTER and failures >= LEAST_FAILURES


def collects(state: str, why: str | None, since: datetime | None, now: datetime) -> bool:
    """Whether facts are still kept for a subscription: also for one that is paused, for as long as they are
    kept, unless its receiver has gone or nobody may answer for it.
    """
    if state == "active":
        return True
    return why in {"failing", "asked"} and since is not None and now - since < DELIVERIES_KEPT
