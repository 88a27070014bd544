"""Which intervals gave way to which when the readings of a register changed."""

from functions.utilities.readings.models import Interval

CORRECTED = 200


def corrected(before: list[Interval], after: list[Interval]) -> tuple[list[Interval], list[Interval]]:
    """The intervals that gave way, and those that are there instead."""
    known, current = set(before), set(after)
    removed = [each for each in before if each not in current]
    if not removed:
        return [], []
    start, end = removed[0].start, removed[-1].end
    added = [each for each in after if each not in known and each.start < end and each.end > start]
    return removed[:CORRECTED], added[:CORRECTED]
