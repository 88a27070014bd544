"""Prices: whole fen that add up, parts of the day, steps, and what lasts over several of them."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.prices import (
    DayPart,
    apportioned,
    by_part,
    by_step,
    cover_the_day_once,
    fen,
    lines,
    shares,
    steps_rise,
)

ZONE = "Asia/Shanghai"
DAY_MS = 86_400_000
amounts = st.decimals(0, 10_000, places=3, allow_nan=False, allow_infinity=False)
prices = st.decimals(0, 10, places=6, allow_nan=False, allow_infinity=False)


class Used(NamedTuple):
    start: int
    end: int
    ticks: int


def part(name: str, since: int, until: int) -> DayPart:
    """From one minute of the day to another."""
    return DayPart(name=name, since=time(since // 60, since % 60), until=time(until // 60 % 24, until % 60))


@pytest.mark.parametrize(
    ("yuan", "expected"), [("0.005", 1), ("0.0049", 0), ("-0.005", -1), ("12.345", 1235)]
)
def test_half_a_fen_is_one_and_a_credit_is_what_was_charged(yuan: str, expected: int) -> None:
    assert fen(Decimal(yuan)) == expected


@given(st.integers(0, 10**9), st.dictionaries(st.text("abc", min_size=1), st.fractions(0, 1000), max_size=30))
def test_shares_add_up_to_the_fen(total: int, weights: dict[str, Fraction]) -> None:
    shares = apportioned(total, weights)
    assert sum(shares.values()) == (total if sum(weights.values()) > 0 else 0)
    whole = sum(weights.values()) or 1
    assert all(abs(share - total * weights[name] / whole) < 1 for name, share in shares.items())


@given(st.lists(amounts, min_size=1, max_size=8), prices)
def test_however_often_a_line_is_charged_it_comes_to_what_it_would_have_been_at_once(
    known: list[Decimal], price: Decimal
) -> None:
    charged = {("flat", price): (Decimal(0), 0)}
    for quantity in known:
        for line in lines({("flat", price): quantity}, charged):
            was, was_fen = charged["flat", price]
            charged["flat", price] = (was + line.quantity, was_fen + line.amount_fen)
    assert charged["flat", price] == (known[-1], fen(known[-1] * price))


def test_what_is_due_no_more_is_given_back_and_what_is_the_same_is_no_line() -> None:
    flat, peak = ("flat", Decimal(3)), ("peak", Decimal(2))
    (back,) = lines({peak: Decimal(1)}, {flat: (Decimal(2), 600), peak: (Decimal(1), 200)})
    assert back == ("flat", Decimal(3), Decimal(-2), -600)
    assert lines({flat: Decimal(0)}, {}) == [("flat", Decimal(3), Decimal(0), 0)]


@given(st.lists(st.integers(0, 1439), min_size=1, max_size=8, unique=True).map(sorted))
def test_parts_that_follow_each_other_round_the_clock_cover_the_day_once(starts: list[int]) -> None:
    parts = [part(f"p-{n}", since, until) for n, (since, until) in enumerate(pairwise([*starts, starts[0]]))]
    assert cover_the_day_once(parts)
    assert not cover_the_day_once([*parts, part("twice", starts[0], (starts[0] + 1) % 1440)])
    assert not cover_the_day_once(parts[1:])


@given(st.lists(amounts.filter(bool), max_size=6, unique=True).map(sorted), amounts, amounts)
def test_steps_lose_and_invent_nothing(ends: list[Decimal], before: Decimal, quantity: Decimal) -> None:
    assert steps_rise([*ends, None])
    parts = by_step([*ends, None], before, quantity)
    assert sum((each.quantity for each in parts), Decimal(0)) == quantity
    assert all(each.quantity > 0 for each in parts)
    assert [each.number for each in parts] == sorted({each.number for each in parts})


@pytest.mark.parametrize("ends", [[1, 2], [2, 1, None], [1, 1, None], [None, None], [1, None, None]])
def test_steps_that_do_not_rise_are_none(ends: list[int | None]) -> None:
    assert not steps_rise([None if each is None else Decimal(each) for each in ends])


@given(
    st.integers(1, 400 * DAY_MS),
    st.integers(0, 10**9),
    st.lists(st.integers(-DAY_MS, 401 * DAY_MS), max_size=30, unique=True).map(sorted),
)
def test_shares_of_what_lasts_add_up_exactly(length: int, ticks: int, cuts: list[int]) -> None:
    parts = list(shares(Used(0, length, ticks), cuts))
    assert sum(share for _, share in parts) == ticks
    assert all(share >= 0 for _, share in parts)


def test_parts_of_the_day_divide_what_lasts_by_local_time_even_past_midnight() -> None:
    parts = [part("peak", 8 * 60, 22 * 60), part("valley", 22 * 60, 8 * 60)]
    start = int(datetime(2026, 1, 4, 16, tzinfo=UTC).timestamp()) * 1000
    assert by_part([Used(start, start + DAY_MS, 2400)], parts, [date(2026, 1, 5)], ZONE) == {
        date(2026, 1, 5): {"peak": 1400, "valley": 1000}
    }


@given(
    st.lists(st.integers(0, 1439), min_size=1, max_size=5, unique=True).map(sorted),
    st.integers(0, 10**6),
    st.integers(1, 3 * DAY_MS),
    st.integers(0, DAY_MS),
)
def test_on_a_day_of_another_length_too_the_parts_are_all_that_lasts(
    starts: list[int], ticks: int, length: int, offset: int
) -> None:
    parts = [part(f"p-{n}", since, until) for n, (since, until) in enumerate(pairwise([*starts, starts[0]]))]
    days = [date(2026, 3, day) for day in range(27, 32)]  # the clocks of Berlin change on the 29th
    start = int(datetime(2026, 3, 27, 0, tzinfo=UTC).timestamp()) * 1000 + offset
    found = by_part([Used(start, start + length, ticks)], parts, days, "Europe/Berlin")
    assert sum(share for named in found.values() for share in named.values()) == ticks


CLOCKS_CHANGE = [
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),  # by half an hour
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Asia/Shanghai", date(2026, 3, 29)),  # never
    ("Asia/Shanghai", date(1986, 5, 4)),  # did
    ("Africa/Cairo", date(2026, 4, 24)),  # the day has no midnight
    ("America/Havana", date(2026, 11, 1)),  # the day has two
    ("Pacific/Apia", date(2011, 12, 30)),  # there is no such day
]


SHOWN_TWICE = 60  # minutes, at most


def in_force(zone: str, starts: list[int], since: datetime, minutes: int) -> dict[date, dict[str, int]]:
    """Minute by minute, by the latest local time that the clocks have shown or jumped over."""
    clocks, latest = ZoneInfo(zone), datetime.min  # noqa: DTZ901  local
    found: dict[date, dict[str, int]] = {}
    for n in range(-SHOWN_TWICE, minutes):
        shown = (since + timedelta(minutes=n)).astimezone(clocks).replace(tzinfo=None)
        latest = max(latest, shown)
        if n >= 0:
            minute = latest.hour * 60 + latest.minute
            begun = [number for number, start in enumerate(starts) if start <= minute]
            named = found.setdefault(latest.date(), {})
            name = f"p-{begun[-1] if begun else len(starts) - 1}"
            named[name] = named.get(name, 0) + 1
    return found


@pytest.mark.parametrize(("zone", "change"), CLOCKS_CHANGE)
@given(
    st.lists(st.one_of(st.integers(0, 200), st.integers(0, 1439)), min_size=1, max_size=6, unique=True),
    st.integers(-1440, 1440),
    st.integers(1, 1600),
)
@settings(max_examples=15)
def test_parts_of_a_day_on_which_the_clocks_change_last_as_long_as_they_do(
    zone: str, change: date, starts: list[int], offset: int, minutes: int
) -> None:
    # Given parts of the day that begin, or end, when the clocks show no such time, or show it twice
    starts = sorted(starts)
    parts = [part(f"p-{n}", since, until) for n, (since, until) in enumerate(pairwise([*starts, starts[0]]))]
    days = [change + timedelta(days=n) for n in range(-4, 6)]
    since = datetime(change.year, change.month, change.day, tzinfo=UTC) + timedelta(minutes=offset)
    start = int(since.timestamp()) * 1000
    # When a tick falls on each minute
    found = by_part([Used(start, start + minutes * 60_000, minutes)], parts, days, zone)
    # Then each part has as many as it lasted, and they are all
    lasted = {day: {name: n for name, n in named.items() if n} for day, named in found.items()}
    assert {day: named for day, named in lasted.items() if named} == in_force(zone, starts, since, minutes)
    assert all(n >= 0 for named in found.values() for n in named.values())
    assert sum(n for named in found.values() for n in named.values()) == minutes
