"""How long something waits until it is looked at again. Pure."""

from datetime import timedelta

LONGEST = timedelta(hours=1)


def pause_after(tries: int) -> timedelta:
    """How long to wait after so many tries: 2, 4, 8 … minutes, an hour at most."""
    return min(timedelta(minutes=2 ** min(max(tries, 1), 10)), LONGEST)
