"""Subscriptions: who is told what, once for each fact, signed, again until it arrives, as long as allowed."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from chalice.app import Chalice

from functions.insight.sending import store as sending
from functions.insight.subscriptions.rows import DeliveryRow, LineRow, WaitingRow
from linli.aws import client
from linli.events import Fact
from linli.vocabulary.care import AlertClosed, AlertOpened
from linli.vocabulary.directory import MembershipChanged
from linli.vocabulary.insight import SubscriptionPaused, SubscriptionTested
from linli.vocabulary.maintenance import TicketChanged
from linli.webhooks import verify
from tests.integration.conftest import STAGE, Http, Invoke, Service, published
from tests.integration.gateway import NOW, Answer
from tests.integration.messages import batch, told
from tests.integration.people import ACME, MAPLE_MANAGER, WILLOW_MANAGER, WILLOW_RESIDENT, member
from tests.integration.receiver import Receiver, receiving

AT = "/communities/willow/subscriptions"
BOSS = WILLOW_MANAGER["person"]
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ALERTS = {
    "name": "The night service",
    "facts": ["linli.care.alert_opened.v1", "linli.care.alert_closed.v1"],
    "permissions": ["care:read-alerts"],
}
TICKETS = {
    "name": "The lift company",
    "facts": ["linli.maintenance.ticket_changed.v1"],
    "permissions": ["tickets:read-all"],
}


class Desk:
    """A manager's subscriptions, and what becomes of facts."""

    def __init__(self, app: Chalice, http: Http, invoke: Invoke, receiver: Receiver) -> None:
        self.app, self.http, self.invoke, self.receiver = app, http, invoke, receiver
        self.numbers = iter(range(1, 1_000_000))

    def call(
        self, method: str, path: str = "", asker: dict[str, Any] = WILLOW_MANAGER, **more: Any
    ) -> Answer:
        return self.http(self.app, method, f"{AT}{path}", **more, **asker)

    def subscribe(self, terms: dict[str, Any] = ALERTS, **more: Any) -> dict[str, Any]:
        body = {"url": self.receiver.url, **terms, **more}
        answer = self.call("POST", body=body)
        assert answer.status == 201, answer
        return dict(answer.body)

    def hear(self, fact: Fact, event_id: str = "", at: datetime = NOW) -> str:
        """The outcome of a fact that is told then."""
        body = told(fact, event_id or f"fact-{next(self.numbers)}", at)
        (outcome,) = self.invoke(self.app, "delivery", batch(body, sent=at))["outcomes"]
        return str(outcome)

    def tasks(self) -> list[str]:
        sqs = client("sqs")
        url = sqs.get_queue_url(QueueName=f"linli-{STAGE}-insight-sending")["QueueUrl"]
        tasks = []
        while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1).get("Messages"):
            sqs.delete_message(QueueUrl=url, ReceiptHandle=found[0]["ReceiptHandle"])
            tasks.append(found[0]["Body"])
        return tasks

    def work(self, at: datetime = NOW) -> list[str]:
        """What is left in the queue is done, and what it leaves at once; returns the outcomes."""
        outcomes: list[str] = []
        for _ in range(20):
            for task in (tasks := self.tasks()):
                outcomes += self.invoke(self.app, "sending", batch(task, sent=at))["outcomes"]
            if not tasks:
                return outcomes
        pytest.fail("there is no end to it")

    def look(self, at: datetime) -> list[str]:
        """The schedule looks for what waits, and it is sent."""
        self.invoke(self.app, "sending", batch({"scheduled_at": at.isoformat()}, sent=at))
        return self.work(at)

    @property
    def came(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, _, body in self.receiver.came]

    def show(self, subscription: str) -> dict[str, Any]:
        return dict(self.call("GET", f"/{subscription}").body)

    def deliveries(self, subscription: str, **query: str) -> list[dict[str, Any]]:
        return list(self.call("GET", f"/{subscription}/deliveries", query=query).body["items"])


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture
def desk(service: Service, http: Http, invoke: Invoke, receiver: Receiver) -> Desk:
    return Desk(service("insight"), http, invoke, receiver)


def opened(alert: str = "a-1", person: str = "willow-resident-1") -> AlertOpened:
    return AlertOpened(community="willow", alert=alert, person=person, reason="sos", opened_at=NOW)


def ticket(number: int = 1, community: str = "willow") -> TicketChanged:
    return TicketChanged(
        community=community, ticket=f"t-{number}", kind="repair", state="submitted", priority="general",
        asset=None, changed_at=NOW, version=1,
    )  # fmt: skip


def test_a_fact_arrives_signed_and_without_the_person(desk: Desk) -> None:
    made = desk.subscribe()
    assert desk.hear(opened()) == "queued"
    assert desk.work() == ["sent"]
    ((path, headers, body),) = desk.receiver.came
    assert path == "/hook"
    delivery = verify(headers, body, [made["secret"]], datetime.now(UTC))
    event = json.loads(body)
    assert (event["type"], event["id"]) == ("linli.care.alert_opened.v1", delivery)
    assert event["data"]["alert"] == "a-1"
    assert "willow-resident-1" not in body.decode()
    (listed,) = desk.deliveries(made["subscription"])
    assert (listed["delivery"], listed["state"], listed["status"], listed["tries"]) == (
        delivery,
        "delivered",
        204,
        1,
    )


def test_a_fact_arrives_once_however_often_it_is_told(desk: Desk) -> None:
    desk.subscribe()
    assert [desk.hear(opened(), "same") for _ in range(3)] == ["queued", "duplicate", "duplicate"]
    desk.work()
    assert desk.hear(opened(), "same") == "duplicate"
    desk.work()
    assert len(desk.came) == 1


def test_a_lost_answer_means_the_same_message_under_the_same_name(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a receiver that has taken it over, and a process that dies before it notes so
    desk.subscribe()
    desk.hear(opened())
    with monkeypatch.context() as dying:
        dying.setattr(sending, "_over", _dies)
        desk.work()
    # Then it comes again, and can be told by its name and its body
    desk.look(NOW + 2 * HOUR)
    (_, first, body), (_, second, again) = desk.receiver.came
    assert (first["webhook-id"], body) == (second["webhook-id"], again)
    assert desk.look(NOW + 4 * HOUR) == []


def _dies(*_: Any) -> None:
    raise RuntimeError


def test_the_person_is_told_to_whom_may_know(desk: Desk) -> None:
    desk.subscribe(permissions=["care:read-alerts", "care:read-watched"])
    desk.hear(opened(person="willow-resident-9"))
    desk.hear(AlertClosed(community="willow", alert="a-1", person="p", outcome="hospital", closed_at=NOW))
    desk.work()
    shown = [sorted(each["data"].keys() & {"person", "outcome"}) for each in desk.came]
    assert sorted(shown) == [["outcome", "person"], ["person"]]


def test_nobody_is_told_of_another_community_or_of_what_they_did_not_ask_for(desk: Desk) -> None:
    desk.subscribe(TICKETS)
    assert desk.hear(opened()) == "for_nobody"
    assert desk.hear(ticket(community="maple")) == "for_nobody"
    assert desk.hear(ticket()) == "queued"
    desk.work()
    assert [each["data"]["ticket"] for each in desk.came] == ["t-1"]


def test_both_secrets_sign_while_they_change(desk: Desk) -> None:
    made = desk.subscribe(TICKETS)
    path = f"/{made['subscription']}/secrets"
    # The clock of sending is the real one, so the overlap has to reach it
    soon = datetime.now(UTC)
    headers = {"Idempotency-Key": "rotate-1"}
    rotated = desk.call("POST", path, body={}, now=soon, headers=headers).body
    assert desk.call("POST", path, body={}, now=soon, headers=headers).body == rotated
    assert rotated["secret"] != made["secret"]
    desk.hear(ticket())
    desk.work()
    ((_, headers, body),) = desk.receiver.came
    for secret in (made["secret"], rotated["secret"]):
        verify(headers, body, [secret], datetime.now(UTC))
    # When the last one has got into wrong hands, the next signs alone
    third = desk.call("POST", path, body={"overlap_hours": 0}, now=soon).body["secret"]
    desk.hear(ticket(2))
    desk.work()
    _, headers, body = desk.receiver.came[-1]
    assert len(headers["webhook-signature"].split()) == 1
    verify(headers, body, [third], datetime.now(UTC))


def test_a_secret_is_shown_once_and_kept_nowhere(desk: Desk) -> None:
    made = desk.subscribe(TICKETS)
    seen = [desk.show(made["subscription"]), desk.call("GET").body]
    rows = client("dynamodb").scan(TableName=f"linli-{STAGE}-insight")["Items"]
    assert made["secret"].removeprefix("whsec_")[:20] not in json.dumps([seen, rows])


def test_a_refused_delivery_is_tried_again_later_and_given_up_after_days(desk: Desk) -> None:
    desk.receiver.answers = lambda it: desk.receiver.say(it, 500)
    made = desk.subscribe(TICKETS)
    desk.hear(ticket())
    now, days = NOW, 0.0
    desk.work(now)
    while (one := desk.deliveries(made["subscription"])[0])["state"] == "waiting":
        now = datetime.fromisoformat(one["next_at"])
        assert desk.look(now) == ["sent"]
    days = (now - NOW) / DAY
    assert one["state"] == "failed"
    assert (one["tries"], one["status"], one["trouble"]) == (10, 500, "refused")
    assert 1.5 < days < 5
    assert len({headers["webhook-id"] for _, headers, _ in desk.receiver.came}) == 1
    # When it is asked for, it is sent once more, under its name
    desk.receiver.answers = lambda it: desk.receiver.say(it, 200)
    path = f"/{made['subscription']}/deliveries/{one['delivery']}/retrials"
    assert desk.call("POST", path, now=now).status == 202
    desk.work(now)
    assert desk.deliveries(made["subscription"])[0]["state"] == "delivered"


def test_one_message_that_is_refused_holds_up_no_other(desk: Desk) -> None:
    refused: list[str] = []

    def answers(handler: Any) -> None:
        body = json.loads(desk.receiver.came[-1][2])
        bad = body["data"]["ticket"] == "t-1"
        refused.extend(["t-1"] * bad)
        desk.receiver.say(handler, 422 if bad else 204)

    desk.receiver.answers = answers
    made = desk.subscribe(TICKETS)
    for number in (1, 2, 3):
        desk.hear(ticket(number))
    desk.work()
    states = [each["state"] for each in desk.deliveries(made["subscription"])]
    assert sorted(states) == ["delivered", "delivered", "waiting"]
    assert "failing_since" not in desk.show(made["subscription"])


def test_a_receiver_that_is_down_is_asked_once_however_much_waits(desk: Desk) -> None:
    desk.receiver.answers = lambda it: desk.receiver.say(it, 503)
    made = desk.subscribe(TICKETS)
    for number in range(30):
        desk.hear(ticket(number))
    desk.work()
    assert len(desk.came) == 1
    assert desk.show(made["subscription"])["rests_until"] > NOW.isoformat()
    desk.hear(ticket(31))
    assert desk.tasks() == [], "who rests gets no task"
    # When it is back, all of it arrives, and none has lost a try
    desk.receiver.answers = lambda it: desk.receiver.say(it, 204)
    desk.look(NOW + HOUR)
    assert len({each["id"] for each in desk.came}) == 31
    assert {each["tries"] for each in desk.deliveries(made["subscription"], limit="100")} == {1}


def test_a_receiver_that_asks_for_time_gets_it(desk: Desk) -> None:
    desk.receiver.answers = lambda it: desk.receiver.say(it, 429, Retry_After="7200")
    made = desk.subscribe(TICKETS)
    desk.hear(ticket())
    desk.work()
    assert desk.look(NOW + HOUR) == []
    assert datetime.fromisoformat(desk.show(made["subscription"])["rests_until"]) == NOW + 2 * HOUR
    desk.receiver.answers = lambda it: desk.receiver.say(it, 204)
    assert desk.look(NOW + 2 * HOUR) == ["sent"]


def test_a_slow_receiver_holds_up_no_other(desk: Desk) -> None:
    with receiving() as slow:
        slow.answers = lambda it: slow.say(it, 503)
        desk.subscribe(TICKETS, url=slow.url)
        desk.subscribe(TICKETS)
        for number in range(5):
            desk.hear(ticket(number))
        desk.work()
        assert (len(slow.came), len(desk.came)) == (1, 5)


def test_one_task_at_a_time_sends_for_a_subscription(desk: Desk) -> None:
    made = desk.subscribe(TICKETS)
    desk.hear(ticket())
    (task,) = desk.tasks()
    outcomes: list[str] = []

    def answers(handler: Any) -> None:
        again = desk.invoke(desk.app, "sending", batch(task, sent=NOW))
        outcomes.extend(again["outcomes"])
        desk.receiver.say(handler, 204)

    desk.receiver.answers = answers
    desk.invoke(desk.app, "sending", batch(task, sent=NOW))
    assert (outcomes, len(desk.came)) == (["nothing_due"], 1)
    line = LineRow.get(*LineRow.key("willow", made["subscription"]))
    assert (line.due_at, line.held_until) == (None, None)


def test_what_comes_while_it_is_sent_is_sent_too(desk: Desk) -> None:
    desk.subscribe(TICKETS)
    desk.hear(ticket(1))

    def answers(handler: Any) -> None:
        if len(desk.receiver.came) == 1:
            desk.hear(ticket(2))
        desk.receiver.say(handler, 204)

    desk.receiver.answers = answers
    desk.work()
    assert [each["data"]["ticket"] for each in desk.came] == ["t-1", "t-2"]


def test_what_a_dead_task_has_held_is_found_by_the_schedule(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.subscribe(TICKETS)
    desk.hear(ticket())
    with monkeypatch.context() as dying:
        dying.setattr(sending, "_let_go", _dies)
        dying.setattr(sending.Round, "send", _dies)
        desk.work()
    assert desk.look(NOW + MINUTE) == ["nothing_due"], "somebody may still be at it"
    assert desk.look(NOW + 5 * MINUTE) == ["sent"]


def test_gone_is_gone(desk: Desk) -> None:
    desk.receiver.answers = lambda it: desk.receiver.say(it, 410)
    made = desk.subscribe(TICKETS)
    desk.hear(ticket())
    assert desk.work() == ["paused"]
    shown = desk.show(made["subscription"])
    assert (shown["state"], shown["why"]) == ("paused", "gone")
    assert desk.hear(ticket(2)) == "for_nobody"
    (fact,) = [each for each in published("willow") if each.type == SubscriptionPaused.TYPE]
    assert fact.data["why"] == "gone"


def fail_for(desk: Desk, days: int) -> dict[str, Any]:
    """A receiver that is down for so many days, while something waits for it."""
    desk.receiver.answers = lambda it: desk.receiver.say(it, 503)
    made = desk.subscribe(TICKETS)
    desk.hear(ticket())
    for hours in range(0, days * 24, 6):
        desk.look(NOW + hours * HOUR)
    return made


def test_a_receiver_that_fails_for_five_days_is_paused_once_and_told_of(desk: Desk) -> None:
    made = fail_for(desk, 7)
    shown = desk.show(made["subscription"])
    assert (shown["state"], shown["why"]) == ("paused", "failing")
    assert NOW + 5 * DAY <= datetime.fromisoformat(shown["paused_at"]) < NOW + 5.5 * DAY
    assert len([each for each in published("willow") if each.type == SubscriptionPaused.TYPE]) == 1
    # What happens meanwhile is kept, and sent once somebody resumes it
    asked = len(desk.came)
    assert desk.hear(ticket(2), at=NOW + 8 * DAY) == "queued"
    desk.look(NOW + 8 * DAY)
    assert len(desk.came) == asked
    desk.receiver.answers = lambda it: desk.receiver.say(it, 204)
    patched = desk.call("PATCH", f"/{made['subscription']}", body={"paused": False}, now=NOW + 9 * DAY)
    assert patched.body["state"] == "active"
    desk.work(NOW + 9 * DAY)
    assert [each["data"]["ticket"] for each in desk.came[asked:]] == ["t-1", "t-2"]


def test_four_bad_days_are_not_five(desk: Desk) -> None:
    assert desk.show(fail_for(desk, 4)["subscription"])["state"] == "active"


def leaves(desk: Desk, roles: list[str], person: str = BOSS, version: int = 2) -> None:
    desk.hear(MembershipChanged(community="willow", person=person, roles=roles, version=version))


def test_it_is_paused_when_its_maker_may_not_read_it_any_more(desk: Desk) -> None:
    made = desk.subscribe()
    desk.hear(opened())
    leaves(desk, ["resident"])
    desk.work()
    shown = desk.show(made["subscription"])
    assert (shown["state"], shown["why"], desk.came) == ("paused", "maker", [])
    assert desk.hear(opened("a-2")) == "for_nobody"
    # Somebody else may take it over
    other = member("willow-manager-2", "willow", "manager")
    taken = desk.call("PATCH", f"/{made['subscription']}", other, body={"paused": False}).body
    assert (taken["maker"], taken["state"]) == ("willow-manager-2", "active")
    desk.work()
    assert len(desk.came) == 1


def test_a_role_is_judged_when_it_is_sent_not_when_it_was_queued(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.subscribe()
    desk.hear(opened())
    with monkeypatch.context() as late:  # whoever pauses has not come to it yet
        late.setattr("functions.insight.delivery.store.subscriptions.pause", lambda *_: None)
        leaves(desk, [])
    assert desk.work() == ["paused"]
    assert desk.came == []


def test_an_old_word_on_a_maker_changes_nothing(desk: Desk) -> None:
    leaves(desk, ["manager"], version=3)
    made = desk.subscribe()
    leaves(desk, [], version=2)
    assert desk.show(made["subscription"])["state"] == "active"


def test_a_permission_that_is_taken_back_stops_what_waits(desk: Desk) -> None:
    made = desk.subscribe({**ALERTS, "permissions": ["care:read-alerts", "care:read-watched"]})
    desk.hear(opened(person="willow-resident-9"))
    body = {"permissions": ["care:read-alerts"]}
    desk.call("PATCH", f"/{made['subscription']}", body=body)
    desk.work()
    assert ["person" in each["data"] for each in desk.came] == [False]
    desk.hear(opened("a-2"))
    changed = {"facts": TICKETS["facts"], "permissions": TICKETS["permissions"]}
    assert desk.call("PATCH", f"/{made['subscription']}", body=changed).status == 200
    desk.work()
    assert len(desk.came) == 1
    (failed,) = desk.deliveries(made["subscription"], state="failed")
    assert failed["trouble"] == "not_permitted"


def test_what_is_ended_gets_nothing_that_has_waited(desk: Desk) -> None:
    made = desk.subscribe(TICKETS)
    desk.hear(ticket())
    assert desk.call("DELETE", f"/{made['subscription']}", ACME).status == 204
    desk.work()
    assert desk.came == []
    assert desk.call("GET", f"/{made['subscription']}").status == 404
    assert desk.hear(ticket(2)) == "for_nobody"
    assert desk.call("DELETE", f"/{made['subscription']}").status == 404


def test_a_trial_takes_the_way_of_any_other_fact_to_one_alone(desk: Desk) -> None:
    one, _ = desk.subscribe(TICKETS), desk.subscribe(TICKETS)
    assert desk.call("POST", f"/{one['subscription']}/trials").status == 202
    (event,) = [each for each in published("willow") if each.type == SubscriptionTested.TYPE]
    desk.hear(SubscriptionTested.model_validate_json(json.dumps(event.data)))
    desk.work()
    (came,) = desk.came
    assert (came["type"], came["data"]["subscription"]) == (SubscriptionTested.TYPE, one["subscription"])


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"url": "ftp://hooks.example.com"}, 400, "address_malformed"),
        ({"url": "https://user:word@hooks.example.com/"}, 400, "address_malformed"),
        ({"url": "https://no-such-name.invalid/"}, 400, "address_unknown"),
        ({"facts": ["linli.access.gate_passed.v1"]}, 400, "invalid-request"),
        ({"facts": []}, 400, "invalid-request"),
        ({"facts": ALERTS["facts"] * 2}, 400, "invalid-request"),
        ({"permissions": ["tickets:read-all"]}, 400, "fact_needs_permission"),
        ({"secret": "whsec_x"}, 400, "invalid-request"),
        ({"name": "\u200b"}, 400, "invalid-request"),
    ],
)
def test_terms_that_make_no_sense_are_refused(
    desk: Desk, wrong: dict[str, Any], status: int, code: str
) -> None:
    answer = desk.call("POST", body={"url": desk.receiver.url, **ALERTS, **wrong})
    assert (answer.status, answer.body["code"]) == (status, code)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://127.0.0.1:9/", "address_not_https"),
        ("https://127.0.0.1/", "address_private"),
        ("https://localhost/", "address_private"),
        ("https://2130706433/", "address_private"),
        ("https://[::ffff:169.254.169.254]/", "address_private"),
    ],
)
def test_a_stage_in_the_world_takes_no_address_at_home(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, url: str, code: str
) -> None:
    monkeypatch.delenv("LINLI_RECEIVERS")
    answer = desk.call("POST", body={**ALERTS, "url": url}, headers={"Accept-Language": "zh-CN"})
    assert (answer.status, answer.body["code"]) == (400, code)
    assert "地址" in answer.body["detail"]


def test_an_address_that_was_public_and_leads_home_now_is_not_asked(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = desk.subscribe(TICKETS)
    desk.hear(ticket())
    monkeypatch.delenv("LINLI_RECEIVERS")
    assert desk.work() == ["rests"]
    assert desk.came == []
    assert desk.deliveries(made["subscription"])[0]["trouble"] == "not_public"


@pytest.mark.parametrize(
    ("asker", "status"),
    [(WILLOW_RESIDENT, 403), (ACME, 403), (MAPLE_MANAGER, 404), (member("p", "willow", "guard"), 403)],
)
def test_only_a_manager_makes_one(desk: Desk, asker: dict[str, Any], status: int) -> None:
    assert desk.call("POST", "", asker, body={"url": desk.receiver.url, **TICKETS}).status == status


def test_the_same_request_makes_one_and_shows_its_secret_again(desk: Desk) -> None:
    body, headers = {"url": desk.receiver.url, **TICKETS}, {"Idempotency-Key": "k-1"}
    one, other = (desk.call("POST", body=body, headers=headers).body for _ in range(2))
    assert one == other
    assert len(desk.call("GET").body["items"]) == 1


def test_there_are_so_many_and_no_more(desk: Desk) -> None:
    for _ in range(20):
        desk.subscribe(TICKETS)
    answer = desk.call("POST", body={"url": desk.receiver.url, **TICKETS})
    assert (answer.status, answer.body["code"]) == (409, "too_many_subscriptions")


def test_each_offer_says_what_it_needs(desk: Desk) -> None:
    items = desk.http(desk.app, "GET", "/communities/willow/offered_facts", **ACME).body["items"]
    by_fact = {each["fact"]: each for each in items}
    alert = by_fact["linli.care.alert_opened.v1"]
    assert (alert["permission"], alert["fields"], alert["may"]) == (
        "care:read-alerts",
        {"person": "care:read-watched"},
        False,
    )
    assert by_fact["linli.maintenance.ticket_changed.v1"]["may"]
    assert "linli.access.gate_passed.v1" not in by_fact


def test_nothing_is_left_waiting_that_was_sent(desk: Desk) -> None:
    made = desk.subscribe(TICKETS)
    for number in range(25):
        desk.hear(ticket(number))
    desk.work()
    assert len(desk.came) == 25
    assert WaitingRow.count(WaitingRow.key.partition("willow", made["subscription"])) == 0
    assert DeliveryRow.count(DeliveryRow.key.partition("willow", made["subscription"])) == 25
