"""Which hours count for a ticket."""

from linli.calendar import BusinessHours, Hours, RoundTheClock, open_hours
from linli.vocabulary.maintenance import Priority


def hours_of(priority: Priority, policy: BusinessHours, time_zone: str) -> Hours:
    """The hours that count for a priority: an emergency knows no closing time."""
    return RoundTheClock() if priority == "emergency" else open_hours(policy, time_zone)
