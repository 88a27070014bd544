"""Time that counts for a deadline: round the clock, or a community's business hours, holidays left out.

Hours are local, sums are made between instants: a day on which the clocks change is as long as it is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from linli.local_times import DAY_MINUTES
from linli.vocabulary.maintenance import WEEK, BusinessHours

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
    """Only the minutes when somebody is in count. `week`: per weekday (1 is Monday) from and to, as minutes
    of the day, in order and apart; some weekday has some.
    """

    zone: ZoneInfo
    week: Mapping[int, tuple[tuple[int, int], ...]]
    holidays: frozenset[date] = frozenset()
    extra_days: frozenset[date] = frozenset()

    def minutes_of(self, day: date) -> tuple[tuple[int, int], ...]:
        """From and to of a local day; a day made up for a holiday (调休) beats both lists, and has the hours
        of the first weekday that has some where its own has none.
        """
        own = self.week.get(day.isoweekday(), ())
        if day in self.extra_days:
            return own or next(each for _, each in sorted(self.week.items()) if each)
        return () if day in self.holidays else own

    def spans(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The open times from `start` on, without end, in UTC.

        What the clocks skip or show twice is counted once: none begins before the one before has ended.
        """
        day, reached = start.astimezone(self.zone).date(), start.astimezone(UTC)
        while True:
            for opens, closes in self.minutes_of(day):
                begins, ends = max(self._at(day, opens), reached), self._at(day, closes)
                if begins < ends:
                    yield begins, ends
                    reached = ends
            day += DAY

    def _at(self, day: date, minute: int) -> datetime:
        days, left = divmod(minute, DAY_MINUTES)
        local = time(*divmod(left, 60))
        return datetime.combine(day + days * DAY, local, self.zone).astimezone(UTC)

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


def open_hours(policy: BusinessHours, time_zone: str) -> BusinessCalendar:
    """The calendar of a community that has set these hours."""
    return BusinessCalendar(
        zone=ZoneInfo(time_zone),
        week={day: tuple(policy.on_weekday(day)) for day in WEEK},
        holidays=frozenset(policy.holidays),
        extra_days=frozenset(policy.extra_days),
    )
