"""Deadlines count open time only: across nights, weekends, holidays and changes of the clock."""

import json
from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from linli.calendar import NOWHERE, BusinessCalendar, BusinessHours, country_of, open_hours
from linli.vocabulary.maintenance import MaintenancePolicy


def calendar_of(zone: str = "Asia/Shanghai", **hours: Any) -> BusinessCalendar:
    policy = BusinessHours.model_validate_json(json.dumps(hours))
    return open_hours(policy, zone)


SHANGHAI = calendar_of()
EVERY_DAY = [1, 2, 3, 4, 5, 6, 7]
WITH_A_BREAK = [
    {"weekdays": [1, 2, 3, 4, 5], "opens": "14:00", "closes": "18:00"},
    {"weekdays": [1, 2, 3, 4, 5, 6], "opens": "09:00", "closes": "12:00"},
]
HOUR = timedelta(hours=1)
SINGAPORE = "Asia/Singapore"  # clocks of Shanghai, holidays that nobody knows but who types them in


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
    calendar = open_hours(policy, SINGAPORE)
    assert calendar.after(local("2026-02-16T17:00"), 2 * HOUR) == local("2026-02-18T10:00")
    assert calendar.after(local("2026-02-13T17:00"), 2 * HOUR) == local("2026-02-14T10:00"), "a Saturday"


# What a country has off


CHINA = country_of("Asia/Shanghai")
china_dates = st.dates(date(2025, 1, 1), date(2026, 12, 31))
weekday_lists = st.lists(st.integers(1, 7), min_size=1, unique=True)


@given(st.sampled_from(sorted(CHINA.holidays)), weekday_lists)
def test_a_holiday_of_the_country_is_closed_unless_it_is_typed_in_as_worked(
    day: date, weekdays: list[int]
) -> None:
    assert calendar_of(weekdays=weekdays).minutes_of(day) == ()
    assert calendar_of(weekdays=weekdays, extra_days=[f"{day}"]).minutes_of(day) == ((540, 1080),)


@given(st.sampled_from(sorted(CHINA.extra_days)), weekday_lists)
def test_a_weekend_worked_for_a_holiday_is_open_unless_it_is_typed_in_as_a_holiday(
    day: date, weekdays: list[int]
) -> None:
    assert day.isoweekday() in {6, 7}
    assert calendar_of(weekdays=weekdays).minutes_of(day) == ((540, 1080),)
    assert calendar_of(weekdays=weekdays, holidays=[f"{day}"]).minutes_of(day) == ()


@given(china_dates, weekday_lists)
def test_every_other_day_is_what_the_week_says(day: date, weekdays: list[int]) -> None:
    assume(day not in CHINA.holidays | CHINA.extra_days)
    assert bool(calendar_of(weekdays=weekdays).minutes_of(day)) == (day.isoweekday() in weekdays)


@given(st.dates(date(2035, 1, 1), date(2099, 12, 31)), st.booleans())
def test_a_year_that_is_not_announced_knows_what_is_typed_in_and_no_more(day: date, is_typed: bool) -> None:
    is_weekday, typed = day.isoweekday() in range(1, 6), [f"{day}"] if is_typed else []
    assert bool(calendar_of(holidays=typed).minutes_of(day)) == (is_weekday and not is_typed)
    assert bool(calendar_of(extra_days=typed).minutes_of(day)) == (is_weekday or is_typed)


@given(china_dates, st.sampled_from([SINGAPORE, "Europe/Berlin", "Asia/Hong_Kong", "UTC"]))
def test_where_other_clocks_are_kept_nobodys_holidays_are_known(day: date, zone: str) -> None:
    assert bool(calendar_of(zone).minutes_of(day)) == (day.isoweekday() < 6)


def test_the_spring_festival_of_2026_is_nine_days_long_and_two_weekends_are_worked_for_it() -> None:
    assert SHANGHAI.after(local("2026-02-14T17:00"), 2 * HOUR) == local("2026-02-24T10:00")
    assert SHANGHAI.after(local("2026-02-27T17:00"), 2 * HOUR) == local("2026-02-28T10:00"), "a Saturday"


def test_a_day_on_which_the_clocks_change_is_as_long_as_it_is() -> None:
    berlin = calendar_of("Europe/Berlin", opens="00:00", closes="12:00", weekdays=EVERY_DAY)
    spring, autumn = local("2026-03-29T00:00", "Europe/Berlin"), local("2026-10-25T00:00", "Europe/Berlin")
    assert berlin.between(spring, spring + timedelta(days=1)) == 11 * HOUR
    assert berlin.between(autumn, autumn + timedelta(days=1)) == 13 * HOUR


def test_hours_that_the_clocks_skip_are_no_hours() -> None:
    night = calendar_of("Europe/Berlin", opens="02:00", closes="03:00", weekdays=EVERY_DAY)
    skipped = local("2026-03-29T00:00", "Europe/Berlin")
    assert night.after(skipped, HOUR).astimezone(ZoneInfo("Europe/Berlin")).date() >= date(2026, 3, 29)


def test_a_break_does_not_count() -> None:
    calendar = calendar_of(spans=WITH_A_BREAK)
    assert calendar.after(local("2026-01-05T11:50"), timedelta(minutes=15)) == local("2026-01-05T14:05")
    assert calendar.after(local("2026-01-05T12:01"), timedelta(minutes=15)) == local("2026-01-05T14:15")
    assert calendar.between(local("2026-01-05T12:00"), local("2026-01-05T14:00")) == timedelta(0)
    assert calendar.between(local("2026-01-05T00:00"), local("2026-01-06T00:00")) == 7 * HOUR


def test_a_weekday_has_its_own_hours() -> None:
    calendar = calendar_of(spans=WITH_A_BREAK)
    saturday = local("2026-01-10T11:00")
    assert calendar.after(saturday, 2 * HOUR) == local("2026-01-12T10:00"), "Saturday ends at noon"


def test_a_day_made_up_for_a_holiday_has_the_hours_of_its_weekday_or_of_the_first_one() -> None:
    calendar = calendar_of(spans=WITH_A_BREAK, extra_days=["2026-02-14", "2026-02-15"])
    saturday, sunday = local("2026-02-14T00:00"), local("2026-02-15T00:00")
    assert calendar.between(saturday, saturday + timedelta(days=1)) == 3 * HOUR
    assert calendar.between(sunday, sunday + timedelta(days=1)) == 7 * HOUR


def test_a_span_may_end_at_midnight_and_the_night_go_on_after_it() -> None:
    night = [
        {"weekdays": EVERY_DAY, "opens": "22:00", "closes": "00:00"},
        {"weekdays": EVERY_DAY, "opens": "00:00", "closes": "06:00"},
    ]
    calendar = calendar_of(spans=night)
    assert calendar.after(local("2026-01-05T23:00"), 2 * HOUR) == local("2026-01-06T01:00")
    assert calendar.after(local("2026-01-05T05:00"), 2 * HOUR) == local("2026-01-05T23:00")


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
def test_spans_that_the_clocks_push_into_each_other_are_counted_once(zone: str) -> None:
    spans = [
        {"weekdays": [7], "opens": "01:00", "closes": "02:30"},
        {"weekdays": [7], "opens": "03:00", "closes": "04:00"},
    ]
    calendar = calendar_of(zone, spans=spans)
    open_times = list(islice(calendar.spans(local("2026-01-01T00:00", zone)), 120))
    assert all(before[1] <= after[0] for before, after in pairwise(open_times))


@pytest.mark.parametrize(
    "spans",
    [
        [{"weekdays": [], "opens": "09:00", "closes": "12:00"}],
        [{"weekdays": [1], "opens": "12:00", "closes": "09:00"}],
        [{"weekdays": [1], "opens": "09:00", "closes": "09:00"}],
        [{"weekdays": [1], "opens": "09:00:30", "closes": "12:00"}],
        [{"weekdays": [1], "opens": "09:00Z", "closes": "12:00"}],
        [
            {"weekdays": [1, 2], "opens": "09:00", "closes": "12:00"},
            {"weekdays": [2, 3], "opens": "11:59", "closes": "18:00"},
        ],
    ],
)
def test_spans_that_overlap_or_never_open_are_refused(spans: list[dict[str, Any]]) -> None:
    with pytest.raises(ValidationError):
        calendar_of(spans=spans)


def test_hours_stored_before_there_were_spans_mean_what_they_meant() -> None:
    stored = {
        "opens": "08:30:00", "closes": "17:00:00", "weekdays": [1, 2, 3, 4, 5, 6],
        "holidays": ["2026-02-17"], "extra_days": ["2026-02-15"],
    }  # fmt: skip
    policy = MaintenancePolicy.model_validate_json(json.dumps({"hours": stored}))
    calendar = open_hours(policy.hours, SINGAPORE)
    day = local("2026-02-15T00:00")
    worked = [calendar.between(day + timedelta(days=n), day + timedelta(days=n + 1)) / HOUR for n in range(8)]
    assert worked == [8.5, 8.5, 0, 8.5, 8.5, 8.5, 8.5, 0]


zones = st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Asia/Kathmandu"])
instants = st.timedeltas(timedelta(0), timedelta(days=730)).map(
    lambda one: datetime(2026, 1, 1, tzinfo=UTC) + one
)
amounts = st.timedeltas(timedelta(minutes=1), timedelta(hours=100))
days = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@st.composite
def weeks(draw: st.DrawFn) -> dict[int, tuple[tuple[int, int], ...]]:
    """Up to three spans a day, at any quarter of an hour, those that the clocks skip among them."""
    week: dict[int, tuple[tuple[int, int], ...]] = {}
    for day in draw(st.lists(st.integers(1, 7), min_size=1, unique=True)):
        edges = draw(st.lists(st.integers(0, 96), min_size=2, max_size=6, unique=True).map(sorted))
        week[day] = tuple((15 * edges[i], 15 * edges[i + 1]) for i in range(0, len(edges) - 1, 2))
    return week


calendars = st.builds(
    BusinessCalendar,
    zone=zones.map(ZoneInfo),
    week=weeks(),
    holidays=st.frozensets(days, max_size=30),
    extra_days=st.frozensets(days, max_size=5),
    country=st.sampled_from([CHINA, NOWHERE]),
)


@given(calendars, instants)
def test_open_times_are_in_order_and_apart(calendar: BusinessCalendar, start: datetime) -> None:
    open_times = list(islice(calendar.spans(start), 30))
    assert all(opens < closes for opens, closes in open_times)
    assert all(before[1] <= after[0] for before, after in pairwise(open_times))


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
