"""Time that counts for a deadline: round the clock, or a community's business hours, holidays left out.

Hours are local, sums are made between instants: a day on which the clocks change is as long as it is.
China's holidays and the days worked for them (调休) are there without being typed in, in its time zones, for
the years that the State Council has announced; what a community has typed in wins over them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from linli import holidays_of_china
from linli.contracts import Contract
from linli.errors import InvalidField
from linli.local_times import DAY_MINUTES, ClockTime, Day, instant_of, minute_of

DAY = timedelta(days=1)
NONE = timedelta(0)
Weekdays = Annotated[list[Annotated[int, Field(ge=1, le=7)]], Field(min_length=1, max_length=7)]
SHORTEST_SPAN = 15  # minutes: whoever is in answers somebody
SHORTEST_HOURS = 60
WEEK = range(1, 8)
OF_CHINA = frozenset(  # the time zones of its mainland
    f"Asia/{city}" for city in ("Shanghai", "Urumqi", "Chongqing", "Chungking", "Harbin", "Kashgar")
) | {"PRC"}


class Span(Contract):
    """From when to when somebody is in, on some days of the week: 1 is Monday. `closes` at 00:00 is midnight
    at the end of the day.
    """

    weekdays: Weekdays
    opens: ClockTime
    closes: ClockTime

    @property
    def minutes(self) -> tuple[int, int]:
        """From and to, as minutes of the day."""
        return minute_of(self.opens), minute_of(self.closes) or DAY_MINUTES

    @model_validator(mode="after")
    def _closes_after_it_opens(self) -> Self:
        opens, closes = self.minutes
        if closes - opens < SHORTEST_SPAN:
            raise InvalidField("closes_after", minutes=SHORTEST_SPAN)
        return self


class BusinessHours(Contract):
    """When somebody is in, local time. `weekdays`: 1 is Monday. `holidays`: closed, beside the country's own,
    which need not be named. `extra_days`: worked for a holiday (调休), or though the country has one.

    `spans`, where there are any, take the place of `opens`, `closes` and `weekdays`: several on a day for a
    break (午休), other ones on other days. A day worked for a holiday has the spans of its own weekday, or
    else those of the first weekday that has some.
    """

    opens: ClockTime = time(9)
    closes: ClockTime = time(18)
    weekdays: Weekdays = [1, 2, 3, 4, 5]
    spans: Annotated[list[Span], Field(max_length=50)] = []
    holidays: Annotated[list[Day], Field(max_length=100)] = []
    extra_days: Annotated[list[Day], Field(max_length=100)] = []

    def on_weekday(self, weekday: int) -> list[tuple[int, int]]:
        """The minutes of the day when somebody is in on a weekday, holidays apart, in order."""
        spans = self.spans or [Span(weekdays=self.weekdays, opens=self.opens, closes=self.closes)]
        return sorted(each.minutes for each in spans if weekday in each.weekdays)

    @model_validator(mode="after")
    def _is_open_for_an_hour(self) -> Self:
        if minute_of(self.closes) - minute_of(self.opens) < SHORTEST_HOURS:
            raise InvalidField("closes_an_hour_after")
        if any(map(_overlap, map(self.on_weekday, WEEK))):
            raise InvalidField("spans_overlap")
        return self


def _overlap(spans: Sequence[tuple[int, int]]) -> bool:
    return any(before[1] > after[0] for before, after in pairwise(spans))


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
class Country:
    """What a whole country has off, and works instead. Of years that are not announced it knows nothing."""

    holidays: frozenset[date] = frozenset()
    extra_days: frozenset[date] = frozenset()


NOWHERE = Country()


@cache
def _china() -> Country:
    return Country(*map(_days, (holidays_of_china.HOLIDAYS, holidays_of_china.EXTRA_DAYS)))


def _days(text: str) -> frozenset[date]:
    return frozenset(map(date.fromisoformat, text.split()))


def country_of(time_zone: str) -> Country:
    """The country whose days a community keeps, by its time zone; China, or none that is known."""
    return _china() if time_zone in OF_CHINA else NOWHERE


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """Only the minutes when somebody is in count. `week`: per weekday (1 is Monday) from and to, as minutes
    of the day, in order and apart; some weekday has some.
    """

    zone: ZoneInfo
    week: Mapping[int, tuple[tuple[int, int], ...]]
    holidays: frozenset[date] = frozenset()
    extra_days: frozenset[date] = frozenset()
    country: Country = NOWHERE

    def minutes_of(self, day: date) -> tuple[tuple[int, int], ...]:
        """From and to of a local day; a day made up for a holiday (调休) beats both lists, and has the hours
        of the first weekday that has some where its own has none. The community's lists beat the country's.
        """
        own = self.week.get(day.isoweekday(), ())
        if day in self.extra_days or (day in self.country.extra_days and day not in self.holidays):
            return own or next(each for _, each in sorted(self.week.items()) if each)
        return () if day in self.holidays or day in self.country.holidays else own

    def spans(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The open times from `start` on, without end, in UTC.

        What the clocks skip or show twice is counted once: none begins before the one before has ended.
        """
        day, reached = start.astimezone(self.zone).date(), start.astimezone(UTC)
        while True:
            for opens, closes in self.minutes_of(day):
                begins = max(instant_of(day, opens, self.zone), reached)
                ends = instant_of(day, closes, self.zone)
                if begins < ends:
                    yield begins, ends
                    reached = ends
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


def open_hours(policy: BusinessHours, time_zone: str) -> BusinessCalendar:
    """The calendar of a community that has set these hours."""
    return BusinessCalendar(
        zone=ZoneInfo(time_zone),
        week={day: tuple(policy.on_weekday(day)) for day in WEEK},
        holidays=frozenset(policy.holidays),
        extra_days=frozenset(policy.extra_days),
        country=country_of(time_zone),
    )
