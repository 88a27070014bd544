"""Signs of life in any order, absences, silences: the deadline of a person never moves back."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.care.watching.deadlines import due_at, judged
from functions.care.watching.movement import after_signal, released
from functions.care.watching.rhythm import USUAL, learned
from functions.care.watching.signals import SENSOR_KINDS, Sign
from functions.care.watching.silences import heard, outage_after
from functions.care.watching.state import (
    RECENT,
    Outage,
    Setting,
    Silence,
    WatchState,
    asked_after,
    begun,
    came_back,
    gone_away,
)
from functions.care.watching.watch import Sensor, Watch
from functions.care.watching.whereabouts import silences
from linli.instants import to_text
from linli.vocabulary.care import CarePolicy

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
POLICY = CarePolicy()
SETTING = Setting(POLICY, SHANGHAI)
SENSORS = [
    Sensor(device="motion-1", kind="motion"),
    Sensor(device="door-1", kind="door"),
    Sensor(device="bed-1", kind="bed", gateway="hub-1"),
]


def watch(**settings: Any) -> Watch:
    known: dict[str, Any] = {"home": "b1/101", "consent": "file 17", "sensors": SENSORS}
    return Watch(community="willow", person="gran", version=1, **{**known, **settings})


GRAN = watch()


def sign(kind: str, at: datetime, key: str | None = None) -> Sign:
    return Sign(kind=kind, at=at, key=key or f"{kind}:{at.isoformat()}")


def told(state: WatchState, *signs: Sign, of: Watch = GRAN, setting: Setting = SETTING) -> WatchState:
    for each in signs:
        state = after_signal(state, each, of, setting).state
    return state


def at_home() -> WatchState:
    return told(begun(NOW - HOUR), sign("motion", NOW))


# Any signs in any order


@st.composite
def signs(draw: st.DrawFn) -> list[Sign]:
    minutes = draw(st.lists(st.integers(-2000, 5000), min_size=1, max_size=12))
    kinds = st.sampled_from(sorted(SENSOR_KINDS))
    return [sign(draw(kinds), NOW + minute * MINUTE, f"k{number}") for number, minute in enumerate(minutes)]


@given(signs(), st.randoms())
def test_a_replayed_old_duplicated_or_reordered_sign_never_moves_the_last_one_back(
    some: list[Sign], random: Any
) -> None:
    state = begun(NOW)
    some = [*some, *random.sample(some, len(some))]
    for each in some:
        before, moved = state, after_signal(state, each, GRAN, SETTING)
        state = moved.state
        assert state.seen_at >= before.seen_at
        if moved.outcome in {"repeated", "not_counted"}:
            assert due_at(state, GRAN, SETTING) == due_at(before, GRAN, SETTING)
        if each.at <= before.seen_at:
            assert state.seen_at == before.seen_at
        assert len(state.recent) <= RECENT
    assert state.seen_at == max([NOW, *(each.at for each in some)])


@given(signs())
def test_the_order_in_which_signs_arrive_does_not_matter_to_the_last_one(some: list[Sign]) -> None:
    assert told(begun(NOW), *some).seen_at == told(begun(NOW), *reversed(some)).seen_at


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


@given(signs())
def test_a_repeat_changes_nothing(some: list[Sign]) -> None:
    state = told(begun(NOW), *some)
    known = {each.key for each in state.recent}
    for each in (one for one in some if one.key in known):
        assert after_signal(state, each, GRAN, SETTING).state == state


# Days that are not like others


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


# Where somebody is


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
    known = silences(back.past, sees=True)
    assert [each.outing for each in known if each.until == NOW + 5 * HOUR] == [True]
    # and who is heard at the door alone has just left
    left = told(door, sign("door", NOW + 9 * HOUR))
    assert [each.outing for each in silences(left.past, sees=True) if each.since == NOW + MINUTE] == [False]


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
    assert silences(other.past, sees=True) == silences(one.past, sees=True)[-1:]


# Away


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


@pytest.mark.parametrize("kind", ["motion", "bed", "gate_in", "camera_seen"])
def test_a_sign_in_the_home_ends_an_absence(kind: str) -> None:
    away = gone_away(at_home(), NOW + 72 * HOUR, NOW)
    moved = after_signal(away, sign(kind, NOW + 5 * HOUR), GRAN, SETTING)
    expected = "moved" if kind == "camera_seen" else "back"  # the camera looks at the landing
    assert moved.outcome == expected
    assert (moved.state.where == "home") == (expected == "back")


def test_packing_does_not_end_an_absence_and_a_call_from_afar_neither() -> None:
    away = gone_away(at_home(), NOW + 72 * HOUR, NOW)
    packing = told(away, sign("motion", NOW + HOUR), sign("door", NOW + HOUR + MINUTE))
    assert packing.where == "away"
    assert told(packing, sign("app_check_in", NOW + 24 * HOUR)).where == "away"


@given(st.integers(3, 2000))
def test_days_away_teach_nothing(hours: int) -> None:
    home = at_home()
    away = gone_away(home, NOW + 3000 * HOUR, NOW)
    assert told(away, sign("motion", NOW + hours * HOUR)).rhythm == home.rhythm


def test_whoever_comes_back_is_seen_now() -> None:
    back = came_back(gone_away(at_home(), NOW + 72 * HOUR, NOW), NOW + 5 * HOUR, by_themself=False)
    assert (back.where, back.seen_at, back.away_until) == ("unknown", NOW + 5 * HOUR, None)
    assert came_back(back, NOW + 6 * HOUR, by_themself=False) == back


# Silence of devices


def lost(
    state: WatchState, *devices: str, lost: bool = True, episode: str = "e1", at: datetime = NOW
) -> WatchState:
    return heard(state, GRAN, [Silence(device=each, episode=episode) for each in devices], at, lost=lost)


def spoken(kind: str, at: datetime, *devices: str) -> Sign:
    return sign(kind, at).model_copy(update={"devices": frozenset(devices)})


def test_all_that_tells_of_the_home_silent_is_cannot_see_and_the_deadline_stays() -> None:
    home = at_home()
    one = lost(lost(home, "motion-1"), "door-1")
    assert one.blind_since is None
    blind = lost(one, "hub-1")
    assert blind.blind_since == NOW
    assert due_at(blind, GRAN, SETTING) == due_at(home, GRAN, SETTING)
    judgement = judged(blind, GRAN, SETTING, NOW + 12 * HOUR)
    assert judgement.reason == "cannot_see"
    assert judgement.words.startswith("no sensor in the home can be heard since Mon 05 Jan 16:00")
    assert lost(blind, "hub-1", lost=False).blind_since is None


def test_a_door_that_still_speaks_sees_nothing_of_the_home() -> None:
    assert lost(lost(at_home(), "motion-1"), "bed-1").blind_since == NOW


def test_where_nothing_tells_of_the_home_all_sensors_have_to_be_lost() -> None:
    button, door = Sensor(device="button-1", kind="call_button"), SENSORS[1]
    of, state = watch(sensors=[button, door]), begun(NOW)
    for device, blind in (("button-1", False), ("door-1", True)):
        state = heard(state, of, [Silence(device=device, episode="e1")], NOW, lost=True)
        assert bool(state.blind_since) == blind


def test_the_end_of_a_silence_may_arrive_before_its_beginning() -> None:
    cleared = lost(at_home(), "motion-1", lost=False)
    assert lost(cleared, "motion-1").silent == []
    assert lost(cleared, "motion-1", episode="e2").silent == [
        Silence(device="motion-1", episode="e2", since=NOW)
    ]


@given(
    st.permutations([(d, e, o) for d in ("motion-1", "hub-1") for e in ("e1", "e2") for o in (True, False)])
)
def test_once_every_silence_is_over_nothing_is_silent(told_in_any_order: list[tuple[str, str, bool]]) -> None:
    state = at_home()
    for device, episode, gone in told_in_any_order:
        state = lost(state, device, lost=gone, episode=episode)
    assert state.silent == []
    assert state.blind_since is None


def test_a_sensor_that_speaks_is_heard_whatever_was_said_of_it() -> None:
    blind = lost(lost(at_home(), "hub-1", "bed-1"), "motion-1", episode="e2")
    assert blind.blind_since == NOW
    sees = told(blind, spoken("motion", NOW + MINUTE, "motion-1"))
    assert (sees.blind_since, [each.device for each in sees.silent]) == (None, ["hub-1", "bed-1"])
    assert lost(sees, "motion-1", episode="e2") == sees  # the fault, told again
    assert lost(sees, "motion-1", episode="e3", at=NOW + HOUR).blind_since == NOW + HOUR


def test_what_a_sensor_sent_before_it_was_lost_does_not_show_that_it_speaks() -> None:
    blind = lost(at_home(), "motion-1", "bed-1", at=NOW + HOUR)
    assert told(blind, spoken("motion", NOW + MINUTE, "motion-1")).blind_since == NOW + HOUR


def test_a_sensor_that_speaks_but_does_not_count_is_heard_all_the_same() -> None:
    of = watch(pets=True, counts=["motion"])
    silences = [Silence(device=each, episode="e1") for each in ("motion-1", "bed-1")]
    blind = heard(begun(NOW), of, silences, NOW, lost=True)
    later = told(blind, sign("gate_in", NOW + HOUR), of=of)
    assert later.blind_since == NOW
    assert told(later, spoken("motion", NOW + MINUTE, "motion-1"), of=of).blind_since is None


def test_who_publishes_for_a_sensor_is_heard_with_it() -> None:
    blind = lost(lost(at_home(), "hub-1", "bed-1"), "motion-1")
    assert told(blind, spoken("bed", NOW + MINUTE, "bed-1", "hub-1")).silent == [
        Silence(device="motion-1", episode="e1", since=NOW)
    ]


def test_a_gateway_that_is_back_leaves_those_silent_that_it_does_not_name() -> None:
    blind = lost(lost(at_home(), "hub-1", "bed-1"), "motion-1")
    back = lost(blind, "hub-1", lost=False, at=NOW + HOUR)
    assert back.blind_since == NOW
    assert lost(back, "bed-1", lost=False, at=NOW + HOUR).blind_since is None
    assert lost(blind, "hub-1", "bed-1", lost=False, at=NOW + HOUR).blind_since is None


def test_one_that_comes_another_way_than_by_its_lost_gateway_is_heard() -> None:
    blind = lost(lost(at_home(), "hub-1", "bed-1"), "motion-1")
    assert lost(blind, "bed-1", lost=False, episode="unseen-1", at=NOW + HOUR).blind_since is None
    assert lost(blind, "bed-1", lost=False, episode="older", at=NOW - HOUR).blind_since == NOW


def test_a_silence_of_the_sensors_teaches_nothing() -> None:
    home = told(at_home(), sign("motion", NOW + MINUTE))
    blind = lost(lost(home, "motion-1"), "hub-1")
    heard_again = lost(blind, "hub-1", lost=False)
    assert told(heard_again, sign("bed", NOW + 8 * HOUR)).rhythm == home.rhythm


# Other residents and pets


def test_motion_may_be_the_cat() -> None:
    cat = watch(pets=True)
    assert cat.cannot_tell == ["motion may be a pet and does not count"]
    state = told(begun(NOW), sign("motion", NOW + HOUR), of=cat)
    assert state.seen_at == NOW
    assert [each.counted for each in state.recent] == [False]
    assert told(state, sign("bed", NOW + HOUR), of=cat).seen_at == NOW + HOUR


def test_in_a_home_of_two_only_what_is_theirs_counts() -> None:
    couple = watch(residents=2)
    assert couple.cannot_tell == [
        "door may be another resident and does not count",
        "motion may be another resident and does not count",
    ]
    for kind in ("motion", "door", "lamp", "water"):
        assert after_signal(begun(NOW), sign(kind, NOW + HOUR), couple, SETTING).outcome == "not_counted"
    for kind in ("bed", "gate_in", "gate_out", "check_in", "app_check_in", "call_button", "camera_seen"):
        assert after_signal(begun(NOW), sign(kind, NOW + HOUR), couple, SETTING).outcome == "moved"


def test_what_the_settings_say_counts_counts() -> None:
    sure = watch(residents=2, pets=True, counts=["motion"])
    assert after_signal(begun(NOW), sign("motion", NOW + HOUR), sure, SETTING).outcome == "moved"


def test_a_home_that_no_sensor_sees_is_said_so_and_has_the_longer_cap() -> None:
    unseen = watch(residents=2, sensors=[SENSORS[0]])
    assert unseen.cannot_tell[-1] == "no sensor tells of this person in the home"


# After an alert


@pytest.mark.parametrize(
    ("outcome", "where", "hours"),
    [
        ("sensor", "unknown", USUAL[5]),  # at five in the morning
        ("needs_help", "unknown", USUAL[5]),
        ("away", "away", 24),
        ("hospital", "away", 7 * 24),
        ("deceased", "home", None),
    ],
)
def test_an_outcome_says_when_somebody_looks_next(outcome: Any, where: str, hours: int | None) -> None:
    later = NOW + 13 * HOUR
    state = released(at_home(), outcome, later, SETTING)
    assert (state.where, state.seen_at) == (where, later)
    assert due_at(state, GRAN, SETTING) == (None if hours is None else later + hours * HOUR)


def test_a_silence_that_was_fine_is_learned_and_one_that_was_not_is_not() -> None:
    home, later = at_home(), NOW + 13 * HOUR
    assert released(home, "fine", later, SETTING).rhythm == learned(home.rhythm, NOW, later, SHANGHAI)
    for outcome in ("needs_help", "hospital", "sensor", "away"):
        assert released(home, outcome, later, SETTING).rhythm == home.rhythm  # type: ignore[arg-type]


def test_a_silence_that_ended_during_an_alert_waits_for_what_people_say() -> None:
    # Given she moves again eleven hours later, an alert being open, and then goes on moving
    home, again = at_home(), NOW + 13 * HOUR
    state = home
    for at in (again, again + HOUR):
        state = after_signal(state, sign("motion", at), GRAN, SETTING, alarmed=True).state
    assert state.rhythm == home.rhythm
    # When staff say that she was fine, the silence is learned, and not when she was not
    later = again + 2 * HOUR
    assert released(state, "fine", later, SETTING).rhythm == learned(home.rhythm, NOW, again, SHANGHAI)
    assert released(state, "needs_help", later, SETTING).rhythm == home.rhythm


def test_an_outing_that_was_fine_is_learned() -> None:
    out, later = told(at_home(), sign("gate_out", NOW + HOUR)), NOW + 9 * HOUR
    expected = learned(out.rhythm, NOW + HOUR, later, SHANGHAI, outing=True)
    assert released(out, "fine", later, SETTING).rhythm == expected


def test_an_outcome_leaves_an_absence_that_has_been_said_meanwhile() -> None:
    until = NOW + 72 * HOUR
    assert released(gone_away(at_home(), until, NOW), "fine", NOW + HOUR, SETTING).away_until == until


def test_nothing_counts_any_more_for_the_dead() -> None:
    ended = released(at_home(), "deceased", NOW, SETTING)
    assert told(ended, sign("motion", NOW + HOUR)).seen_at == ended.seen_at


def test_the_end_of_an_outage_may_be_told_before_its_beginning() -> None:
    lost = Silence(device="motion-1", episode="e1")
    first = outage_after(Outage(), lost, NOW + HOUR, lost=False)
    assert outage_after(first, lost, NOW, lost=True).lost == []
    begun = outage_after(Outage(), lost, NOW, lost=True)
    assert [each.spell for each in begun.lost] == [lost.spell]
    assert outage_after(begun, lost, NOW, lost=True) == begun
    other = Silence(device="motion-1", episode="unseen-1")
    assert outage_after(begun, other, NOW + HOUR, lost=False).lost == []


def test_an_absence_that_others_take_back_at_once_was_a_mistake() -> None:
    home = at_home()
    away = gone_away(home, NOW + 72 * HOUR, NOW)
    assert came_back(away, NOW + MINUTE, by_themself=False).seen_at == home.seen_at
    assert came_back(away, NOW + MINUTE, by_themself=True).seen_at == NOW + MINUTE
    assert came_back(away, NOW + 2 * HOUR, by_themself=False).seen_at == NOW + 2 * HOUR
