"""By when a sign of life is expected, and what a deadline that has passed means."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.care.watching.deadlines import due_at, judged
from functions.care.watching.rhythm import USUAL
from functions.care.watching.signals import Sign
from functions.care.watching.state import Setting, asked_after, begun, gone_away
from linli.instants import to_text
from tests.unit.care.watching.living import (
    BERLIN,
    GRAN,
    HOUR,
    MINUTE,
    NOW,
    POLICY,
    SENSORS,
    SETTING,
    SHANGHAI,
    at_home,
    sign,
    signs,
    told,
    watch,
)


@given(signs(), st.sampled_from([SHANGHAI, BERLIN]), st.booleans())
def test_the_deadline_is_between_the_floor_and_the_cap(some: list[Sign], zone: ZoneInfo, pets: bool) -> None:
    setting, of = Setting(POLICY, zone), watch(pets=pets)
    state = told(begun(NOW), *some, of=of, setting=setting)
    due = due_at(state, of, setting)
    assert due is not None
    cap = POLICY.out_cap_hours if state.where == "out" else POLICY.cap_hours
    assert POLICY.floor_hours * HOUR <= due - state.seen_at <= cap * HOUR
    stored = datetime.fromisoformat(to_text(due))
    assert judged(state, of, setting, stored).verdict == "alert"


@pytest.mark.parametrize(
    ("zone", "at"),
    [
        (BERLIN, datetime(2026, 3, 29, 0, 30, tzinfo=UTC)),  # an hour is left out
        (BERLIN, datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # an hour comes twice
        (SHANGHAI, datetime(2026, 1, 4, 15, 59, tzinfo=UTC)),  # a minute to midnight
        (SHANGHAI, datetime(2028, 2, 28, 18, 0, tzinfo=UTC)),  # the leap day
        (SHANGHAI, datetime(2026, 12, 31, 15, 59, tzinfo=UTC)),  # the year's end
    ],
)
def test_a_deadline_is_so_many_real_hours_away_whatever_the_clock_on_the_wall_does(
    zone: ZoneInfo, at: datetime
) -> None:
    setting = Setting(POLICY, zone)
    state = told(begun(at - HOUR), sign("motion", at), setting=setting)
    due = due_at(state, GRAN, setting)
    assert due == at + USUAL[at.astimezone(zone).hour] * HOUR
    assert judged(state, GRAN, setting, due - MINUTE).verdict == "not_due"
    assert judged(state, GRAN, setting, due).verdict == "alert"


@given(st.integers(0, 366 * 24), st.sampled_from([SHANGHAI, BERLIN]))
def test_at_every_hour_of_a_leap_year_a_deadline_comes_in_its_time_and_not_before(
    hour: int, zone: ZoneInfo
) -> None:
    setting, at = Setting(POLICY, zone), datetime(2028, 1, 1, tzinfo=UTC) + hour * HOUR
    state = told(begun(at - HOUR), sign("motion", at), sign("bed", at + MINUTE), setting=setting)
    due = due_at(state, GRAN, setting)
    assert due is not None
    assert POLICY.floor_hours * HOUR <= due - state.seen_at <= POLICY.cap_hours * HOUR
    assert judged(state, GRAN, setting, due - MINUTE).verdict == "not_due"
    assert judged(state, GRAN, setting, due).verdict == "alert"


def test_nothing_is_due_before_the_end_of_an_absence_and_then_it_is_asked_about() -> None:
    until = NOW + 72 * HOUR
    away = gone_away(at_home(), until, NOW)
    assert due_at(away, GRAN, SETTING) == until
    assert judged(away, GRAN, SETTING, until - MINUTE).verdict == "not_due"
    assert judged(away, GRAN, SETTING, until).verdict == "ask"


def test_a_forgotten_absence_becomes_an_alert_when_nobody_answers() -> None:
    until = NOW + 72 * HOUR
    asked = asked_after(gone_away(at_home(), until, NOW))
    patience = until + POLICY.forgotten_away_hours * HOUR
    assert due_at(asked, GRAN, SETTING) == patience
    assert judged(asked, GRAN, SETTING, patience).reason == "not_back"


def test_a_home_that_no_sensor_sees_is_said_so_and_has_the_longer_cap() -> None:
    unseen = watch(residents=2, sensors=[SENSORS[0]])
    assert unseen.cannot_tell[-1] == "no sensor tells of this person in the home"
