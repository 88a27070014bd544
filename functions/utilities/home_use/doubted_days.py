"""Which days of a register are in doubt while a reading waits for a decision."""

from collections.abc import Sequence
from datetime import date

from functions.utilities.local_days import day_of
from functions.utilities.readings.models import Reading


def doubts(readings: Sequence[Reading], zone: str, first: int, last: int) -> list[tuple[date, date]]:
    """The days in doubt: from the reading that counts before one that waits for a decision to the one after.

    A held reading that the dial has gone on past doubts nothing: what was used is known by the next one that
    counts. `first`, `last`: in between the meter was in use; what waits for being out of that doubts nothing.
    """
    kept = [each.at for each in readings if each.standing == "kept"]
    newest = max(kept, default=first - 1)
    found = []
    for each in readings:
        waits = each.standing == "conflict" or (each.standing == "held" and each.at > newest)
        if not waits or not first <= each.at <= last:
            continue
        start = max((at for at in kept if at < each.at), default=each.at)
        end = min((at for at in kept if at > each.at), default=each.at + 1)
        found.append((day_of(start, zone), day_of(end - 1, zone)))
    return found
