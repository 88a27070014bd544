"""Deadlines count open time only: across nights, weekends, holidays and changes of the clock."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from functions.maintenance.calendars import BusinessCalendar, RoundTheClock, hours_of
from linli.policies import BusinessHours

SHANGHAI = BusinessCalendar(ZoneInfo("Asia/Shanghai"), time(9), time(18), frozenset({1, 2, 3, 4, 5}))
HOUR = timedelta(hours=1)


def local(text: str, zone: str = "Asia/Shanghai") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def test_an_hour_before_closing_and_an_hour_after_opening() -> None:
    assert SHANGHAI.after(local("2026-01-05T17:00"), 2 * HOUR) == local("2026-01-06T10:00")


def test_a_weekend_does_not_count() -> None:
    assert SHANGHAI.after(local("2026-01-09T17:30"), HOUR) == local("2026-01-12T09:30")
    assert SHANGHAI.after(local("2026-01-10T12:00"), HOUR) == local("2026-01-12T10:00")
    assert SHANGHAI.between(local("2026-01-10T00:00"), local("2026-01-11T23:00")) == timedelta(0)


def test_a_holiday_does_not_count_and_a_day_made_up_for_it_does() -> None:
    policy = BusinessHours(holidays=[date(2026, 2, 17)], extra_days=[date(2026, 2, 14)])
    calendar = hours_of("general", policy, "Asia/Shanghai")
    assert calendar.after(local("2026-02-16T17:00"), 2 * HOUR) == local("2026-02-18T10:00")
    assert calendar.after(local("2026-02-13T17:00"), 2 * HOUR) == local("2026-02-14T10:00"), "a Saturday"


def test_an_emergency_knows_no_closing_time() -> None:
    assert hours_of("emergency", BusinessHours(), "Asia/Shanghai") == RoundTheClock()


def test_a_day_on_which_the_clocks_change_is_as_long_as_it_is() -> None:
    berlin = BusinessCalendar(ZoneInfo("Europe/Berlin"), time(0), time(12), frozenset(range(1, 8)))
    spring, autumn = local("2026-03-29T00:00", "Europe/Berlin"), local("2026-10-25T00:00", "Europe/Berlin")
    assert berlin.between(spring, spring + timedelta(days=1)) == 11 * HOUR
    assert berlin.between(autumn, autumn + timedelta(days=1)) == 13 * HOUR


def test_hours_that_the_clocks_skip_are_no_hours() -> None:
    night = BusinessCalendar(ZoneInfo("Europe/Berlin"), time(2), time(3), frozenset(range(1, 8)))
    skipped = local("2026-03-29T00:00", "Europe/Berlin")
    assert night.after(skipped, HOUR).astimezone(ZoneInfo("Europe/Berlin")).date() >= date(2026, 3, 29)


zones = st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Asia/Kathmandu"])
instants = st.timedeltas(timedelta(0), timedelta(days=730)).map(
    lambda one: datetime(2026, 1, 1, tzinfo=UTC) + one
)
amounts = st.timedeltas(timedelta(minutes=1), timedelta(hours=100))
calendars = st.builds(
    BusinessCalendar,
    zone=zones.map(ZoneInfo),
    opens=st.times(max_value=time(11)),
    closes=st.times(min_value=time(12)),
    weekdays=st.frozensets(st.integers(1, 7), min_size=1),
    holidays=st.frozensets(st.dates(date(2026, 1, 1), date(2027, 12, 31)), max_size=30),
    extra_days=st.frozensets(st.dates(date(2026, 1, 1), date(2027, 12, 31)), max_size=5),
)


@given(calendars, instants, amounts)
def test_between_is_the_inverse_of_after(
    calendar: BusinessCalendar, start: datetime, amount: timedelta
) -> None:
    assert calendar.between(start, calendar.after(start, amount)) == amount


@given(calendars, instants, amounts, amounts)
def test_two_parts_are_as_long_as_the_whole(
    calendar: BusinessCalendar, start: datetime, first: timedelta, second: timedelta
) -> None:
    assert calendar.after(calendar.after(start, first), second) == calendar.after(start, first + second)


@given(calendars, instants, st.timedeltas(timedelta(0), timedelta(days=9)), amounts)
def test_who_begins_later_ends_no_earlier(
    calendar: BusinessCalendar, start: datetime, later: timedelta, amount: timedelta
) -> None:
    assert calendar.after(start, amount) <= calendar.after(start + later, amount)
    assert calendar.after(start, amount) >= start + amount
