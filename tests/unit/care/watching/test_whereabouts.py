"""Where somebody is, told by the signs of the day, and which silences were outings."""

from datetime import timedelta

import pytest

from functions.care.watching.deadlines import judged
from functions.care.watching.movement import released
from functions.care.watching.state import WatchState, begun
from functions.care.watching.whereabouts import gaps
from tests.unit.care.watching.living import (
    GRAN,
    HOUR,
    MINUTE,
    NOW,
    SENSORS,
    SETTING,
    at_home,
    sign,
    told,
    watch,
)


def test_out_by_the_gate_and_back_by_motion_is_an_outing() -> None:
    out = told(at_home(), sign("gate_out", NOW + HOUR))
    assert (out.where, out.since) == ("out", NOW + HOUR)
    back = told(out, sign("motion", NOW + 3 * HOUR))
    assert back.where == "home"


def test_the_door_and_then_nothing_is_gone_out_where_sensors_would_tell() -> None:
    left = told(at_home(), sign("door", NOW + HOUR))
    assert left.where == "out"
    assert judged(left, GRAN, SETTING, NOW + 40 * HOUR).reason == "not_back"


def test_the_door_and_then_nothing_is_unknown_where_no_sensor_would_tell() -> None:
    blind = watch(sensors=[SENSORS[1]])
    left = told(begun(NOW), sign("door", NOW + HOUR), of=blind)
    assert left.where == "unknown"
    assert judged(left, blind, SETTING, NOW + 40 * HOUR).reason == "idle"


@pytest.mark.parametrize(("after", "where"), [(MINUTE, "out"), (3 * MINUTE, "home")])
def test_a_sensor_that_lags_behind_who_leaves_does_not_bring_them_back(after: timedelta, where: str) -> None:
    left = told(at_home(), sign("door", NOW + HOUR))
    assert told(left, sign("motion", NOW + HOUR + after)).where == where


def test_the_door_that_falls_shut_is_not_a_return() -> None:
    left = told(at_home(), sign("door", NOW + HOUR), sign("door", NOW + HOUR + MINUTE))
    assert left.where == "out"
    assert told(left, sign("door", NOW + 3 * HOUR)).where == "home"


def test_words_say_what_is_usual_how_long_it_has_been_and_the_last_sign() -> None:
    judgement = judged(at_home(), GRAN, SETTING, NOW + 13 * HOUR)
    assert (judgement.verdict, judgement.reason) == ("alert", "idle")
    assert "9 h are allowed" in judgement.words
    assert judgement.words.endswith("; 13 h so far; last sign: something moved, Mon 05 Jan 16:00")


def test_through_the_gate_up_the_stairs_and_in_at_the_door_is_home() -> None:
    back = told(
        at_home(),
        sign("gate_out", NOW + HOUR),
        sign("gate_in", NOW + 3 * HOUR),
        sign("door", NOW + 3 * HOUR + 3 * MINUTE),
    )
    assert back.where == "home"


def test_an_outing_that_the_door_did_not_tell_of_is_told_by_what_follows() -> None:
    # Given somebody who is heard at the door after hours of silence, and in the home a minute later
    home = told(at_home(), sign("motion", NOW + MINUTE))
    door = told(home, sign("door", NOW + 5 * HOUR))
    back = told(door, sign("motion", NOW + 5 * HOUR + 3 * MINUTE), sign("motion", NOW + 6 * HOUR))
    # Then it was an outing, and says nothing of silences at home
    known = gaps(back.past, sees=True)
    assert [each.outing for each in known if each.until == NOW + 5 * HOUR] == [True]
    # and who is heard at the door alone has just left
    left = told(door, sign("door", NOW + 9 * HOUR))
    assert [each.outing for each in gaps(left.past, sees=True) if each.since == NOW + MINUTE] == [False]


def test_whoever_is_out_and_fine_is_out_still() -> None:
    out = told(at_home(), sign("door", NOW + HOUR))
    asked = released(out, "fine", NOW + 26 * HOUR, SETTING)
    assert (asked.where, asked.since) == ("out", NOW + HOUR)
    assert released(out, "sensor", NOW + 26 * HOUR, SETTING).where == "unknown"


def test_a_state_from_before_goes_on_where_it_was() -> None:
    # Given a row that older code has written, without what is remembered of the last day
    now = told(at_home(), sign("motion", NOW + HOUR))
    fresh = {"place", "lately", "pulses"}
    old = WatchState.model_validate_json(now.model_dump_json(exclude=fresh))
    # Then the silence that was going on is learned as it would have been
    one, other = (told(each, sign("motion", NOW + 4 * HOUR)) for each in (now, old))
    assert gaps(other.past, sees=True) == gaps(one.past, sees=True)[-1:]
