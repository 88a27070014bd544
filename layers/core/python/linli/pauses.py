"""Pauses between attempts at what others hold or the store is too busy for: growing, and by chance, so that
those who were turned away together do not come back together.
"""

import time
from random import uniform

SHORTEST_S = 0.01


def pause(number: int, longest_s: float) -> None:
    """Wait before try `number` (from 0 on) is repeated: anything up to a bound that doubles each time."""
    time.sleep(uniform(0, min(longest_s, SHORTEST_S * 2**number)))  # noqa: S311  nothing secret hangs on it
