"""A press of a call button is a call, whatever breaks."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from functions.care.calling.rows import AlertRow, PressRow
from functions.care.tending.rows import DutyRow
from functions.care.watching import store as watching
from functions.care.watching.rows import StateRow
from linli.aws import client
from linli.escalation.roster import OnDuty
from linli.escalation.rows import RosterRow
from tests.integration.calling_out import (  # noqa: F401  the fixtures
    BOSS,
    BUTTON,
    CAREGIVER,
    CARER,
    DAUGHTER,
    DAUGHTERS,
    GRAN,
    HOUR,
    MINUTE,
    NIGHT,
    SECOND,
    House,
    button_calls,
    gateways_that_call,
    inhabited,
    replies_to_devices,
    silent,
    written_by_newer_code,
)
from tests.integration.conftest import STAGE, dead_letters, published
from tests.integration.gateway import NOW
from tests.integration.messages import rule_event
from tests.integration.neighbourhood import GRANNY
from tests.integration.people import WILLOW_MANAGER, WILLOW_RESIDENT, member


def test_a_press_at_night_calls_everybody_of_the_step_at_once(house: House) -> None:
    # When she presses at two in the morning
    answer = house.press(NIGHT)
    # Then the button is told, and without a sweep her daughter is called by every channel
    assert answer == {"outcome": "opened"}
    house.work()
    assert house.gateways.sent == [(DAUGHTER, "push"), (DAUGHTERS, "sms"), (DAUGHTERS, "voice")]
    assert all(each["urgent"] for each in house.gateways.notices)
    # And two minutes later again, then whoever comes next
    house.minute(NIGHT + 2 * MINUTE)
    house.minute(NIGHT + 4 * MINUTE)
    assert house.gateways.sent[-1] == (CARER, "push")
    assert house.alert.reason == "sos"


@pytest.mark.usefixtures("house", "atomic")
def test_fifty_presses_at_once_are_one_alert(house: House) -> None:
    def press(number: int) -> int:
        key = {"Idempotency-Key": f"press-{number % 25}"}
        return house.call("POST", "calls_for_help", WILLOW_RESIDENT, NIGHT, body={}, headers=key).status

    with ThreadPoolExecutor(10) as pool:
        assert set(pool.map(press, range(50))) == {201}
    assert house.alert.emergency
    lines = [each["what"] for each in house.timeline()]
    assert (lines.count("opened"), lines.count("pressed_again")) == (1, 24)


def test_the_same_press_delivered_again_changes_nothing(house: House) -> None:
    assert house.press(NIGHT, "press-1") == {"outcome": "opened"}
    assert house.press(NIGHT + MINUTE, "press-1", at=NIGHT) == {"outcome": "duplicate"}
    assert house.alert.version == 1


def test_a_press_whose_reply_is_lost_is_one_alert(house: House, lose_reply: Callable[[str], None]) -> None:
    lose_reply("TransactWriteItems")
    assert house.press(NIGHT)["outcome"] in {"opened", "duplicate"}
    house.work()
    assert house.gateways.sent[0] == (DAUGHTER, "push")


def test_a_press_raises_the_alert_that_is_open(house: House) -> None:
    opened = silent(house)
    assert house.answer(CAREGIVER, opened, "snooze", minutes=60).status == 200
    assert house.press(opened + MINUTE) == {"outcome": "joined"}
    house.work()
    assert (house.alert.emergency, house.alert.state) == (True, "open")
    assert house.gateways.sent[-1] == (DAUGHTERS, "voice")


def test_somebody_who_is_not_watched_over_may_call_for_help(house: House) -> None:
    other = member("willow-resident-7", "willow", "resident")
    answer = house.call("POST", "calls_for_help", other, NIGHT, body={})
    assert (answer.status, answer.body["outcome"]) == (201, "opened")
    house.work()
    assert house.gateways.sent == [(BOSS, "push"), ("+8613800000009", "voice")]
    assert house.answer(WILLOW_MANAGER, NIGHT, "resolve", outcome="needs_help").status == 200
    assert StateRow.get("willow#person#willow-resident-7", "state").open_alert is None


def test_a_button_that_nobody_is_assigned_to_is_the_duty_managers_at_once(house: House) -> None:
    assert house.press(NIGHT, device="willow-button-9") == {"outcome": "unknown_button"}
    house.minute(NIGHT)
    # By every channel, and once more every five minutes, until somebody has settled it
    boss = [(BOSS, "push"), ("+8613800000009", "voice"), ("+8613800000009", "sms")]
    assert button_calls(house) == boss
    rota = {"capacity": "caregiver", "phone": "+8613800000008"}
    assert house.call("PUT", f"duty_roster/{CARER}", WILLOW_MANAGER, body=rota).status == 200
    for minutes in (4, 5, 10, 15):
        house.minute(NIGHT + minutes * MINUTE)
    carer = [(CARER, "push"), ("+8613800000008", "voice"), ("+8613800000008", "sms")]
    assert button_calls(house) == boss + (boss + carer) * 3
    assert house.queue()[0] == ("unknown_button", "willow-button-9")
    path = "duties/unknown-button/willow-button-9/settlement"
    note = {"note": "it was a test", "since": NIGHT.isoformat()}
    assert house.call("POST", path, CAREGIVER, body=note).status == 204
    assert house.call("POST", path, WILLOW_MANAGER, body=note).status == 409
    house.minute(NIGHT + HOUR)
    assert button_calls(house) == boss + (boss + carer) * 3


def test_a_press_of_an_event_id_that_was_used_before_is_another_press(house: House) -> None:
    # Given a press that was seen to; a new battery, and the button counts from the beginning
    house.press(NOW, "press-1")
    assert house.answer(CAREGIVER, NOW + HOUR, "resolve", outcome="fine").status == 200
    assert house.press(NOW + 48 * HOUR, "press-1") == {"outcome": "opened"}
    assert watching.load("willow", GRAN).open_alert is not None


DEAD = datetime(1970, 1, 1, 0, 0, 5, tzinfo=UTC)
STUCK = NOW - timedelta(days=3)


def open_alert(person: str = GRAN) -> str | None:
    row = StateRow.get(*StateRow.key("willow", person), consistent_read=True)
    return None if row.open_alert is None else str(row.open_alert)


def resolve(house: House, now: datetime, outcome: str = "fine") -> None:
    path, body = f"alerts/{open_alert()}/answers", {"command": "resolve", "outcome": outcome}
    assert house.call("POST", path, CAREGIVER, now, body=body).status == 200


@pytest.mark.parametrize(
    "clock", [DEAD, STUCK, NOW, NOW + 24 * HOUR], ids=["1970", "stuck", "right", "ahead"]
)
@pytest.mark.parametrize("later", [11 * SECOND, 5 * MINUTE, 8 * HOUR, 24 * 8 * HOUR])
def test_once_its_alert_is_over_the_very_same_press_is_a_new_call(
    house: House, clock: datetime, later: timedelta
) -> None:
    # Given a press that was seen to
    assert house.press(NOW, "b-1", at=clock) == {"outcome": "opened"}
    first = open_alert()
    resolve(house, NOW + 5 * SECOND)
    # When the battery is out and in, and the button says the very same when it is pressed again
    assert house.press(NOW + later, "b-1", at=clock) == {"outcome": "opened"}
    # Then there is a new alert, and its chain is called
    assert open_alert() not in {None, first}
    house.work()
    assert (DAUGHTERS, "voice") in house.gateways.sent
    # And that one is not called twice by what the broker delivers again
    assert house.press(NOW + later + 5 * SECOND, "b-1", at=clock) == {"outcome": "duplicate"}


@pytest.mark.parametrize("clock", [DEAD, NOW], ids=["1970", "right"])
def test_a_press_told_again_within_seconds_or_by_a_delivery_tried_again_is_the_same(
    house: House, clock: datetime
) -> None:
    assert house.press(NOW, "b-1", at=clock) == {"outcome": "opened"}
    resolve(house, NOW + SECOND)
    # The broker delivers it again; Lambda tries what the rule handed over at first once more, minutes later
    assert house.press(NOW + 9 * SECOND, "b-1", at=clock) == {"outcome": "duplicate"}
    assert house.press(NOW, "b-1", at=clock) == {"outcome": "duplicate"}
    assert open_alert() is None


def test_pressed_again_by_a_button_without_a_clock_nobody_having_come_the_chain_goes_on(house: House) -> None:
    house.press(NOW, "b-1", at=DEAD)
    assert house.answer(CAREGIVER, NOW + MINUTE, "acknowledge").status == 200
    # When she presses again, a quarter of an hour later, and the button says the very same
    assert house.press(NOW + 15 * MINUTE, "b-1", at=DEAD) == {"outcome": "joined"}
    # Then the alert is open again
    assert (house.alert.state, house.alert.due_at) == ("open", NOW + 15 * MINUTE)
    assert [each["what"] for each in house.timeline()].count("pressed_again") == 1


def test_the_words_say_that_the_button_has_no_clock(house: House, replies: list[dict[str, Any]]) -> None:
    house.press(NOW, "b-1", at=DEAD)
    assert (
        house.alert.words
        == "the call button was pressed at 08:00:00 UTC, by our clock: its own says 1970-01-01"
    )
    house.press(NOW + MINUTE, "b-1", at=NOW + MINUTE)
    assert [(each["clock_off"], each.get("id_reused")) for each in replies] == [(True, None), (False, True)]


def test_an_id_that_comes_again_from_another_button_behind_the_hub_is_another_press(house: House) -> None:
    # Given two buttons of hers behind one hub, whose counter begins anew
    two = [{"device": f"willow-button-{n}", "kind": "call_button", "gateway": "willow-hub-1"} for n in (1, 2)]
    body = {**GRANNY, "sensors": [*GRANNY["sensors"], *two]}
    assert house.call("PUT", f"watches/{GRAN}", WILLOW_MANAGER, NOW - HOUR, body=body).status == 200

    def press(button: str, now: datetime) -> str:
        said = {"event_id": "e-1", "seq": 1, "occurred_at": NOW.isoformat(), "sensor": button}
        event = rule_event("call_button", said, "willow-hub-1", now=now)
        return str(house.invoke(house.app, "sos", event)["outcome"])

    assert press("willow-button-1", NOW) == "opened"
    assert press("willow-button-2", NOW + SECOND) == "joined"
    assert press("willow-button-2", NOW + 2 * SECOND) == "duplicate"
    assert press("willow-button-1", NOW + MINUTE) == "duplicate"


def test_a_key_that_an_app_uses_again_once_its_alert_is_over_is_a_new_call(house: House) -> None:
    def calls(now: datetime) -> tuple[str, bool]:
        answer = house.call(
            "POST", "calls_for_help", WILLOW_RESIDENT, now, body={}, headers={"Idempotency-Key": "sos"}
        )
        assert answer.status == 201
        return answer.body["outcome"], answer.body.get("id_reused", False)

    assert calls(NOW) == ("opened", False)
    assert calls(NOW + 8 * SECOND) == ("duplicate", False)
    assert calls(NOW + 15 * MINUTE) == ("joined", True)
    resolve(house, NOW + HOUR)
    assert calls(NOW + HOUR + MINUTE) == ("opened", True)
    assert open_alert() is not None


@pytest.mark.usefixtures("house", "atomic")
def test_the_same_press_by_many_deliveries_at_once_after_its_alert_is_over_is_one_call(house: House) -> None:
    house.press(NOW, "b-1", at=DEAD)
    resolve(house, NOW + MINUTE)
    again = NOW + HOUR
    with ThreadPoolExecutor(8) as workers:
        said = workers.map(
            lambda n: house.press(again + n * SECOND / 8, "b-1", at=DEAD)["outcome"], range(16)
        )
    assert sorted(said) == ["duplicate"] * 15 + ["opened"]
    facts = [each for each in published("willow") if each.type == "linli.care.alert_opened.v1"]
    assert len(facts) == 2


def test_a_press_of_before_marks_had_a_time_is_no_obstacle(house: House) -> None:
    kept = PressRow("willow#presses#willow-resident-1", "app-sos", alert="01old", ttl=1_800_000_000)
    kept.save()
    key = {"Idempotency-Key": "sos"}
    answer = house.call("POST", "calls_for_help", WILLOW_RESIDENT, body={}, headers=key)
    assert (answer.status, answer.body["outcome"]) == (201, "opened")


@pytest.mark.parametrize("how", ["away", "ended", "deceased", "unreadable sharer"])
def test_a_press_is_never_lost_whatever_is_known_of_the_person(house: House, how: str) -> None:
    if how == "away":
        away = {"until": (NOW + 72 * HOUR).isoformat()}
        assert house.call("PUT", f"watches/{GRAN}/away", WILLOW_MANAGER, body=away).status == 200
    elif how == "ended":
        assert house.call("DELETE", f"watches/{GRAN}", WILLOW_MANAGER).status == 204
    elif how == "deceased":
        house.press(NOW, "b-0")
        resolve(house, NOW + MINUTE, "deceased")
    else:
        partner, body = "willow-apartner-1", {**GRANNY, "sensors": [BUTTON], "residents": 2}
        assert house.call("PUT", f"watches/{partner}", WILLOW_MANAGER, body=body).status == 200
        spoil(partner)
    outcome = house.press(NOW + HOUR)["outcome"]
    if how == "ended":
        assert outcome == "unknown_button"
        assert house.queue()[0] == ("unknown_button", "willow-button-1")
    else:
        assert outcome == "opened"


def spoil(person: str) -> None:
    """Somebody's state cannot be read."""
    client("dynamodb").update_item(
        TableName=f"linli-{STAGE}-care",
        Key={"pk": {"S": f"willow#person#{person}"}, "sk": {"S": "state"}},
        UpdateExpression="SET #s = :s",
        ExpressionAttributeNames={"#s": "state"},
        ExpressionAttributeValues={":s": {"S": "?"}},
    )


def test_staff_are_told_whose_button_it_is_that_nobody_can_read(house: House) -> None:
    house.invoke(house.app, "sos", rule_event("call_button", b"{}", "willow-button-1", now=NOW))
    (row,) = DutyRow.query("willow#duties")
    assert row.duty.words.endswith(f"it serves {GRAN}")


@pytest.mark.parametrize("payload", [b"\xff", b"{}", b'{"event_id": "p-1", "battery": 80}'])
def test_a_press_that_cannot_be_read_is_parked_and_staff_are_told(house: House, payload: bytes) -> None:
    event = rule_event("call_button", payload, "willow-button-1", now=NOW)
    assert house.invoke(house.app, "sos", event)["outcome"] == "invalid-request"
    assert len(dead_letters(house.app, "sos")) == 1
    assert ("unreadable_press", "willow-button-1") in house.queue()
    house.minute(NOW)
    assert (BOSS, "push") in house.gateways.sent


@pytest.mark.parametrize(
    "event", [{"client_id": "willow-button-2"}, {"received_at_ms": "soon"}, {"topic": 1}]
)
def test_what_is_not_a_buttons_own_word_is_only_parked(house: House, event: dict[str, Any]) -> None:
    said = rule_event("call_button", b"{}", "willow-button-1", now=NOW) | event
    assert house.invoke(house.app, "sos", said)["outcome"] == "invalid-request"
    assert house.queue() == []


def test_a_shared_button_calls_for_whoever_is_still_there(house: House) -> None:
    # Given a button that two share, of whom the first has died
    partner = "willow-apartner-1"
    body = {**GRANNY, "sensors": [BUTTON], "residents": 2}
    assert house.call("PUT", f"watches/{partner}", WILLOW_MANAGER, NOW - HOUR, body=body).status == 200
    house.press(NOW)
    assert watching.load("willow", partner).open_alert == house.alert_id
    assert house.answer(CAREGIVER, NOW + MINUTE, "resolve", outcome="deceased").status == 200
    # When the other presses
    house.press(NOW + 24 * HOUR)
    # Then it is hers
    assert watching.load("willow", GRAN).open_alert is not None
    assert StateRow.get(*StateRow.key("willow", partner)).open_alert is None


def test_a_shared_button_calls_for_whoever_is_not_away(house: House) -> None:
    partner, away = "willow-apartner-1", {"until": (NOW + 24 * HOUR).isoformat()}
    body = {**GRANNY, "sensors": [BUTTON], "residents": 2}
    assert house.call("PUT", f"watches/{partner}", WILLOW_MANAGER, NOW - HOUR, body=body).status == 200
    assert house.call("PUT", f"watches/{partner}/away", WILLOW_MANAGER, body=away).status == 200
    house.press(NOW + HOUR)
    assert watching.load("willow", GRAN).open_alert == house.alert_id


def test_an_emergency_reaches_a_big_roster(house: House) -> None:
    carers = {f"carer-{number:02}" for number in range(20)}
    for number, carer in enumerate(sorted(carers)):
        on_duty = OnDuty(person=carer, capacity="caregiver", phone=f"+86138001{number:05}")
        RosterRow(*RosterRow.key("willow", carer), on_duty=on_duty).save()
    house.press(NOW)
    outcomes = house.work()
    for minutes in range(2, 12, 2):
        outcomes += house.minute(NOW + minutes * MINUTE)
    assert "failed" not in outcomes
    called = [to for to, channel in house.gateways.sent if channel == "push"]
    assert carers < set(called)
    assert max(map(called.index, carers)) < called.index(BOSS), "before the next step"


def with_a_sign_of_tomorrow(person: str) -> None:
    key = StateRow.key("willow", person)
    state = json.loads(StateRow.get(*key).state.model_dump_json())
    state["recent"].append({"kind": "radar", "at": state["seen_at"], "key": "k", "counted": True})
    written_by_newer_code(key, state=json.dumps(state))


def test_the_button_works_although_her_state_cannot_be_read(house: House) -> None:
    with_a_sign_of_tomorrow(GRAN)
    house.press(NIGHT, "p-1")
    house.press(NIGHT + MINUTE, "p-2")
    house.work()
    assert {to for to, _ in house.gateways.sent} >= {DAUGHTER, DAUGHTERS}
    assert (house.alert.reason, house.alert.emergency) == ("sos", True)
    assert house.answer(CAREGIVER, NIGHT + 2 * MINUTE, "resolve", outcome="fine").status == 200
    house.minute(NIGHT + 3 * MINUTE)
    assert f"cannot_judge#{GRAN}" in {row.sk for row in DutyRow.query("willow#duties")}


def test_an_open_alert_that_cannot_be_read_is_a_duty_when_she_calls_for_help(house: House) -> None:
    silent(house)
    written_by_newer_code(AlertRow.key("willow", house.alert_id), alert='{"state": "pondered"}')
    with pytest.raises(ValidationError):
        house.press(NIGHT, "p-1")
    assert f"unreadable_press#{GRAN}" in {row.sk for row in DutyRow.query("willow#duties")}
