"""What is remembered of silences, and what it allows."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.care.watching.rhythm import (
    DAYS_TO_BE_SURPRISED,
    EMPTY,
    FIRST_DAYS,
    HOUR,
    LATER_MARGIN,
    LONGEST,
    MARGIN,
    MINUTE,
    OUTINGS_KEPT,
    SHARE,
    USUAL,
    Rhythm,
    allowed,
    learned,
    spoken,
)
from linli.vocabulary.care import CarePolicy

SHANGHAI, BERLIN, KATHMANDU = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kathmandu")
POLICY = CarePolicy(floor_hours=2, cap_hours=12, out_cap_hours=24, default_hours=12)
MONDAY = datetime(2026, 1, 5, tzinfo=SHANGHAI)
SEASON = 120

zones = st.sampled_from([SHANGHAI, BERLIN, KATHMANDU])
instants = st.datetimes(datetime(2023, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis adds the zone
silences = st.lists(st.tuples(st.integers(1, 30 * 60), st.booleans()), max_size=120)


def lived(start: datetime, spans: list[tuple[int, bool]], zone: ZoneInfo, rhythm: Rhythm = EMPTY) -> Rhythm:
    """After silences, and outings, of so many minutes, one after the other."""
    at = start
    for minutes, outing in spans:
        rhythm = learned(rhythm, at, at + minutes * MINUTE, zone, outing=outing)
        at += minutes * MINUTE
    return rhythm


def regular(
    days: int, gaps: dict[int, timedelta], zone: ZoneInfo = SHANGHAI, start: datetime = MONDAY
) -> Rhythm:
    """Somebody whose silences begin at the same hours and take as long every day."""
    rhythm = EMPTY
    for day in range(days):
        for hour, length in gaps.items():
            since = (start + timedelta(days=day)).replace(hour=hour)
            rhythm = learned(rhythm, since, since + length, zone)
    return rhythm


def gap(rhythm: Rhythm, at: datetime, zone: ZoneInfo = SHANGHAI, policy: CarePolicy = POLICY) -> timedelta:
    return allowed(rhythm, at, zone, policy).gap


policies = st.builds(
    lambda floor, more, default: CarePolicy(
        floor_hours=floor, cap_hours=max(2, floor + more), out_cap_hours=floor + 10, default_hours=default
    ),
    st.integers(1, 12),
    st.integers(0, 12),
    st.integers(1, 24),
)


@given(instants, silences, zones, policies)
def test_allowed_is_never_below_the_floor_nor_above_the_cap(
    start: datetime, spans: list[tuple[int, bool]], zone: ZoneInfo, policy: CarePolicy
) -> None:
    rhythm = lived(start, spans, zone)
    at = start + 100 * HOUR
    assert policy.floor_hours * HOUR <= gap(rhythm, at, zone, policy) <= policy.cap_hours * HOUR
    out = allowed(rhythm, at, zone, policy, outing=True).gap
    assert policy.floor_hours * HOUR <= out <= policy.out_cap_hours * HOUR


@given(instants, silences, zones, st.integers(1, 1440), st.integers(1, 1440))
def test_a_longer_silence_that_ended_well_never_shortens_what_is_allowed(
    start: datetime, spans: list[tuple[int, bool]], zone: ZoneInfo, one: int, other: int
) -> None:
    rhythm = lived(start, spans, zone)
    since = start + sum(minutes for minutes, _ in spans) * MINUTE
    less, more = (learned(rhythm, since, since + minutes * MINUTE, zone) for minutes in sorted((one, other)))
    for hours in range(0, 168, 5):
        at = since + hours * HOUR
        assert gap(less, at, zone) <= gap(more, at, zone)


@given(instants, silences, zones)
def test_the_rhythm_stays_small_and_comes_back_from_json(
    start: datetime, spans: list[tuple[int, bool]], zone: ZoneInfo
) -> None:
    rhythm = lived(start, spans, zone)
    stored = rhythm.model_dump_json()
    assert len(stored) < 4096
    assert Rhythm.model_validate_json(stored) == rhythm


def test_the_fullest_rhythm_is_under_4_kb() -> None:
    full = Rhythm(
        hours=(86_400,) * 24,
        week=(86_400,) * 168,
        days=100_000,
        day=999_999,
        outings=(1440,) * OUTINGS_KEPT,
        returns=(1439,) * OUTINGS_KEPT,
    )
    assert len(full.model_dump_json()) < 4096


@given(instants, silences, zones, st.timedeltas(LONGEST + timedelta(microseconds=1), timedelta(days=400)))
def test_an_absence_that_nobody_told_of_teaches_nothing(
    start: datetime, spans: list[tuple[int, bool]], zone: ZoneInfo, length: timedelta
) -> None:
    rhythm = lived(start, spans, zone)
    assert learned(rhythm, start, start + length, zone) == rhythm
    assert learned(rhythm, start, start + length, zone, outing=True) == rhythm


@given(instants, zones, st.timedeltas(timedelta(days=-10), timedelta()))
def test_time_that_runs_backwards_teaches_nothing(at: datetime, zone: ZoneInfo, length: timedelta) -> None:
    assert learned(EMPTY, at, at + length, zone) == EMPTY


def test_each_hour_has_its_own_patience() -> None:
    # Given somebody who is silent 9 hours at night, 2 over noon and half an hour otherwise
    gaps = dict.fromkeys(range(7, 21), HOUR / 2) | {13: 2 * HOUR, 21: 9 * HOUR}
    rhythm = regular(SEASON, gaps)
    # Then a silence from ten on is asked about hours before one that began at nine in the evening
    friday = MONDAY + timedelta(days=SEASON)
    assert gap(rhythm, friday.replace(hour=10)) < 6 * HOUR
    assert gap(rhythm, friday.replace(hour=10)) < gap(rhythm, friday.replace(hour=13)) < 8 * HOUR
    assert gap(rhythm, friday.replace(hour=21)) > 9.5 * HOUR
    # and so late in the night that it has to end with the night, an hour later at most
    for hour, left in ((1, 5), (3, 3)):
        assert gap(rhythm, friday.replace(hour=hour)) > left * HOUR


def test_a_weekly_outing_is_left_in_peace_on_its_day_more_than_on_others() -> None:
    rhythm = EMPTY
    for day in range(52 * 7):
        since = (MONDAY + timedelta(days=day)).replace(hour=9)
        rhythm = learned(rhythm, since, since + (5 * HOUR if since.weekday() == 2 else HOUR), SHANGHAI)
    wednesday = (MONDAY + timedelta(days=52 * 7 + 2)).replace(hour=9)
    thursday = wednesday + timedelta(days=1)
    assert gap(rhythm, wednesday) > gap(rhythm, thursday) + HOUR


def test_what_is_past_fades() -> None:
    ill = regular(5, {10: 8 * HOUR})
    well = regular(365, {10: HOUR, 15: HOUR}, start=MONDAY + timedelta(days=5))
    both = ill
    for day in range(5, 370):
        for hour in (10, 15):
            since = (MONDAY + timedelta(days=day)).replace(hour=hour)
            both = learned(both, since, since + HOUR, SHANGHAI)
    at = MONDAY.replace(hour=10) + timedelta(days=371)
    assert gap(well, at) < gap(both, at) < gap(ill, at)


def test_until_a_rhythm_is_known_the_communitys_default_holds() -> None:
    default = POLICY.model_copy(update={"default_hours": 7})
    found = allowed(EMPTY, MONDAY, SHANGHAI, default)
    assert found.gap == 7 * HOUR
    assert "no rhythm known yet" in found.words
    after = [
        gap(regular(days, {10: HOUR}), MONDAY.replace(hour=10), policy=default)
        for days in (1, 7, 14, FIRST_DAYS)
    ]
    assert after == sorted(after, reverse=True)


@pytest.mark.parametrize("hour", range(24))
def test_a_home_without_history_is_judged_by_what_is_usual_at_that_hour(hour: int) -> None:
    at = MONDAY.replace(hour=hour)
    assert gap(EMPTY, at) == USUAL[hour] * HOUR
    ends = hour + USUAL[hour]
    assert ends >= 12 or hour >= 5  # nobody is asked after in the forenoon who went to bed late
    assert USUAL[hour] == 12 if hour >= 20 or hour < 3 else USUAL[hour] >= 9
    assert gap(EMPTY, at, policy=POLICY.model_copy(update={"cap_hours": 5})) == 5 * HOUR


@given(st.integers(0, 23), st.integers(0, 10), st.lists(st.integers(1, FIRST_DAYS), min_size=1, max_size=6))
def test_own_history_is_trusted_more_the_longer_it_is(hour: int, hours: int, more: list[int]) -> None:
    known = Rhythm(hours=(hours * 3600,) * 24, week=(hours * 3600,) * 168)
    own = hours * HOUR + MARGIN
    own = max(own + SHARE * max(POLICY.cap_hours * HOUR - own, timedelta()), POLICY.floor_hours * HOUR)
    off = USUAL[hour] * HOUR
    for days in sorted(more):
        found = gap(known.model_copy(update={"days": days}), MONDAY.replace(hour=hour))
        assert min(own, USUAL[hour] * HOUR) <= found <= max(own, USUAL[hour] * HOUR)
        assert abs(found - own) <= abs(off - own) + MINUTE if days == min(more) else True
        assert abs(found - own) <= abs(USUAL[hour] * HOUR - own)


@given(st.integers(0, 23), st.integers(1, 6), st.integers(0, 400), st.integers(0, 400))
def test_patience_grows_to_five_hours_more_than_ever_and_no_further(
    hour: int, hours: int, days: int, more: int
) -> None:
    """Once the first weeks are over, a call should be rare."""
    known = Rhythm(hours=(hours * 3600,) * 24, week=(hours * 3600,) * 168)
    at, first = MONDAY.replace(hour=hour), 2 * FIRST_DAYS
    found = [gap(known.model_copy(update={"days": first + each}), at) for each in (days, days + more)]
    assert abs(found[1] - (hours * HOUR + LATER_MARGIN)) <= abs(found[0] - (hours * HOUR + LATER_MARGIN))
    assert found[1] == pytest.approx(hours * HOUR + LATER_MARGIN, abs=HOUR / 4)


def test_somebody_who_has_surprised_us_is_given_more_time_at_every_hour() -> None:
    steady = regular(DAYS_TO_BE_SURPRISED + 1, {9: HOUR, 15: HOUR})
    since = MONDAY.replace(hour=9) + timedelta(days=DAYS_TO_BE_SURPRISED + 2)
    surprised = learned(steady, since, since + 3 * HOUR, SHANGHAI)
    evening = MONDAY.replace(hour=15) + timedelta(days=DAYS_TO_BE_SURPRISED + 3)
    assert gap(surprised, evening) > gap(steady, evening) + 2 * HOUR
    assert surprised.surprise == pytest.approx(2 * 3600, abs=60)


def test_a_row_from_before_is_read_and_its_nights_are_left_in_peace() -> None:
    # Given what older code has stored: how long silences were by the hour at which they began, no more
    hours = [1800] * 24
    hours[22] = 8 * 3600
    stored = {"hours": hours, "week": hours * 7, "days": 60, "day": 739000, "outings": [60], "returns": [700]}
    rhythm = Rhythm.model_validate_json(json.dumps(stored))
    # Then whoever is up at two is not asked after before the end of the usual night
    at = MONDAY.replace(hour=2)
    assert at + gap(rhythm, at) > MONDAY.replace(hour=6)


def test_words_say_what_is_usual_at_this_hour() -> None:
    rhythm = regular(1, {10: 190 * MINUTE})
    words = allowed(rhythm, MONDAY.replace(hour=10), SHANGHAI, POLICY).words
    assert words == "usually moves within 3 h 10 min at this hour"


@pytest.mark.parametrize(
    ("minutes", "words"), [(0, "0 min"), (5, "5 min"), (60, "1 h"), (190, "3 h 10 min"), (1500, "25 h")]
)
def test_lengths_are_spoken(minutes: int, words: str) -> None:
    assert spoken(minutes * MINUTE) == words


# Outings


def test_an_outing_may_last_until_past_the_usual_hour_of_return() -> None:
    rhythm = EMPTY
    for day in range(20):
        since = (MONDAY + timedelta(days=day)).replace(hour=9)
        rhythm = learned(rhythm, since, since + (9 * HOUR if day == 3 else 2 * HOUR), SHANGHAI, outing=True)
    at = (MONDAY + timedelta(days=21)).replace(hour=9)
    found = allowed(rhythm, at, SHANGHAI, POLICY, outing=True)
    assert 9 * HOUR < found.gap < 14 * HOUR  # out until six in the evening once
    assert found.words == "usually back within 9 h"
    assert gap(rhythm, at) == gap(EMPTY, at)  # and nothing is learned of silences at home


def test_a_word_at_the_door_is_no_outing() -> None:
    assert learned(EMPTY, MONDAY, MONDAY + 5 * MINUTE, SHANGHAI, outing=True) == EMPTY


def test_of_outings_too_the_last_ones_count() -> None:
    rhythm = learned(EMPTY, MONDAY, MONDAY + 20 * HOUR, SHANGHAI, outing=True)
    for day in range(1, OUTINGS_KEPT + 1):
        since = MONDAY.replace(hour=9) + timedelta(days=day)
        rhythm = learned(rhythm, since, since + HOUR, SHANGHAI, outing=True)
    assert max(rhythm.outings) == 60


# The calendar


@pytest.mark.parametrize(
    "start",
    [
        datetime(2026, 3, 28, 22, tzinfo=BERLIN),  # spring: 2:00 is left out
        datetime(2026, 10, 24, 22, tzinfo=BERLIN),  # autumn: 2:00 comes twice
        datetime(2024, 2, 28, 22, tzinfo=BERLIN),
        datetime(2024, 2, 29, 22, tzinfo=BERLIN),
        datetime(2026, 12, 31, 22, tzinfo=BERLIN),
    ],
)
def test_a_night_is_as_long_as_it_was_whatever_the_clock_says(start: datetime) -> None:
    rhythm = regular(28, {22: 8 * HOUR}, BERLIN, datetime(2026, 2, 1, tzinfo=BERLIN))
    since = start.astimezone(UTC)
    rhythm = learned(rhythm, since, since + 9 * HOUR, BERLIN)
    assert rhythm.hours[22] == 9 * 3600
    assert rhythm.days == 29
    assert gap(rhythm, since, BERLIN) > 9.5 * HOUR


def test_a_silence_over_midnight_belongs_to_the_hour_at_which_it_began() -> None:
    since = datetime(2026, 1, 11, 23, 59, 59, tzinfo=SHANGHAI)  # a Sunday
    rhythm = learned(EMPTY, since, since + 6 * HOUR, SHANGHAI)
    assert rhythm.week[6 * 24 + 23] == rhythm.hours[23] == 6 * 3600
    assert gap(rhythm, since + timedelta(minutes=5)) == gap(rhythm, since)  # Monday 0:04 is its neighbour


def test_days_away_do_not_make_what_is_known_fade() -> None:
    rhythm = regular(30, {10: 3 * HOUR})
    later = MONDAY.replace(hour=15) + timedelta(days=90)
    assert learned(rhythm, later, later + HOUR, SHANGHAI).days == rhythm.days + 1


@given(st.permutations(list(range(0, 24, 3))), zones)
def test_the_order_in_which_hours_of_a_day_are_learned_makes_no_difference(
    order: list[int], zone: ZoneInfo
) -> None:
    day = datetime(2026, 1, 5, tzinfo=zone)
    rhythms = []
    for hours in (order, sorted(order)):
        rhythm = EMPTY
        for hour in hours:
            since = day.replace(hour=hour)
            rhythm = learned(rhythm, since, since + (30 + 10 * hour) * MINUTE, zone)
        rhythms.append(rhythm)
    assert rhythms[0] == rhythms[1]


def test_short_silences_of_a_known_hour_cost_nothing() -> None:
    rhythm = regular(10, {10: HOUR})
    since = MONDAY.replace(hour=10) + timedelta(days=9)
    assert learned(rhythm, since, since + 10 * MINUTE, SHANGHAI) is rhythm
