"""Alerts through the real handlers, tables and gateways: whatever breaks, somebody is called."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aws_lambda_powertools.utilities import parameters
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError
from chalice.app import Chalice
from pydantic import ValidationError

from functions.care.calling import client as calling_client
from functions.care.calling.channels import outgoing
from functions.care.calling.client import Courier
from functions.care.calling.roster import OnDuty
from functions.care.calling.rows import AlertRow, MessageRow, PressRow, RosterRow
from functions.care.tending.rows import DutyRow
from functions.care.timeline.rows import EntryRow
from functions.care.watching import store as watching
from functions.care.watching.rows import StateRow
from linli import outbound
from linli.aws import client
from linli.vocabulary.directory import MembershipChanged
from linli_cli.deploy import templates
from localstack.sandbox.server import Request, Response
from tests.integration.conftest import ROOT, STAGE, Http, Invoke, Service, dead_letters, published
from tests.integration.gateway import NOW, Answer
from tests.integration.message_gateways import Gateways, keep_channels, open_world, reply, reply_event
from tests.integration.messages import batch, rule_event, told
from tests.integration.neighbourhood import GRANNY, furnish_care
from tests.integration.people import MAPLE_MANAGER, WILLOW_MANAGER, WILLOW_RESIDENT, member

GRAN, DAUGHTER, CARER, BOSS = (f"willow-{who}-1" for who in ("resident", "family", "caregiver", "manager"))
HERS, DAUGHTERS = "+8613800000001", "+8613800000002"
AT = "/communities/willow"
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
NIGHT = NOW + 10 * HOUR  # two in the morning in Shanghai
FAMILY = member(DAUGHTER, "willow", "family")
CAREGIVER = member(CARER, "willow", "caregiver")
BUTTON = {"device": "willow-button-1", "kind": "call_button"}


class House:
    """What happens, in the words of the tests."""

    def __init__(self, app: Chalice, http: Http, invoke: Invoke, gateways: Gateways) -> None:
        self.app, self.http, self.invoke, self.gateways = app, http, invoke, gateways
        self.numbers = iter(range(1, 1_000_000))

    def tick(self, function: str, now: datetime) -> str:
        event = {
            "version": "0", "id": "tick", "detail-type": "Scheduled Event", "source": "aws.events",
            "account": "1", "time": now.isoformat(), "region": "r", "resources": [], "detail": {},
        }  # fmt: skip
        return str(self.invoke(self.app, function, event)["outcome"])

    def minute(self, now: datetime) -> list[str]:
        """A minute passes; all that the sweep leaves is done. Returns how the escalation's tasks ended."""
        self.tick("sweep", now)
        for task in self.tasks("idle-alert"):
            self.invoke(self.app, "idle_alert", batch(task))
        return self.work()

    def work(self) -> list[str]:
        """The worker does what waits for it."""
        outcomes: list[str] = []
        for task in self.tasks("escalation"):
            answer = self.invoke(self.app, "escalation", batch(task))
            outcomes += answer["outcomes"]
        return outcomes

    def tasks(self, queue: str) -> Iterator[str]:
        sqs = client("sqs")
        url = sqs.get_queue_url(QueueName=f"linli-{STAGE}-care-{queue}")["QueueUrl"]
        while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1).get("Messages"):
            sqs.delete_message(QueueUrl=url, ReceiptHandle=found[0]["ReceiptHandle"])
            yield found[0]["Body"]

    def press(
        self, now: datetime, event_id: str = "", device: str = "willow-button-1", at: datetime | None = None
    ) -> dict[str, Any]:
        number = next(self.numbers)
        occurred_at = (at or now).isoformat()
        body = {"event_id": event_id or f"p-{number}", "seq": number, "occurred_at": occurred_at}
        return dict(self.invoke(self.app, "sos", rule_event("call_button", body, device, now=now)))

    def call(self, method: str, path: str, asker: dict[str, Any], now: datetime = NOW, **more: Any) -> Answer:
        return self.http(self.app, method, f"{AT}/{path}", now=now, **more, **asker)

    def answer(self, asker: dict[str, Any], now: datetime, command: str, **more: Any) -> Answer:
        path = f"alerts/{self.alert_id}/answers"
        headers = more.pop("headers", None)
        body = {"command": command, **more}
        return self.call("POST", path, asker, now, body=body, headers=headers)

    def reply(self, to: str, channel: str, now: datetime, event: str = "replied", digit: str = "") -> Answer:
        """What a gateway tells of the last message to somebody."""
        body = {"message_id": self.gateways.message_to(to, channel), "event": event}
        body |= {"digit": digit} if digit else {}
        secret = self.gateways.secrets["willow"]
        return reply(self.app, self.invoke, reply_event(body, "willow", channel, secret=secret, now=now))

    @property
    def alert_id(self) -> str:
        opened = [e.data["alert"] for e in published("willow") if e.type == "linli.care.alert_opened.v1"]
        assert len(set(opened)) == 1, "there is one alert"
        return str(opened[0])

    @property
    def alert(self) -> Any:
        return AlertRow.get(*AlertRow.key("willow", self.alert_id), consistent_read=True).alert

    def timeline(self, now: datetime = NOW) -> list[dict[str, Any]]:
        query = {"limit": "100"}
        page = self.call("GET", f"watches/{GRAN}/timeline", WILLOW_MANAGER, now, query=query).body
        return list(reversed(page["items"]))

    def queue(self) -> list[tuple[str, str]]:
        items = self.call("GET", "duties", CAREGIVER).body["items"]
        return [(each["kind"], each["about"]) for each in items]


@pytest.fixture
def gateways(cloud: None, tmp_path: Path) -> Iterator[Gateways]:  # noqa: ARG001
    outbound.session.cache_clear()
    with open_world(tmp_path) as world:
        world.open("willow")
        yield world


@pytest.fixture
def replies(cloud: None, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:  # noqa: ARG001
    """What devices are told, in turn."""
    told: list[dict[str, Any]] = []

    def publish(**message: Any) -> None:
        told.append(json.loads(message["payload"]))

    monkeypatch.setattr(client("iot-data"), "publish", publish)
    return told


@pytest.fixture
def house(service: Service, http: Http, invoke: Invoke, gateways: Gateways) -> House:
    """Willow's first resident, watched over since eight hours; a call button; the manager is on duty."""
    app = service("care")
    furnish_care(app, http, invoke)
    one = House(app, http, invoke, gateways)
    body = {**GRANNY, "sensors": [*GRANNY["sensors"], BUTTON]}
    path, begun = f"watches/{GRAN}", NOW - 8 * HOUR
    assert one.call("PUT", path, WILLOW_MANAGER, begun, body=body).status == 200
    rota = {"capacity": "manager", "phone": "+8613800000009"}
    assert one.call("PUT", f"duty_roster/{BOSS}", WILLOW_MANAGER, body=rota).status == 200
    return one


def silent(house: House) -> datetime:
    """Nobody has moved since the morning: an alert opens. It is in the afternoon."""
    now = NOW + 2 * HOUR
    house.minute(now)
    return now


# The chain


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
        "message_id", "channel", "to", "template", "text", "urgent", "digits", "reply_url",
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


ON_DUTY = {CARER, BOSS, "+8613800000009"}
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


# Broken channels, and a worker that dies


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
        patch.setattr(Courier, "send", _dies)
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
        patch.setattr("functions.care.escalation.store._sent", _dies)
        opened = NOW + 2 * HOUR
        assert house.minute(opened) == ["failed"]
    house.minute(opened + MINUTE)
    assert (house.gateways.sent, house.gateways.times) == ([(GRAN, "push")], [2])


def test_what_nobody_has_to_be_told_any_more_is_not_sent(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Courier, "send", _dies)
        opened = NOW + 2 * HOUR
        house.minute(opened)
    assert house.answer(CAREGIVER, opened, "acknowledge").status == 200
    assert house.minute(opened + MINUTE) == ["dropped"]
    assert house.gateways.sent == []


def _dies(*_: Any) -> None:
    raise RuntimeError


@pytest.mark.parametrize("operation", ["TransactWriteItems"])
def test_a_lost_reply_to_a_step_calls_nobody_twice(
    house: House, lose_reply: Callable[[str], None], operation: str
) -> None:
    house.minute(NOW + 2 * HOUR)
    lose_reply(operation)
    house.minute(NOW + 2 * HOUR + 5 * MINUTE)
    assert house.gateways.sent == [(GRAN, "push"), (HERS, "voice")]
    assert house.gateways.times == [1, 1]


def test_gateways_that_cannot_be_looked_up_for_a_moment_have_not_failed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def throttled(*_about: object, **_more: object) -> str:
        raise GetParameterError("ThrottlingException")

    with monkeypatch.context() as patch:
        patch.setattr(parameters, "get_secret", throttled)
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

    monkeypatch.setattr(calling_client, "outgoing", fails_for_push)
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


# The button


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


def button_calls(house: House) -> list[tuple[str, str]]:
    calls = [each for each in house.gateways.notices if each["template"].startswith("care_button_")]
    assert all(each["urgent"] for each in calls)
    return [(each["to"], each["channel"]) for each in calls]


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


# Many on duty


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


# A backlog


def test_a_backlog_of_tasks_calls_nobody_sooner(house: House) -> None:
    # Given an alert at which the person is asked, and a worker that stands still for twenty minutes
    opened = silent(house)
    waiting: list[tuple[datetime, str]] = []
    for minutes in range(1, 21):
        at = opened + minutes * MINUTE
        house.tick("sweep", at)
        waiting += [(at, task) for task in house.tasks("escalation")]
    assert len(waiting) > 10
    # When it works off what waits, within seconds
    done = opened + 20 * MINUTE
    outcomes = [
        outcome
        for sent, task in waiting
        for outcome in house.invoke(house.app, "escalation", batch(task, sent=sent, first=done))["outcomes"]
    ]
    # Then one step is taken, with the time of now
    assert house.gateways.sent == [(GRAN, "push"), (HERS, "voice")]
    assert house.alert.due_at == done + 5 * MINUTE
    assert outcomes.count("late") > 10


def test_the_sweeps_task_that_comes_again_is_dropped_and_the_buttons_is_not(house: House) -> None:
    at = NOW + 2 * HOUR
    house.tick("sweep", at)
    for task in house.tasks("idle-alert"):
        again = batch(task, sent=at, times=2)
        assert house.invoke(house.app, "idle_alert", again)["outcomes"] == ["late"]
    assert watching.load("willow", GRAN).open_alert is None
    house.press(at)
    (task,) = house.tasks("escalation")
    late = batch(task, sent=at, first=at + 10 * MINUTE)
    assert house.invoke(house.app, "escalation", late)["outcomes"] == ["called"]
    assert house.gateways.sent[0] == (DAUGHTER, "push")
    assert house.alert.due_at == at + 12 * MINUTE


def test_a_message_is_signed_with_the_time_at_which_it_is_sent(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = datetime(2026, 1, 5, 12, tzinfo=UTC)
    monkeypatch.setattr(calling_client, "signing_time", lambda: sent)
    house.gateways.are("timeless")
    stamps: list[str] = []
    take = house.gateways.exchange.take

    def noted(request: Request) -> Response:
        stamps.append(request.headers["webhook-timestamp"])
        return take(request)

    house.gateways.serve(noted)
    silent(house)
    assert stamps == [str(int(sent.timestamp()))]
    # And a gateway that goes by the standard does not believe what is hours old
    house.gateways.are("normal")
    house.minute(NOW + 2 * HOUR + 5 * MINUTE)
    assert house.gateways.sent == [(GRAN, "push")]


# Answers


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


# Family, visits, duties


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


# Gateways that are not what they say


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


# The watchdog


def test_a_sweep_that_is_missed_twice_is_noticed_without_it(house: House) -> None:
    assert house.tick("watchdog", NOW) == "sweep_missed", "it has never run"
    house.tick("sweep", NOW)
    assert house.tick("watchdog", NOW + MINUTE) == "sweep_runs"
    assert house.tick("watchdog", NOW + 2 * MINUTE) == "sweep_missed"
    house.tick("sweep", NOW + 3 * MINUTE)
    house.tick("sweep", NOW + MINUTE)  # an old run that is tried again does not set it back
    assert house.tick("watchdog", NOW + 4 * MINUTE) == "sweep_runs"


def test_a_sweep_that_fails_leaves_no_beat(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.tick("sweep", NOW)
    monkeypatch.setattr("functions.care.sweep.store.due", _dies)
    with pytest.raises(RuntimeError):
        house.tick("sweep", NOW + MINUTE)
    assert house.tick("watchdog", NOW + 2 * MINUTE) == "sweep_missed"


def test_cloudwatch_alarms_when_sweep_or_watchdog_are_silent_for_two_minutes() -> None:
    template = templates.load(ROOT / "infra" / "care" / "resources.yaml")
    alarms = {
        name: each["Properties"] for name, each in templates.of_type(template, "AWS::CloudWatch::Alarm")
    }
    for name, function in (("SweepSilentAlarm", "sweep"), ("WatchdogSilentAlarm", "watchdog")):
        alarm = alarms[name]
        assert (alarm["TreatMissingData"], alarm["ComparisonOperator"]) == ("breaching", "LessThanThreshold")
        assert (alarm["Period"], alarm["EvaluationPeriods"], alarm["Threshold"]) == (60, 2, 1)
        assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/Lambda", "Invocations")
        assert function in str(alarm["Dimensions"])
    missed = {each["Name"]: each["Value"] for each in alarms["SweepMissedAlarm"]["Dimensions"]}
    assert missed == {"service": "care", "action": "watchdog", "outcome": "sweep_missed"}


def written_by_newer_code(key: tuple[str, str], **attributes: str) -> None:
    """A row as code that has been rolled back since may have written it."""
    names = {f"#{name}": name for name in attributes}
    client("dynamodb").update_item(
        TableName=f"linli-{STAGE}-care",
        Key={"pk": {"S": key[0]}, "sk": {"S": key[1]}},
        UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in attributes),
        ExpressionAttributeNames=names,
        ExpressionAttributeValues={f":{name}": {"S": text} for name, text in attributes.items()},
    )


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


def test_whoever_can_be_read_on_the_roster_is_called(house: House) -> None:
    house.press(NIGHT, "p-1")
    written_by_newer_code(
        ("willow#roster", "willow-manager-9"),
        kind="roster",
        on_duty='{"person": "m", "capacity": "director"}',
    )
    house.work()
    assert {to for to, _ in house.gateways.sent} >= {DAUGHTER, DAUGHTERS}


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


def test_a_contact_is_called_at_each_of_their_numbers(house: House) -> None:
    office = "+8613800000003"
    numbers = [{"name": "Daughter", "phone": phone, "person": DAUGHTER} for phone in (DAUGHTERS, office)]
    watch = {**GRANNY, "sensors": [*GRANNY["sensors"], BUTTON], "contacts": numbers}
    assert house.call("PUT", f"watches/{GRAN}", WILLOW_MANAGER, body=watch).status == 200
    house.press(NOW)
    for minutes in range(5):
        house.minute(NOW + minutes * MINUTE)
    told = house.gateways.sent
    assert {to for to, channel in told if channel == "voice"} >= {DAUGHTERS, office}
    assert len({each for each in told if each == (DAUGHTER, "push")}) == 1


# What was said, seen or told before


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
    lines = [each.entry for each in EntryRow.query(EntryRow.partition("willow", "willow-button-9"))]
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
    lines = [each.entry for each in EntryRow.query(EntryRow.partition("willow", "willow-button-9"))]
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
