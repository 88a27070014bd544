"""The demo's recent past, told to the real functions: each page has something to show."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from chalice.app import Chalice

from functions.directory.policies import CommunityPolicies
from linli.aws import client
from linli.events import Fact
from linli.vocabulary.devices import DeviceRegistered
from linli.vocabulary.directory import CommunityChanged, MembershipChanged, PlaceChanged
from linli_cli.demo import neighbourhood
from linli_cli.demo.lately import Lately, issued
from linli_cli.demo.past import Asked, Message
from linli_cli.errors import CommandError
from tests.integration import gateway
from tests.integration.conftest import Http, Invoke, Service
from tests.integration.messages import batch, told
from tests.integration.people import WILLOW_MANAGER, WILLOW_RESIDENT, member

NOW = datetime(2026, 3, 11, 9, 20, tzinfo=UTC)
DAY = timedelta(days=1)
CHINESE = {"Accept-Language": "zh-CN"}


@dataclass
class InProcess:
    """The past of one service, in this process."""

    app: Chalice
    invoke: Invoke

    def ask(self, _service: str, asked: Asked) -> Any:
        answer = gateway.answer(self.invoke(self.app, "api", asked.event()))
        if answer.status >= 400:
            raise CommandError(f"{asked.method} {asked.resource} as {asked.person}: {answer.body}")
        return answer.body

    def say(self, _service: str, action: str, said: Message) -> None:
        assert self.invoke(self.app, action, said.event())["batchItemFailures"] == []

    def tell(self, facts: Sequence[tuple[Fact, datetime]]) -> None:
        for number, (fact, _) in enumerate(facts):
            assert self.invoke(self.app, "bill", batch(told(fact, str(number))))["batchItemFailures"] == []


WILLOW = neighbourhood.communities()[0]


def known(app: Chalice, invoke: Invoke, *consumers: str) -> None:
    """Let a service hear of willow: its policies, people, places, devices, as far as each is its business."""
    facts: list[Fact] = [
        CommunityChanged(
            community="willow", company="acme", sub_district="riverside", time_zone="Asia/Shanghai",
            policies=CommunityPolicies().as_set(), version=1,
        ),
        PlaceChanged(community="willow", building="b1", name="1 栋", version=1),
        *(
            PlaceChanged(community="willow", building="b1", unit=unit, name=unit, version=1)
            for unit in neighbourhood.UNITS
        ),
        *(
            MembershipChanged(
                community="willow", person=person.id, roles=[person.role], version=1,
                home=f"b1/{person.unit}" if person.unit else None,
            )
            for person in WILLOW.people
        ),
        *(
            DeviceRegistered(community="willow", device=each, kind=kind)
            for each, kind in WILLOW.devices.items()
        ),
    ]  # fmt: skip
    for number, fact in enumerate(facts):
        for consumer in consumers:
            invoke(app, consumer, batch(told(fact, f"{consumer}-{number}")))


def manager_sees(http: Http, app: Chalice, path: str, **query: str) -> list[dict[str, Any]]:
    answer = http(
        app, "GET", f"/communities/willow/{path}", **WILLOW_MANAGER, now=NOW, query=query, headers=CHINESE
    )
    return list(answer.body["items"])


def is_late(ticket: dict[str, Any]) -> bool:
    """Whether the next promise about a ticket is broken."""
    if ticket["state"] in {"paused", "done"}:
        return False
    clocks = ticket["clocks"]
    owed = (clocks[name] for name in ("respond", "arrive", "resolve") if name in clocks)
    pending = next((each for each in owed if not each.get("met_at")), None)
    return pending is not None and datetime.fromisoformat(pending["due_at"]) < NOW


def test_what_samples_left_open_is_over_before_the_day_begins(
    service: Service, http: Http, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINLI_PHOTO_BUCKET", "")
    app = service("maintenance")
    known(app, invoke, "community")
    body = {"category": "plumbing", "description": "漏水", "building": "b1", "unit": "101"}
    http(
        app,
        "POST",
        "/communities/willow/tickets",
        body=body,
        **WILLOW_RESIDENT,
        now=NOW - timedelta(hours=20),
    )
    assert len(manager_sees(http, app, "tickets", shelf="waiting")) == 1
    Lately(InProcess(app, invoke), NOW).tickets_of_samples()
    assert manager_sees(http, app, "tickets", shelf="waiting") == []


def test_tickets_are_in_many_states_and_one_is_an_emergency(
    service: Service, http: Http, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINLI_PHOTO_BUCKET", "")
    app = service("maintenance")
    known(app, invoke, "community")
    for repairer, set_up in WILLOW.repairers.items():
        http(app, "PUT", f"/communities/willow/repairers/{repairer}", body=set_up, **WILLOW_MANAGER)
    Lately(InProcess(app, invoke), NOW).tickets()
    shelves = {
        shelf: manager_sees(http, app, "tickets", shelf=shelf) for shelf in ("waiting", "working", "over")
    }
    states = Counter(each["state"] for shelf in shelves.values() for each in shelf)
    wanted = {"submitted", "dispatched", "accepted", "arrived", "paused", "done", "rated"}
    assert wanted <= states.keys()
    open_ones = [*shelves["waiting"], *shelves["working"]]
    assert any(each["priority"] == "emergency" for each in open_ones)
    # A normal day: few are open, each since another time, and one promise is broken
    assert len(open_ones) <= 8
    assert len({each["created_at"] for each in open_ones}) == len(open_ones)
    assert [each["category"] for each in open_ones if is_late(each)] == ["power"]


def test_gates_were_passed_today_and_visitors_are_expected(
    service: Service, http: Http, invoke: Invoke
) -> None:
    app = service("access")
    known(app, invoke, "standing")
    for gate, set_up in WILLOW.gates.items():
        assert (
            http(app, "PUT", f"/communities/willow/gates/{gate}", body=set_up, **WILLOW_MANAGER).status == 200
        )
    for each in WILLOW.credentials:
        path = f"/communities/willow/people/{each.person}/credentials"
        assert http(app, "POST", path, body=each.body, **WILLOW_MANAGER).status == 201
    lately = Lately(InProcess(app, invoke), NOW)
    lately.gates()
    lately.visitors()
    verdicts = Counter(each["verdict"] for each in manager_sees(http, app, "passes"))
    assert verdicts.keys() == {"granted", "denied"}
    assert verdicts["granted"] >= 10


def test_somebody_was_helped_and_is_to_be_looked_after(service: Service, http: Http, invoke: Invoke) -> None:
    app = service("care")
    known(app, invoke, "community")
    for person, watch in WILLOW.watches.items():
        assert (
            http(app, "PUT", f"/communities/willow/watches/{person}", body=watch, **WILLOW_MANAGER).status
            == 200
        )
    lately = Lately(InProcess(app, invoke), NOW)
    gran = member(f"{neighbourhood.WATCHED}-resident-1", neighbourhood.WATCHED, "resident")
    of_a_sample = http(app, "POST", "/communities/willow/calls_for_help", body={}, **gran, now=NOW - DAY)
    lately.alerts_of_samples()
    assert manager_sees(http, app, "alerts") == []
    lately.help()
    (duty,) = manager_sees(http, app, "duties")
    assert (duty["kind"], duty["words"]) == ("follow_up", "告警的结果是“需要帮助”")
    (alert,) = (
        each
        for each in manager_sees(http, app, "alerts", shelf="closed")
        if each["alert"] != of_a_sample.body["alert"]
    )
    assert alert["words"] == "用手机呼救"


def test_homes_have_used_something_each_day_and_one_reading_waits_for_somebody(
    service: Service, http: Http, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINLI_UPLOADS_BUCKET", "")
    app = service("utilities")
    known(app, invoke, "community", "household")
    monkeypatch.setattr(client("iot-data"), "publish", lambda **_: None)
    Lately(InProcess(app, invoke), NOW).meters()
    assert len(manager_sees(http, app, "held_readings")) >= 1
    month = f"{NOW:%Y-%m}"
    used = manager_sees(http, app, "meters/willow-101-water/consumption", since=month, until=month)
    assert len(used[0]["days"]) >= 9


def test_bills_of_the_months_before_are_paid_but_one(service: Service, http: Http, invoke: Invoke) -> None:
    app = service("payments")
    known(app, invoke, "community", "household")
    Lately(InProcess(app, invoke), NOW).bills()
    due = manager_sees(http, app, "dues")
    assert [each["due_at"] < NOW.isoformat() for each in due] == [True]
    assert len(manager_sees(http, app, "hand_payments")) == len(issued(NOW)) - 1
