"""What a sign of life changes in whatever order signs arrive, and what the end of an alert does."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.care.watching.deadlines import due_at
from functions.care.watching.movement import after_signal, released
from functions.care.watching.rhythm import USUAL, learned
from functions.care.watching.signals import Sign
from functions.care.watching.state import RECENT, begun, gone_away
from tests.unit.care.watching.living import (
    GRAN,
    HOUR,
    MINUTE,
    NOW,
    SETTING,
    SHANGHAI,
    at_home,
    sign,
    signs,
    told,
    watch,
)


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


@given(signs())
def test_a_repeat_changes_nothing(some: list[Sign]) -> None:
    state = told(begun(NOW), *some)
    known = {each.key for each in state.recent}
    for each in (one for one in some if one.key in known):
        assert after_signal(state, each, GRAN, SETTING).state == state


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
