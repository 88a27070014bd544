"""Duties, visits and family through the real handlers."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from functions.care.tending.rows import DutyRow
from functions.care.timeline.rows import EntryRow
from functions.care.watching import store as watching
from linli.escalation.client import Courier
from linli.escalation.roster import OnDuty
from linli.escalation.rows import RosterRow
from tests.integration.calling_out import (  # noqa: F401  the fixtures
    BOSS,
    CAREGIVER,
    CARER,
    DAUGHTER,
    FAMILY,
    GRAN,
    HOUR,
    MINUTE,
    NIGHT,
    House,
    button_calls,
    gateways_that_call,
    inhabited,
    replies_to_devices,
    silent,
)
from tests.integration.gateway import NOW
from tests.integration.people import MAPLE_MANAGER, WILLOW_MANAGER, WILLOW_RESIDENT, member


def test_family_sees_how_their_relative_is_and_nothing_else(house: House) -> None:
    path = f"relatives/{GRAN}"
    assert house.call("GET", "relatives", FAMILY).body == {"items": [{"person": GRAN}]}
    seen = house.call("GET", path, FAMILY).body
    assert seen == {"person": GRAN, "how": "well", "seen_at": "2026-01-04T22:00:00.000Z"}
    silent(house)
    seen = house.call("GET", path, FAMILY).body
    assert (seen["how"], seen["alert"], seen["alert_state"]) == ("alert", house.alert_id, "open")
    # Strangers, neighbours and people of other communities find nobody there
    for asker in (
        member("willow-family-9", "willow", "family"),
        member("willow-resident-2", "willow", "resident"),
    ):
        assert house.call("GET", path, asker).status == 404
        assert house.call("GET", f"alerts/{house.alert_id}", asker).status == 404
        assert house.answer(asker, NOW, "acknowledge").status == 404
        assert house.call("GET", "relatives", asker).body == {"items": []}
    assert house.call("GET", f"alerts/{house.alert_id}", MAPLE_MANAGER).status == 404
    # And family sees neither settings nor timeline nor the alerts of others
    for closed in (f"watches/{GRAN}", f"watches/{GRAN}/timeline", "alerts", "duties", "rounds"):
        assert house.call("GET", closed, FAMILY).status == 403
    assert house.answer(FAMILY, NOW + 2 * HOUR, "acknowledge", note="I am on my way").status == 200


def test_rounds_go_by_policy_and_a_visit_is_a_sign_of_life(house: House) -> None:
    # Given that she has never been visited
    (todo,) = house.call("GET", "rounds", CAREGIVER).body["items"]
    assert (todo["person"], todo["home"], todo["overdue_days"]) == (GRAN, "b1/101", 0)
    # When nobody is in, and the next day she is met
    visit = f"watches/{GRAN}/visits"
    kept = house.call("POST", visit, CAREGIVER, body={"outcome": "not_in"})
    assert (kept.status, kept.body["next_on"]) == (201, "2026-01-06")
    assert house.call("GET", "rounds", CAREGIVER).body["items"] == []
    next_day, key = NOW + 24 * HOUR, {"Idempotency-Key": "visit-1"}
    for _ in range(2):
        made = {"outcome": "fine", "note": "tea"}
        kept = house.call("POST", visit, CAREGIVER, next_day, body=made, headers=key)
        assert (kept.status, kept.body["next_on"]) == (201, "2026-01-13")
    # Then it is in the same timeline, and she has given a sign of life
    assert [each["what"] for each in house.timeline()] == ["visit_missed", "visited"]
    assert watching.load("willow", GRAN).state.seen_at == next_day


def test_a_visit_that_was_not_made_is_a_duty_once_its_day_is_over(house: House) -> None:
    assert house.minute(datetime.fromisoformat("2026-01-05T15:59:00Z"))[-1:] != ["visit_overdue"]
    assert "visit_overdue" in house.minute(datetime.fromisoformat("2026-01-05T16:00:00Z"))  # midnight there
    assert ("visit_overdue", GRAN) in house.queue()
    assert (
        house.call("POST", f"watches/{GRAN}/visits", CAREGIVER, body={"outcome": "needs_help"}).status == 201
    )
    assert ("visit_overdue", GRAN) not in house.queue()
    assert ("follow_up", GRAN) in house.queue()


def test_the_family_is_asked_about_a_forgotten_absence_but_not_at_night(house: House) -> None:
    away = {"until": NIGHT.isoformat()}
    assert house.call("PUT", f"watches/{GRAN}/away", WILLOW_RESIDENT, body=away).status == 200
    house.minute(NIGHT)
    assert ("forgotten_away", GRAN) in house.queue()
    assert house.gateways.sent == []
    house.minute(NIGHT + 5 * HOUR)  # seven in the morning
    assert (DAUGHTER, "push") in house.gateways.sent
    assert house.gateways.notices[0]["template"] == "care_away_over_contact"


def test_the_roster_is_who_is_on_duty(house: House) -> None:
    rota = {"capacity": "manager", "phone": "+8613800000009", "on_duty": False}
    assert house.call("PUT", f"duty_roster/{BOSS}", WILLOW_MANAGER, body=rota).status == 200
    (line,) = house.call("GET", "duty_roster", CAREGIVER).body["items"]
    assert line == {"person": BOSS, **rota}
    assert house.call("DELETE", f"duty_roster/{BOSS}", WILLOW_MANAGER).status == 204
    assert house.call("DELETE", f"duty_roster/{BOSS}", WILLOW_MANAGER).status == 404


def test_a_visit_sent_again_is_the_sign_it_was(house: House) -> None:
    def visited(now: datetime) -> Any:
        key, body = {"Idempotency-Key": "visit-1"}, {"outcome": "fine"}
        return house.call("POST", f"watches/{GRAN}/visits", CAREGIVER, now, body=body, headers=key)

    first = visited(NOW)
    due = watching.load("willow", GRAN).due_at
    again = visited(NOW + 11 * HOUR)
    assert (again.status, again.body) == (first.status, first.body)
    assert watching.load("willow", GRAN).due_at == due
    house.minute(NOW + 13 * HOUR)
    visited(NOW + 13 * HOUR + MINUTE)
    assert house.alert.state == "open"
    assert watching.load("willow", GRAN).state.seen_at == NOW


def test_an_absence_taken_back_as_a_mistake_is_no_sign_of_life(house: House) -> None:
    due = watching.load("willow", GRAN).due_at
    assert due is not None
    at, until = due - 10 * MINUTE, (due + 5 * HOUR).isoformat()
    assert house.call("PUT", f"watches/{GRAN}/away", FAMILY, at, body={"until": until}).status == 200
    assert house.call("DELETE", f"watches/{GRAN}/away", FAMILY, at + MINUTE).status == 200
    assert watching.load("willow", GRAN).due_at == due


def test_settling_a_press_does_not_settle_the_next(house: House) -> None:
    # Given a press that a caregiver has seen in the queue, and another one since
    house.press(NOW, device="willow-button-9")
    (seen,) = house.call("GET", "duties", CAREGIVER).body["items"]
    again = NOW + 3 * MINUTE
    house.press(again, device="willow-button-9")
    # When they settle the one they have seen
    path = "duties/unknown-button/willow-button-9/settlement"
    how = {"note": "it was a child", "since": seen["since"]}
    refused = house.call("POST", path, CAREGIVER, again, body=how)
    # Then the other one stays, and they are told of it
    assert (refused.status, refused.body["since"]) == (409, "2026-01-05T08:03:00.000Z")
    assert refused.body["since"] in refused.body["detail"]
    assert house.queue() == [("unknown_button", "willow-button-9")]
    house.minute(NOW + 4 * MINUTE)
    assert (BOSS, "push") in button_calls(house)
    # And once they have seen it as well, it is settled, told of or not
    how["since"] = refused.body["since"]
    assert house.call("POST", path, CAREGIVER, NOW + 5 * MINUTE, body=how).status == 204
    assert "unknown_button" not in dict(house.queue())


def test_a_press_while_a_duty_is_being_settled_is_not_settled_with_it(
    house: House, meanwhile: Callable[[str, Callable[[], object]], None], lose_reply: Callable[[str], None]
) -> None:
    house.press(NOW, device="willow-button-9")
    path = "duties/unknown-button/willow-button-9/settlement"
    how = {"note": "it was a child", "since": NOW.isoformat()}
    again = NOW + 3 * MINUTE
    meanwhile("TransactWriteItems", lambda: house.press(again, device="willow-button-9"))
    assert house.call("POST", path, CAREGIVER, again, body=how).status == 409
    assert house.queue() == [("unknown_button", "willow-button-9")]
    # A settlement whose reply is lost is none that is refused
    lose_reply("TransactWriteItems")
    assert house.call("POST", path, CAREGIVER, again, body=how | {"since": again.isoformat()}).status == 204
    assert house.queue() == []


def test_a_settlement_sent_again_is_settled_and_anybody_elses_is_a_conflict(house: House) -> None:
    house.press(NOW, device="willow-button-9")
    path = "duties/unknown-button/willow-button-9/settlement"
    how = {"note": "it was a child", "since": NOW.isoformat()}
    assert house.call("POST", path, CAREGIVER, NOW + MINUTE, body=how).status == 204
    # Whoever has lost the answer asks again, even once the button has been pressed again
    house.press(NOW + 2 * MINUTE, device="willow-button-9")
    assert house.call("POST", path, CAREGIVER, NOW + 3 * MINUTE, body=how).status == 204
    assert house.queue() == [("unknown_button", "willow-button-9")]
    # Who comes second, or says something else, is told that it is settled, and by whom
    late = house.call("POST", path, WILLOW_MANAGER, NOW + 4 * MINUTE, body=how)
    assert (late.status, late.body["settled_by"]) == (409, CARER)
    other = house.call("POST", path, CAREGIVER, NOW + 4 * MINUTE, body=how | {"note": "it was not"})
    assert other.status == 409
    lines = [each.entry for each in EntryRow.query(EntryRow.key.partition("willow", "willow-button-9"))]
    assert [each.words for each in lines if each.what == "duty_settled"] == ["unknown button: it was a child"]


@pytest.mark.usefixtures("house", "atomic")
def test_a_duty_that_many_settle_at_once_is_settled_once(house: House) -> None:
    house.press(NOW, device="willow-button-9")
    path = "duties/unknown-button/willow-button-9/settlement"

    def settle(number: int) -> tuple[int, int]:
        who, note = (CAREGIVER, WILLOW_MANAGER)[number % 2], f"note {number % 2}"
        how = {"note": note, "since": NOW.isoformat()}
        return number % 2, house.call("POST", path, who, NOW + MINUTE, body=how).status

    with ThreadPoolExecutor(8) as workers:
        answers = set(workers.map(settle, range(16)))
    lines = [each.entry for each in EntryRow.query(EntryRow.key.partition("willow", "willow-button-9"))]
    (line,) = [each for each in lines if each.what == "duty_settled"]
    winner = int(line.words[-1])
    assert answers == {(winner, 204), (1 - winner, 409)}
    assert line.actor == (CARER, BOSS)[winner]


def test_a_button_that_is_pressed_all_the_time_is_told_in_turn_and_at_most_every_five_minutes(
    house: House,
) -> None:
    # Given more managers on duty than are told at once, and somebody who presses every four minutes
    for number in range(2, 22):
        on_duty = OnDuty(person=f"willow-manager-{number:02}", capacity="manager")
        RosterRow(*RosterRow.key("willow", on_duty.person), on_duty=on_duty).save()
    tellings: dict[datetime, list[str]] = {}
    for minutes in range(21):
        now = NOW + minutes * MINUTE
        if minutes % 4 == 0:
            house.press(now, device="willow-button-9")
        before = len(button_calls(house))
        house.minute(now)
        told = [to for to, channel in button_calls(house)[before:] if channel == "push"]
        tellings |= {now: told} if told else {}
    # Then the first are told at once, and then the others and the first again in turn
    assert list(tellings) == [NOW + minutes * MINUTE for minutes in (0, 5, 10, 15, 20)]
    assert [len(each) for each in tellings.values()] == [15, 6, 15, 6, 15]
    first, others, *_ = tellings.values()
    assert len({*first, *others}) == 21


def test_a_press_while_staff_are_told_of_the_one_before_is_kept(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.press(NOW, device="willow-button-9")
    send, again = Courier.send, NOW + timedelta(seconds=1)

    def pressed_meanwhile(courier: Courier, message: Any, to: str | None) -> None:
        if message.channel == "push":
            house.press(again, device="willow-button-9")
        send(courier, message, to)

    with monkeypatch.context() as patch:
        patch.setattr(Courier, "send", pressed_meanwhile)
        house.minute(NOW)
    (row,) = DutyRow.query("willow#duties")
    assert (row.duty.since, row.attempts, row.due_at) == (again, 1, NOW + 5 * MINUTE)
