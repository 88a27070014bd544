"""When the sweep has been silent for too long."""

from datetime import datetime, timedelta

PATIENCE = timedelta(minutes=2)


def is_missed(beat: datetime | None, now: datetime) -> bool:
    """Whether two minutes have passed without a sweep that went through; who never did has missed all."""
    return beat is None or now - beat >= PATIENCE
