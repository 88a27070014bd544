"""What people do to an alert: answers, presses and signs of life."""

from datetime import timedelta
from typing import Any

import pytest

from functions.care.calling.alerts import ROLES, Answer
from linli.escalation.answering import NotNow, allowed, answered, given_a_sign, joined, noted
from linli.escalation.chain import advanced, chain_for
from tests.unit.linli.escalation.alarming import (
    CIRCLE,
    NOON,
    PEOPLE,
    POLICY,
    SETTING,
    actor,
    alert,
    run,
    told,
)


def test_an_acknowledgement_has_an_end() -> None:
    one, _ = run(alert(), NOON + timedelta(minutes=31))
    taken = answered(
        one, Answer(command="acknowledge"), actor("carer"), SETTING, NOON + timedelta(minutes=32)
    )
    assert taken.alert.due_at == NOON + timedelta(minutes=62)
    assert advanced(taken.alert, CIRCLE, SETTING, NOON + timedelta(minutes=61)).changed is False
    # When nothing was said in time, the chain goes on where it was
    lapsed = advanced(taken.alert, CIRCLE, SETTING, NOON + timedelta(minutes=62))
    assert [entry.what for entry in lapsed.entries] == ["lapsed", "called"]
    assert lapsed.entries[0].actor == "carer"
    assert told([lapsed]) == [("carer", "push")]


def test_one_person_sees_to_it_at_a_time_and_may_ask_for_more_time() -> None:
    taken = answered(alert(), Answer(command="acknowledge"), actor("carer"), SETTING, NOON).alert
    with pytest.raises(NotNow) as refused:
        answered(taken, Answer(command="acknowledge"), actor("boss"), SETTING, NOON)
    assert refused.value.extensions["allowed"] == ["snooze", "confirm", "resolve"]
    later = NOON + timedelta(minutes=20)
    again = answered(taken, Answer(command="acknowledge"), actor("carer"), SETTING, later).alert
    assert again.due_at == later + timedelta(minutes=30)


def test_nobody_sees_to_it_for_longer_than_the_policy_allows() -> None:
    long = Answer(command="acknowledge", minutes=1440)
    assert answered(alert(), long, actor("carer"), SETTING, NOON).alert.due_at == NOON + timedelta(minutes=30)
    short = Answer(command="acknowledge", minutes=10)
    assert answered(alert(), short, actor("carer"), SETTING, NOON).alert.due_at == NOON + timedelta(
        minutes=10
    )


def test_a_snoozed_alert_comes_back() -> None:
    snoozed = answered(alert(), Answer(command="snooze", minutes=1440), actor("carer"), SETTING, NOON).alert
    assert snoozed.due_at == NOON + timedelta(minutes=120), "no longer than the policy allows"
    back = advanced(snoozed, CIRCLE, SETTING, NOON + timedelta(minutes=120))
    assert back.alert.state == "open"
    assert told([back]) == [("ann", "push")]


def test_an_emergency_cannot_be_put_off_nor_called_off_by_who_pressed() -> None:
    one = alert(emergency=True)
    for who, command, more in (("boss", "snooze", {"minutes": 5}), ("ann", "resolve", {"outcome": "fine"})):
        with pytest.raises(NotNow):
            answered(one, Answer(command=command, **more), actor(who), SETTING, NOON)  # type: ignore[arg-type]
    assert noted(one, "pressed 1", actor("ann"), NOON).alert.state == "open"


def test_the_person_may_say_they_are_fine_and_nothing_else() -> None:
    fine = answered(alert(), Answer(command="resolve", outcome="fine"), actor("ann"), SETTING, NOON).alert
    assert (fine.state, fine.outcome, fine.due_at) == ("resolved", "fine", None)
    with pytest.raises(NotNow):
        answered(alert(), Answer(command="resolve", outcome="deceased"), actor("ann"), SETTING, NOON)


def test_after_its_end_nothing_changes_it() -> None:
    over = answered(alert(), Answer(command="resolve", outcome="sensor"), actor("boss"), SETTING, NOON).alert
    assert all(allowed(over, actor(who)) == [] for who in PEOPLE)
    assert not joined(over, POLICY.chain, "", NOON).entries
    assert not given_a_sign(over, NOON, "", SETTING, NOON).changed
    assert not noted(over, "", actor("ann"), NOON).changed
    assert not advanced(over, CIRCLE, SETTING, NOON + timedelta(days=9)).changed


@pytest.mark.parametrize(
    "wrong",
    [
        {"command": "resolve"},
        {"command": "acknowledge", "outcome": "fine"},
        {"command": "snooze"},
        {"command": "confirm", "minutes": 3},
        {"command": "resolve", "outcome": "gone"},
    ],
)
def test_an_answer_has_its_particulars(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        Answer(**wrong)


def test_a_press_raises_an_open_idle_alert() -> None:
    snoozed = answered(alert(), Answer(command="snooze", minutes=60), actor("boss"), SETTING, NOON).alert
    step = joined(snoozed, chain_for(ROLES, POLICY.chain, emergency=True), "", NOON)
    one = step.alert
    assert (one.emergency, one.state, one.reason, one.due_at) == (True, "open", "sos", NOON)
    assert [entry.what for entry in step.entries] == ["raised"]
    assert all(rung.to != "person" for rung in one.chain)


def test_a_press_soon_after_an_answer_is_the_same_fright_and_later_means_nobody_came() -> None:
    taken = answered(alert(emergency=True), Answer(command="acknowledge"), actor("boss"), SETTING, NOON).alert
    chain = chain_for(ROLES, POLICY.chain, emergency=True)
    soon = joined(taken, chain, "", NOON + timedelta(seconds=90))
    assert (soon.alert, [entry.what for entry in soon.entries]) == (taken, ["pressed_again"])
    late = joined(taken, chain, "", NOON + timedelta(minutes=5)).alert
    assert (late.state, late.due_at) == ("open", NOON + timedelta(minutes=5))
    assert not joined(late, chain, "", NOON + timedelta(minutes=6)).changed


def test_the_first_sign_of_life_stops_the_calls_until_somebody_confirms() -> None:
    one, _ = run(alert(), NOON + timedelta(minutes=12))
    at = NOON + timedelta(minutes=12)
    calm = given_a_sign(one, at, "the door was used", SETTING, at).alert
    assert (calm.state, calm.moved_at, calm.due_at) == ("answered", at, at + timedelta(minutes=60))
    # Nobody confirms: she is called first, and a second sign does not begin it all anew
    back = advanced(calm, CIRCLE, SETTING, at + timedelta(minutes=60))
    assert told([back]) == [("ann", "push")]
    assert not given_a_sign(back.alert, back.now, "the lamp", SETTING, back.now).changed
