"""What people answer to an alert, in the app and by the keys of their telephone."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from functions.care.tending.rows import DutyRow
from functions.care.watching import store as watching
from linli.vocabulary.directory import MembershipChanged
from tests.integration.calling_out import (  # noqa: F401  the fixtures
    BOSS,
    CAREGIVER,
    CARER,
    DAUGHTER,
    DAUGHTERS,
    FAMILY,
    GRAN,
    MINUTE,
    House,
    gateways_that_call,
    inhabited,
    replies_to_devices,
    silent,
)
from tests.integration.conftest import Invoke, published
from tests.integration.gateway import NOW
from tests.integration.message_gateways import reply, reply_event
from tests.integration.messages import batch, told
from tests.integration.people import WILLOW_MANAGER


def test_two_staff_acknowledging_at_once_one_wins_and_the_other_learns_who(
    house: House, meanwhile: Callable[[str, Callable[[], object]], None]
) -> None:
    opened = silent(house)
    meanwhile("TransactWriteItems", lambda: house.answer(WILLOW_MANAGER, opened, "acknowledge"))
    lost = house.answer(CAREGIVER, opened, "acknowledge")
    assert (lost.status, lost.body["state"], lost.body["allowed"]) == (
        409, "acknowledged", ["snooze", "confirm", "resolve"],
    )  # fmt: skip
    assert house.alert.answered_by == BOSS


def test_a_lost_reply_to_an_answer_is_no_refusal(house: House, lose_reply: Callable[[str], None]) -> None:
    opened = silent(house)
    lose_reply("TransactWriteItems")
    assert house.answer(CAREGIVER, opened, "acknowledge").status == 200
    assert [each["what"] for each in house.timeline()].count("acknowledged") == 1


def test_an_answer_sent_again_with_its_key_is_answered_again(house: House) -> None:
    opened = silent(house)
    key = {"Idempotency-Key": "answer-1"}
    sent = [house.answer(CAREGIVER, opened, "resolve", outcome="fine", headers=key) for _ in range(2)]
    assert [each.status for each in sent] == [200, 200]
    assert [each["what"] for each in house.timeline()].count("resolved") == 1


def test_what_is_not_allowed_is_409_and_says_what_is(house: House) -> None:
    opened = silent(house)
    resolved = house.answer(CAREGIVER, opened, "resolve", outcome="sensor")
    assert resolved.status == 200
    for command, more in (("acknowledge", {}), ("snooze", {"minutes": 5}), ("resolve", {"outcome": "fine"})):
        refused = house.answer(CAREGIVER, opened, command, **more)
        assert (refused.status, refused.body["state"], refused.body["allowed"]) == (409, "resolved", [])
    assert house.answer(FAMILY, opened, "snooze", minutes=5).status == 403
    assert house.answer(CAREGIVER, opened, "confirm", version=1).status == 409


@pytest.mark.parametrize(
    ("outcome", "where", "duties"),
    [
        ("fine", "unknown", []),
        ("sensor", "unknown", ["check_sensors"]),
        ("needs_help", "unknown", ["follow_up"]),
        ("away", "away", []),
        ("hospital", "away", []),
        ("deceased", None, []),
    ],
)
def test_what_an_outcome_means_for_the_watch(
    house: House, outcome: str, where: str | None, duties: list[str]
) -> None:
    opened = silent(house)
    assert house.answer(CAREGIVER, opened, "resolve", outcome=outcome).status == 200
    vigil = watching.load("willow", GRAN)
    assert vigil.open_alert is None
    assert vigil.state.ended is (where is None)
    assert where is None or vigil.state.where == where
    assert (vigil.due_at is None) is (where is None)
    assert [row.duty.kind for row in DutyRow.query("willow#duties")] == duties


def test_a_snoozed_alert_comes_back(house: House) -> None:
    opened = silent(house)
    assert house.answer(CAREGIVER, opened, "snooze", minutes=30).body["state"] == "snoozed"
    assert house.minute(opened + 29 * MINUTE) == []
    house.minute(opened + 30 * MINUTE)
    told = [event for event in published("willow") if event.type == "linli.care.alert_changed.v1"]
    moved = sorted((event.data["version"], event.data["state"]) for event in told)
    assert [state for _, state in moved] == ["snoozed", "open"]
    assert house.alert.state == "open"
    assert house.gateways.sent == [(GRAN, "push")] * 2


def test_who_has_lost_their_role_is_not_called(house: House, invoke: Invoke) -> None:
    gone = MembershipChanged(community="willow", person=CARER, roles=[], version=2)
    invoke(house.app, "community", batch(told(gone, "gone")))
    opened = silent(house)
    for minutes in (5, 10, 20, 30):
        house.minute(opened + minutes * MINUTE)
    assert (BOSS, "push") in house.gateways.sent
    assert all(to != CARER for to, _ in house.gateways.sent)


def test_a_reply_counts_only_with_the_channels_own_fresh_signature(house: House) -> None:
    opened = silent(house)
    now = opened + MINUTE
    house.gateways.open("maple")
    body = {"message_id": house.gateways.message_to(GRAN, "push"), "event": "replied", "digit": "1"}
    secret, other = house.gateways.secrets["willow"], house.gateways.secrets["maple"]

    def status(community: str = "willow", channel: str = "push", **more: Any) -> int:
        given: dict[str, Any] = {"secret": secret, "now": now, **more}
        event = reply_event(given.pop("body", body), community, channel, **given)
        event["requestContext"]["requestTimeEpoch"] = int(now.timestamp() * 1000)
        return reply(house.app, house.invoke, event).status

    assert status(secret=other) == 403
    assert status(now=now - 6 * MINUTE) == 403
    assert status(now=now + 6 * MINUTE) == 403
    assert status(headers={"webhook-signature": "v1,"}) == 403
    assert status(headers={"webhook-timestamp": "soon"}) == 403
    assert status("nowhere") == 403
    assert status("willow", "fax") == 403
    assert status("maple", secret=other) == 200, "not kept there"
    assert house.alert.state == "open", "a message of another community"
    assert status(channel="voice") == 404, "a message of another channel"
    assert status(body={"message_id": "none-1", "event": "failed"}) == 200
    assert status(body={"message_id": "none-1", "event": "gone"}) == 400
    assert house.alert.state == "open"
    assert status() == 200
    assert house.alert.state == "resolved"


def test_a_yes_to_a_mild_message_does_not_stop_the_emergency_that_came_meanwhile(house: House) -> None:
    # Given a daughter who has been asked to look after her mother, and a mother who then presses the button
    opened = silent(house)
    for minutes in (5, 10):
        house.minute(opened + minutes * MINUTE)
    mild = house.gateways.message_to(DAUGHTER, "push")
    pressed = opened + 11 * MINUTE
    house.press(pressed)
    # When her "1" to that arrives before the worker's first call
    assert house.reply(DAUGHTER, "push", pressed + timedelta(seconds=1), digit="1").body == {
        "outcome": "replied"
    }
    # Then it is in the timeline, and she is called as everybody is
    assert house.timeline()[-1]["words"] == "pressed 1, of a message from before the emergency"
    before = len(house.gateways.sent)
    house.work()
    assert house.gateways.sent[before:] == [(DAUGHTER, "push"), (DAUGHTERS, "sms"), (DAUGHTERS, "voice")]
    # And her "1" to this one counts
    assert house.gateways.message_to(DAUGHTER, "push") != mild
    assert house.reply(DAUGHTERS, "voice", pressed + MINUTE, digit="1").body == {"outcome": "acknowledged"}


def test_who_said_i_see_to_it_may_say_i_cannot(house: House) -> None:
    # Given that her daughter sees to an emergency
    house.press(NOW)
    house.work()
    assert house.reply(DAUGHTERS, "voice", NOW + MINUTE, digit="1").body == {"outcome": "acknowledged"}
    message = house.gateways.message_to(DAUGHTERS, "voice")
    body = {"message_id": message, "event": "replied", "digit": "2"}
    secret = house.gateways.secrets["willow"]

    def presses_two(now: datetime) -> Any:
        event = reply_event(body, "willow", "voice", secret=secret, now=now)  # under the same id
        return reply(house.app, house.invoke, event).body

    # When she finds that she cannot
    now = NOW + MINUTE + timedelta(seconds=20)
    assert presses_two(now) == {"outcome": "declined"}
    # Then the next one is called, without a sweep
    house.work()
    assert house.gateways.sent[-1] == (CARER, "push")
    assert (house.alert.state, house.alert.due_at) == ("open", now + 2 * MINUTE)
    (line,) = [each for each in house.timeline() if each["what"] == "declined"]
    assert (line["actor"], line["words"]) == (DAUGHTER, "had said they would see to it")
    # And delivered again, it takes the alert from nobody
    assert house.answer(FAMILY, now + MINUTE, "acknowledge").status == 200
    assert presses_two(now + MINUTE) == {"outcome": "repeated"}
    assert house.alert.state == "acknowledged"
