"""The chain through the real handlers, tables and gateways: whatever breaks, somebody is called."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from functions.care.calling.channels import outgoing
from functions.care.calling.rows import AlertRow, MessageRow
from functions.care.escalation import store as worker
from functions.care.watching import store as watching
from linli.aws import client
from linli.connections import Answer, Asked
from linli.escalation.client import Courier
from linli.vocabulary.directory import MembershipChanged
from tests.integration import wire
from tests.integration.calling_out import (  # noqa: F401  the fixtures
    BOSS,
    BUTTON,
    CAREGIVER,
    CARER,
    DAUGHTER,
    DAUGHTERS,
    GRAN,
    HERS,
    HOUR,
    MINUTE,
    NIGHT,
    House,
    dies,
    gateways_that_call,
    inhabited,
    replies_to_devices,
    silent,
)
from tests.integration.conftest import STAGE, Invoke, published
from tests.integration.gateway import NOW
from tests.integration.message_gateways import Gateways, keep_channels, reply, reply_event
from tests.integration.messages import batch, told
from tests.integration.neighbourhood import GRANNY, willow
from tests.integration.people import WILLOW_MANAGER
from tests.integration.quick_table import failed


def test_from_silence_to_the_contact_who_sees_to_it_and_the_caregiver_who_closes(house: House) -> None:
    # Given an alert, at which she is asked herself, twice
    opened = silent(house)
    house.minute(opened + 5 * MINUTE)
    assert house.gateways.sent == [(GRAN, "push"), (HERS, "voice")]
    # When she does not answer
    house.minute(opened + 10 * MINUTE)
    house.minute(opened + 15 * MINUTE)
    house.minute(opened + 20 * MINUTE)
    # Then her daughter is called, the second time with the caregiver: what they are told names nobody
    assert house.gateways.sent[2:] == [(DAUGHTER, "push"), (CARER, "push"), (DAUGHTERS, "sms")]
    notice = house.gateways.notices[-1]
    assert notice.keys() == {
        "message_id", "channel", "to", "template", "language", "text", "urgent", "digits", "reply_url",
    }  # fmt: skip
    assert notice["template"] == "care_alert_contact"
    assert notice["reply_url"].endswith("/willow/sms")
    # When she presses 1
    now = opened + 21 * MINUTE + timedelta(seconds=7)
    assert house.reply(DAUGHTERS, "sms", now, digit="1").body == {"outcome": "acknowledged"}
    assert house.minute(opened + 22 * MINUTE) == []
    # And the caregiver, who went there, closes it
    closed = opened + 40 * MINUTE
    answer = house.answer(CAREGIVER, closed, "resolve", outcome="fine", note="she was in the garden")
    assert (answer.status, answer.body["state"], answer.body["allowed"]) == (200, "resolved", [])
    # Then she is watched over again, from that moment on
    vigil = watching.load("willow", GRAN)
    assert (vigil.open_alert, vigil.state.seen_at) == (None, closed)
    told_of = {e.type for e in published("willow")}
    assert told_of >= {"linli.care.alert_opened.v1", "linli.care.alert_closed.v1"}
    # And all of it is in the timeline, to the second
    lines = house.timeline()
    assert [(each["what"], each.get("actor"), each.get("channel")) for each in lines] == [
        ("opened", None, None),
        ("called", GRAN, "push"), ("sent", GRAN, "push"), ("called", GRAN, "voice"), ("sent", GRAN, "voice"),
        ("called", DAUGHTER, "push"), ("sent", DAUGHTER, "push"),
        ("called", CARER, "push"), ("called", DAUGHTER, "sms"),
        ("sent", CARER, "push"), ("sent", DAUGHTER, "sms"),
        ("acknowledged", DAUGHTER, None), ("resolved", CARER, None),
    ]  # fmt: skip
    assert lines[-2]["at"] == "2026-01-05T10:21:07.000Z"
    assert house.call("GET", "alerts", CAREGIVER).body["items"] == []
    (over,) = house.call("GET", "alerts", CAREGIVER, query={"shelf": "closed"}).body["items"]
    assert (over["outcome"], over["answered_by"]) == ("fine", CARER)


def test_nobody_answers_at_any_level_and_it_goes_on_for_ever_at_the_head_of_the_queue(house: House) -> None:
    now = opened = silent(house)
    outcomes: list[str] = []
    while now < opened + 3 * HOUR:
        now += 5 * MINUTE
        outcomes += house.minute(now)
    assert "unanswered" in outcomes
    # Then the whole chain is called again and again, each step by all its channels
    again = [
        (GRAN, "push"), (HERS, "voice"), (DAUGHTER, "push"), (DAUGHTERS, "sms"), (DAUGHTERS, "voice"),
        (CARER, "push"), (BOSS, "push"), ("+8613800000009", "voice"),
    ]  # fmt: skip
    assert " ".join(map(str, again)) in " ".join(map(str, house.gateways.sent))
    assert house.alert.unanswered_since is not None
    assert house.alert.due_at > now
    (first, *_) = house.call("GET", "duties", CAREGIVER).body["items"]
    assert (first["kind"], first["unanswered"]) == ("alert", True)


def test_she_says_that_she_is_fine(house: House) -> None:
    opened = silent(house)
    assert house.reply(GRAN, "push", opened + MINUTE, digit="1").body == {"outcome": "resolved"}
    assert (house.alert.outcome, house.alert.answered_as) == ("fine", "person")
    assert watching.load("willow", GRAN).open_alert is None


def watched(house: House, **changed: Any) -> None:
    """The watch is set up anew, with other contacts or another chain."""
    body = {**GRANNY, "sensors": [*GRANNY["sensors"], BUTTON], **changed}
    assert house.call("PUT", f"watches/{GRAN}", WILLOW_MANAGER, NOW - 8 * HOUR, body=body).status == 200


ONE_CONTACT = [{"name": "Her neighbour", "phone": "139 0001 0001"}]
NEIGHBOURS = "+8613900010001"


@pytest.mark.parametrize("channels", [["voice"], ["push", "sms", "voice"]])
def test_an_only_contact_who_does_not_answer_is_not_called_again_before_somebody_on_duty_knows(
    house: House, channels: list[str]
) -> None:
    chain = [
        {"to": "contact", "channels": channels, "wait_minutes": 10, "repeats": 3},
        {"to": "manager", "channels": ["push", "staff"], "wait_minutes": 10},
    ]
    watched(house, contacts=ONE_CONTACT, chain=chain)
    opened = silent(house)
    for minute in range(5, 60, 5):
        house.minute(opened + minute * MINUTE)
    to = [to for to, _ in house.gateways.sent]
    assert to[:3] == [NEIGHBOURS, BOSS, NEIGHBOURS]


@pytest.mark.parametrize("event", ["failed", "no_answer"])
def test_an_only_contact_whose_one_channel_fails_gives_way_to_those_on_duty_at_once(
    house: House, event: str
) -> None:
    chain = [
        {"to": "contact", "channels": ["voice"], "wait_minutes": 60, "repeats": 3},
        {"to": "manager", "channels": ["push", "staff"]},
    ]
    watched(house, contacts=ONE_CONTACT, chain=chain)
    opened = silent(house)
    assert house.reply(NEIGHBOURS, "voice", opened + MINUTE, event).body["outcome"] == event
    house.work()
    assert house.gateways.sent[:2] == [(NEIGHBOURS, "voice"), (BOSS, "push")]


def test_without_any_contact_those_on_duty_are_next(house: House) -> None:
    watched(house, contacts=[])
    opened = silent(house)
    house.minute(opened + 5 * MINUTE)
    house.minute(opened + 10 * MINUTE)
    assert house.gateways.sent == [(GRAN, "push"), (HERS, "voice"), (CARER, "push")]


def test_a_chain_whose_staff_are_off_duty_tells_whoever_else_is_on_duty(house: House) -> None:
    chain = [
        {"to": "contact", "channels": ["voice"], "wait_minutes": 10, "repeats": 5},
        {"to": "caregiver", "channels": ["push", "staff"], "wait_minutes": 10},
    ]
    watched(house, contacts=ONE_CONTACT, chain=chain, caregiver=None)
    opened = silent(house)
    house.minute(opened + 10 * MINUTE)
    assert house.gateways.sent == [(NEIGHBOURS, "voice"), (BOSS, "push"), (NEIGHBOURS, "voice")]
    assert house.alert.unanswered_since is None


def test_an_extension_is_told_to_the_gateway_apart_and_nobody_texts_it(house: House) -> None:
    office = [{"name": "Her son's office", "phone": "0571-88888888 ext. 801"}]
    chain = [
        {"to": "contact", "channels": ["sms", "voice"]},
        {"to": "manager", "channels": ["push", "staff"]},
    ]
    watched(house, contacts=office, chain=chain)
    silent(house)
    (notice,) = house.gateways.notices
    assert (notice["channel"], notice["to"], notice["extension"]) == ("voice", "+8657188888888", "801")


def test_who_cannot_help_is_not_waited_for(house: House) -> None:
    opened = silent(house)
    house.minute(opened + 5 * MINUTE)
    house.minute(opened + 10 * MINUTE)
    assert house.reply(DAUGHTER, "push", opened + 11 * MINUTE, digit="2").body == {"outcome": "declined"}
    house.work()
    assert house.gateways.sent[-1] == (CARER, "push")
    assert house.reply(CARER, "push", opened + 12 * MINUTE, "delivered").body == {"outcome": "delivered"}
    assert house.reply(CARER, "push", opened + 12 * MINUTE, "no_answer").body == {"outcome": "no_answer"}


def test_a_channel_that_is_down_gives_way_to_the_next_at_once(house: House) -> None:
    house.gateways.are("busy", "push")
    silent(house)
    assert house.gateways.sent == [(HERS, "voice")]
    failed = next(each for each in house.timeline() if each["what"] == "channel_failed")
    assert (failed["channel"], "answered 503" in failed["words"]) == ("push", True)


def test_a_gateway_that_says_later_that_it_failed_counts_the_same(house: House) -> None:
    opened = silent(house)
    assert house.reply(GRAN, "push", opened + MINUTE, "failed").body == {"outcome": "failed"}
    house.work()
    assert house.gateways.sent == [(GRAN, "push"), (HERS, "voice")]


def test_with_all_gateways_down_it_is_in_the_staff_queue_within_the_minute(house: House) -> None:
    house.gateways.are("refuses")
    silent(house)
    assert house.gateways.sent == []
    assert [call.channel for call in house.alert.calls if call.result == "calling"] == ["staff"]
    assert house.queue()[0] == ("alert", GRAN)
    assert all(row.state == "failed" for row in MessageRow.query(AlertRow.key("willow", house.alert_id)[0],
               MessageRow.sk.startswith("message#")))  # fmt: skip


def test_a_community_without_gateways_has_its_staff_queue(house: House, gateways: Gateways) -> None:
    client("secretsmanager").delete_secret(
        SecretId=f"linli/{STAGE}/channels/willow", ForceDeleteWithoutRecovery=True
    )
    silent(house)
    assert gateways.sent == []
    assert house.queue()[0] == ("alert", GRAN)


def test_cut_short_before_it_is_sent_it_falls_due_again_with_the_same_id(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given that the worker dies between keeping the step and sending its message
    with monkeypatch.context() as patch:
        patch.setattr(Courier, "send", dies)
        opened = NOW + 2 * HOUR
        assert house.minute(opened) == ["failed"]
    assert house.gateways.sent == []
    # When the next sweep finds the message
    assert house.minute(opened + MINUTE) == ["sent"]
    # Then it is sent, once, and the chain has lost no step
    assert (house.gateways.sent, house.gateways.times) == ([(GRAN, "push")], [1])
    assert house.gateways.message_to(GRAN, "push") == f"{house.alert_id}-1"
    assert house.minute(opened + 2 * MINUTE) == []


def test_cut_short_after_it_was_sent_it_is_sent_again_with_the_same_id(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("linli.escalation.client._sent", dies)
        opened = NOW + 2 * HOUR
        assert house.minute(opened) == ["failed"]
    house.minute(opened + MINUTE)
    assert (house.gateways.sent, house.gateways.times) == ([(GRAN, "push")], [2])


def test_what_nobody_has_to_be_told_any_more_is_not_sent(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Courier, "send", dies)
        opened = NOW + 2 * HOUR
        house.minute(opened)
    assert house.answer(CAREGIVER, opened, "acknowledge").status == 200
    assert house.minute(opened + MINUTE) == ["dropped"]
    assert house.gateways.sent == []


@pytest.mark.parametrize("operation", ["TransactWriteItems"])
def test_a_lost_reply_to_a_step_calls_nobody_twice(
    house: House, lose_reply: Callable[[str], None], operation: str
) -> None:
    house.minute(NOW + 2 * HOUR)
    lose_reply(operation)
    house.minute(NOW + 2 * HOUR + 5 * MINUTE)
    assert house.gateways.sent == [(GRAN, "push"), (HERS, "voice")]
    assert house.gateways.times == [1, 1]


def test_gateways_that_cannot_be_looked_up_for_a_moment_have_not_failed(house: House) -> None:
    def throttled(_asked: Asked, _pass_on: wire.PassOn) -> Answer:
        return wire.refused(failed("GetSecretValue", "ThrottlingException"))

    with wire.between("secretsmanager", throttled):
        house.press(NIGHT)
        assert house.work() == ["failed"]
        opened = {"message_id": f"{house.alert_id}-1", "event": "delivered"}
        event = reply_event(opened, "willow", "push", secret=house.gateways.secrets["willow"], now=NIGHT)
        assert reply(house.app, house.invoke, event).status == 503
    house.minute(NIGHT + MINUTE)
    assert set(house.gateways.sent) == {(DAUGHTER, "push"), (DAUGHTERS, "sms"), (DAUGHTERS, "voice")}


def test_a_channel_that_is_set_up_wrongly_gives_way_to_the_next(house: House) -> None:
    name = f"linli/{STAGE}/channels/willow"
    told = json.loads(client("secretsmanager").get_secret_value(SecretId=name)["SecretString"])
    told["push"]["secrets"] = ["whsec_" + "A" * 33]
    keep_channels("willow", json.dumps(told))
    silent(house)
    assert house.gateways.sent == [(HERS, "voice")]


@pytest.mark.parametrize("text", ["", "[]", '"push"', '{"push": 1}'])
def test_channels_that_are_no_channels_leave_the_staff_queue(house: House, text: str) -> None:
    keep_channels("willow", text or "?")
    silent(house)
    assert house.gateways.sent == []
    assert house.queue()[0] == ("alert", GRAN)


def test_an_error_that_nobody_foresaw_is_a_channel_that_failed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails_for_push(message: Any, *more: Any) -> Any:
        if message.channel == "push":
            raise RuntimeError
        return outgoing(message, *more)

    monkeypatch.setattr(worker, "outgoing", fails_for_push)
    silent(house)
    assert house.gateways.sent == [(HERS, "voice")]


def test_at_night_the_manager_hears_of_it_by_another_channel_when_push_is_down(house: House) -> None:
    house.gateways.are("busy", "push")
    night = NOW + 7 * HOUR  # eleven in the evening there
    for minutes in range(3):
        house.minute(night + minutes * MINUTE)
    assert house.gateways.sent == [("+8613800000009", "voice")]
    assert house.gateways.notices[0]["template"] == "care_held_manager"


def test_an_emergency_contact_without_a_role_is_telephoned_all_the_same(house: House, invoke: Invoke) -> None:
    gone = MembershipChanged(community="willow", person=DAUGHTER, roles=[], version=5)
    invoke(house.app, "community", batch(told(gone, "gone")))
    house.press(NIGHT)
    house.work()
    assert house.gateways.sent == [(DAUGHTERS, "sms"), (DAUGHTERS, "voice")]


def test_each_is_told_in_their_own_language_and_who_has_said_none_in_the_communitys(
    house: House, invoke: Invoke
) -> None:
    english = willow(version=9).model_copy(update={"language": "en"})
    hers = MembershipChanged(
        community="willow", person=DAUGHTER, roles=["family"], language="zh-CN", version=5
    )
    invoke(house.app, "community", batch(told(english, "english"), told(hers, "hers")))
    house.press(NIGHT)
    house.work()
    for minutes in range(1, 12):
        house.minute(NIGHT + minutes * MINUTE)
    told_in = {each["to"]: (each["language"], each["text"].isascii()) for each in house.gateways.notices}
    assert (told_in.pop(DAUGHTER), told_in.pop(DAUGHTERS)) == (("zh-CN", False), ("zh-CN", False))
    assert CARER in told_in
    assert set(told_in.values()) == {("en", True)}


def test_a_reply_that_is_delivered_again_does_not_silence_the_chain(house: House) -> None:
    # Given a daughter who saw to it, of whom nothing was heard since
    opened = silent(house)
    for minutes in (5, 10):
        house.minute(opened + minutes * MINUTE)
    answer = house.reply(DAUGHTER, "push", opened + 11 * MINUTE, digit="1")
    assert answer.body == {"outcome": "acknowledged"}
    message = house.gateways.message_to(DAUGHTER, "push")
    house.minute(opened + 41 * MINUTE)
    assert house.alert.state == "open"
    # When the gateway, whose first attempt got no answer, delivers the same reply again
    body = {"message_id": message, "event": "replied", "digit": "1"}
    secret, now = house.gateways.secrets["willow"], opened + 42 * MINUTE
    again = reply_event(body, "willow", "push", secret=secret, now=now)
    assert reply(house.app, house.invoke, again).body == {"outcome": "repeated"}
    # Then the chain goes on; what she says anew counts
    assert house.alert.state == "open"
    anew = reply_event(body, "willow", "push", secret=secret, now=now, reply_id="reply-2")
    assert reply(house.app, house.invoke, anew).body == {"outcome": "acknowledged"}


def test_a_lost_reply_to_what_a_gateway_told_is_one_answer(
    house: House, lose_reply: Callable[[str], None]
) -> None:
    opened = silent(house)
    lose_reply("TransactWriteItems")
    assert house.reply(GRAN, "push", opened + MINUTE, digit="1").body["outcome"] in {"resolved", "repeated"}
    assert house.alert.state == "resolved"
    assert [each["what"] for each in house.timeline()].count("resolved") == 1


@pytest.mark.parametrize("phone", ["+8613800000008", None])
def test_at_night_without_a_manager_the_caregiver_on_duty_is_told(house: House, phone: str | None) -> None:
    assert house.call("DELETE", f"duty_roster/{BOSS}", WILLOW_MANAGER).status == 204
    rota = {"capacity": "caregiver", "phone": phone} if phone else {"capacity": "caregiver"}
    assert house.call("PUT", "duty_roster/willow-caregiver-2", WILLOW_MANAGER, body=rota).status == 200
    for minutes in range(0, 60, 10):
        house.minute(NIGHT + minutes * MINUTE)
    assert house.gateways.sent == [(CARER, "push"), ("willow-caregiver-2", "push")]
    assert {each["template"] for each in house.gateways.notices} == {"care_held_caregiver"}
    assert house.alert.unanswered_since is None


def test_at_night_with_nobody_on_duty_the_chain_goes_on_and_it_counts_as_unanswered(house: House) -> None:
    # Given that nobody is on the roster, and she has no caregiver of her own
    assert house.call("DELETE", f"duty_roster/{BOSS}", WILLOW_MANAGER).status == 204
    alone = {name: value for name, value in GRANNY.items() if name != "caregiver"}
    assert house.call("PUT", f"watches/{GRAN}", WILLOW_MANAGER, NOW - HOUR, body=alone).status == 200
    # When she has been silent for too long, at night
    assert "unanswered" in house.minute(NIGHT)
    house.minute(NIGHT + 5 * MINUTE)
    # Then she is called, and her daughter
    assert house.gateways.sent[:3] == [(GRAN, "push"), (HERS, "voice"), (DAUGHTER, "push")]
    lines = [each["what"] for each in house.timeline() if "alert" in each]
    assert lines[:3] == ["opened", "nobody_to_call", "unanswered"]
    assert house.call("GET", "duties", CAREGIVER).body["items"][0]["unanswered"]


def test_at_night_with_every_gateway_down_it_is_not_held_until_the_morning(house: House) -> None:
    house.gateways.are("refuses")
    house.minute(NIGHT)
    house.gateways.are("normal")
    house.minute(NIGHT + MINUTE)
    assert house.gateways.sent == [(GRAN, "push"), (HERS, "voice")]
    assert house.alert.unanswered_since == NIGHT + MINUTE
