"""Time that counts for a deadline: round the clock, or a community's business hours, holidays left out.

Hours are local, sums are made between instants: a day on which the clocks change is as long as it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from linli.policies import BusinessHours, Priority

DAY = timedelta(days=1)
NONE = timedelta(0)


@dataclass(frozen=True, slots=True)
class RoundTheClock:
    """Every minute counts."""

    def after(self, start: datetime, amount: timedelta) -> datetime:
        """The instant `amount` after `start`."""
        return start + amount

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much time lies between; none when `end` is before `start`."""
        return max(end - start, NONE)


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """Only the minutes when somebody is in count."""

    zone: ZoneInfo
    opens: time
    closes: time
    weekdays: frozenset[int]
    holidays: frozenset[date] = frozenset()
    extra_days: frozenset[date] = frozenset()

    def is_open_on(self, day: date) -> bool:
        """Whether anybody works on a local day; a day made up for a holiday (调休) beats both lists."""
        return day in self.extra_days or (day.isoweekday() in self.weekdays and day not in self.holidays)

    def spans(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The open times from `start` on, without end, in UTC. Some day of the week must be open."""
        day = start.astimezone(self.zone).date()
        while True:
            if self.is_open_on(day):
                opens, closes = (
                    datetime.combine(day, at, self.zone).astimezone(UTC) for at in (self.opens, self.closes)
                )
                if max(opens, start) < closes:
                    yield max(opens, start.astimezone(UTC)), closes
            day += DAY

    def after(self, start: datetime, amount: timedelta) -> datetime:
        """The instant when `amount` of open time has passed since `start`."""
        if amount <= NONE:
            return start
        left = amount
        for opens, closes in self.spans(start):
            if left <= closes - opens:
                return opens + left
            left -= closes - opens
        raise AssertionError("unreachable: the calendar never ends")

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much open time lies between; none when `end` is before `start`."""
        total = NONE
        if end <= start:
            return total
        for opens, closes in self.spans(start):
            if opens >= end:
                break
            total += min(closes, end) - opens
        return total


Hours = RoundTheClock | BusinessCalendar


def hours_of(priority: Priority, policy: BusinessHours, time_zone: str) -> Hours:
    """The hours that count for a priority: an emergency knows no closing time."""
    if priority == "emergency":
        return RoundTheClock()
    return BusinessCalendar(
        zone=ZoneInfo(time_zone),
        opens=policy.opens,
        closes=policy.closes,
        weekdays=frozenset(policy.weekdays),
        holidays=frozenset(policy.holidays),
        extra_days=frozenset(policy.extra_days),
    )
