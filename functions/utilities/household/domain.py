"""When somebody moved in and out."""

from collections.abc import Sequence

Place = tuple[str, str | None, str | None]
"""A home, the first day there, the last; None where it is not known, or still to come."""


def moved(stays: Sequence[Place], homes: Sequence[str], day: str) -> list[Place]:
    """A person's stays when they live in `homes` from this local day on; that of leaving is still theirs."""
    there = {home for home, _, until in stays if until is None}
    ended: list[Place] = [
        (home, since, day if until is None and home not in homes else until) for home, since, until in stays
    ]
    return [*ended, *((home, day, None) for home in homes if home not in there)]
