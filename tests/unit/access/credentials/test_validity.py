"""When and where a credential is good."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.access.credentials.validity import Credential, Window

ZONES = ["Asia/Shanghai", "Europe/Lisbon", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]
clock_times = st.times().map(lambda value: value.replace(microsecond=0, second=0, tzinfo=None))


def credential(*windows: Window) -> Credential:
    start = datetime(2020, 1, 1, tzinfo=UTC)
    return Credential(
        kind="card",
        holder="li-na",
        valid_from=start,
        valid_until=start + timedelta(9999),
        windows=list(windows),
    )


NIGHT = Window(days=[4], since=time(22), until=time(6))


@pytest.mark.parametrize(
    ("local", "covered"),
    [
        ("2026-01-09T21:59", False),
        ("2026-01-09T22:00", True),  # Friday
        ("2026-01-10T05:59", True),  # Saturday, still Friday's night
        ("2026-01-10T06:00", False),
        ("2026-01-10T22:00", False),
        ("2026-01-09T03:00", False),  # Thursday's night is not in it
    ],
)
def test_a_window_over_midnight_belongs_to_the_day_it_starts_on(local: str, covered: bool) -> None:
    assert NIGHT.covers(datetime.fromisoformat(local)) is covered


@given(st.sampled_from(ZONES), clock_times, clock_times, st.integers(0, 200_000))
def test_a_window_on_all_days_covers_exactly_its_hours(
    zone: str, since: time, until: time, minute: int
) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    local = at.astimezone(ZoneInfo(zone)).time()
    inside = since <= local < until if since < until else local >= since or local < until
    assert credential(Window(days=list(range(7)), since=since, until=until)).good_when(at, zone) is inside


def test_without_windows_any_time_is_good() -> None:
    assert credential().good_when(datetime(2026, 2, 28, 16, tzinfo=UTC), "Asia/Shanghai")
