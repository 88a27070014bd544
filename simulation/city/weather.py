"""The city's days: rain, cold, whether the heating is on, whether people work."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from linli.calendar import BusinessHours, open_hours

ZONE_NAME = "Asia/Shanghai"
ZONE = ZoneInfo(ZONE_NAME)
OFFICE = open_hours(BusinessHours(), ZONE_NAME)
RAIN_DAYS = (2, 2, 4, 5, 6, 10, 13, 11, 7, 5, 3, 2)  # of each month
RAIN_MM = (1.5, 3, 3, 5, 6, 8, 13, 12, 7, 5, 3, 1.5)  # on such a day, on average
CLOUDBURST_MM = 30.0
WINTER = (11, 12, 1, 2, 3)
SNAPS_A_DAY = 0.05
HEATING = ((11, 15), (3, 15))  # from and to, month and day
FIRST_WEEKS = timedelta(days=21)


@dataclass(frozen=True, slots=True)
class Day:
    """A local day of the whole city. `wet_mm`: its rain, and what is left of that of the days before."""

    date: date
    rain_mm: float
    wet_mm: float
    cold: bool
    heated: bool
    heating_is_new: bool
    works: bool
    holiday: bool

    @property
    def cloudburst(self) -> bool:
        """Whether drains cannot take the rain."""
        return self.rain_mm >= CLOUDBURST_MM


def days(first: date, count: int, seed: int) -> list[Day]:
    """The weather of a seed: the same for every community, whoever plays it."""
    draw, found = Random(f"{seed}/weather"), list[Day]()  # noqa: S311  nothing secret hangs on it
    wet, snap = 0.0, 0
    for number in range(count):
        day = first + timedelta(days=number)
        rains = draw.random() < RAIN_DAYS[day.month - 1] / 30
        rain = draw.expovariate(1 / RAIN_MM[day.month - 1]) if rains else 0.0
        begins = day.month in WINTER and draw.random() < SNAPS_A_DAY
        snap = draw.randint(2, 4) if begins else max(snap - 1, 0)
        wet = rain + wet * 0.4
        works = bool(OFFICE.minutes_of(day))
        holiday = day in OFFICE.country.holidays
        heated, is_new = _heating(day)
        found.append(Day(day, rain, wet, snap > 0, heated, is_new, works, holiday))
    return found


def _heating(day: date) -> tuple[bool, bool]:
    begin, end = ((date(day.year, *each)) for each in HEATING)
    return day >= begin or day <= end, begin <= day < begin + FIRST_WEEKS


def at(day: date, minute: float) -> datetime:
    """An instant by the local day and its minute, in whole milliseconds."""
    midnight = datetime.combine(day, time(), ZONE)
    return midnight + timedelta(milliseconds=round(minute * 60_000))
