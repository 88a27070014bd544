"""Tickets that devices open, through the real queue handler: one a fault, however often, in any order."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from chalice.app import Chalice

from linli.vocabulary.devices import DeviceFaultCleared, DeviceFaultRaised
from linli.vocabulary.utilities import MeterSignalEnded, MeterSignalRaised
from tests.integration.conftest import Http, Invoke, Service, dead_letters, published
from tests.integration.gateway import NOW
from tests.integration.messages import batch, told
from tests.integration.neighbourhood import furnish_maintenance
from tests.integration.people import WILLOW_MANAGER, member
from tests.integration.ticketing import Desk

TICKETS = "/communities/willow/tickets"
REPAIRER = member("willow-repairer-1", "willow", "repairer")


@pytest.fixture
def app(service: Service, http: Http, invoke: Invoke) -> Chalice:
    app = service("maintenance")
    furnish_maintenance(app, http, invoke)
    return app


def lost(episode: str = "e-1", minute: int = 0, fault: str = "lost") -> DeviceFaultRaised:
    since = NOW + timedelta(minutes=minute)
    return DeviceFaultRaised(
        community="willow", device="d-1", kind="sensor", fault=fault, episode=episode, since=since
    )


def well(episode: str = "e-1") -> DeviceFaultCleared:
    return DeviceFaultCleared(community="willow", device="d-1", fault="lost", episode=episode, cleared_at=NOW)


def tickets(app: Chalice, http: Http) -> list[dict[str, Any]]:
    return [
        http(app, "GET", f"{TICKETS}/{each['ticket']}", **WILLOW_MANAGER).body
        for shelf in ("waiting", "working", "over")
        for each in http(app, "GET", TICKETS, query={"shelf": shelf}, **WILLOW_MANAGER).body["items"]
    ]


def taken(app: Chalice, invoke: Invoke, *messages: Any) -> list[str]:
    answer = invoke(app, "proactive_ticket", batch(*messages))
    assert answer["batchItemFailures"] == []
    return list(answer["outcomes"])


def test_one_ticket_for_a_fault_with_a_count_and_last_seen(app: Chalice, http: Http, invoke: Invoke) -> None:
    first, again = told(lost(), "1"), told(lost("e-2", 30), "2")
    assert taken(app, invoke, first, first, again, again) == ["opened", "duplicate", "counted", "duplicate"]
    (ticket,) = tickets(app, http)
    assert (ticket["state"], ticket["repairer"]) == ("dispatched", "willow-repairer-1")
    assert (ticket["told"], ticket["last_seen"]) == (2, "2026-01-05T08:30:00.000Z")
    assert taken(app, invoke, told(lost(fault="low-battery"), "3")) == ["opened"], (
        "another fault is another ticket"
    )


def test_a_lost_gateway_is_one_ticket_that_says_how_many_are_unseen_with_it(
    app: Chalice, http: Http, invoke: Invoke
) -> None:
    common: dict[str, Any] = {"community": "willow", "device": "gw-1", "fault": "lost", "episode": "lost-1"}
    behind = ["door-1", "motion-1"]
    down = DeviceFaultRaised(kind="gateway", since=NOW, behind=behind, **common)
    up = DeviceFaultCleared(cleared_at=NOW, behind=behind, **common)
    assert taken(app, invoke, told(down, "1")) == ["opened"]
    (ticket,) = tickets(app, http)
    assert ticket["description"].endswith("devices unseen with it: 2")
    assert taken(app, invoke, told(up, "2")) == ["closed"]


def test_a_race_for_the_lock_is_won_once(
    app: Chalice, http: Http, invoke: Invoke, meanwhile: Callable[[str, Callable[[], object]], None]
) -> None:
    meanwhile("TransactWriteItems", lambda: taken(app, invoke, told(lost(), "1")))
    assert taken(app, invoke, told(lost(), "2")) == ["counted"]
    assert [each["told"] for each in tickets(app, http)] == [2]


def test_an_end_that_races_its_beginning_closes_the_ticket(
    app: Chalice, http: Http, invoke: Invoke, meanwhile: Callable[[str, Callable[[], object]], None]
) -> None:
    meanwhile("TransactWriteItems", lambda: taken(app, invoke, told(lost(), "1")))
    assert taken(app, invoke, told(well(), "2")) == ["closed"]
    assert [each["state"] for each in tickets(app, http)] == ["cancelled"]


def test_a_lost_reply_opens_once(
    app: Chalice, http: Http, invoke: Invoke, lose_reply: Callable[[str], None]
) -> None:
    lose_reply("TransactWriteItems")
    assert taken(app, invoke, told(lost(), "1")) == ["opened"]
    assert len(tickets(app, http)) == 1


def test_it_closes_itself_when_the_fault_is_over_before_anybody_accepted(
    app: Chalice, http: Http, invoke: Invoke
) -> None:
    assert taken(app, invoke, told(lost(), "1"), told(well(), "2"), told(well(), "2")) == [
        "opened",
        "closed",
        "duplicate",
    ]
    (ticket,) = tickets(app, http)
    assert ticket["state"] == "cancelled"
    (repairer, *_) = http(app, "GET", "/communities/willow/repairers", **WILLOW_MANAGER).body["items"]
    assert repairer["tickets"] == []
    assert [event.data["state"] for event in published("willow")] == ["dispatched", "cancelled"]
    assert taken(app, invoke, told(lost("e-2"), "3")) == ["opened"], "the next fault is a ticket again"


def test_nobody_has_to_see_to_a_fault_that_is_over(app: Chalice, http: Http, invoke: Invoke) -> None:
    desk = Desk(app, http, invoke)
    for number in (1, 2, 3):
        assert desk.set_up(number, on_duty=False).status == 200
    assert taken(app, invoke, told(lost(), "1")) == ["opened"]
    (ticket,) = tickets(app, http)
    assert desk.needs() == [(ticket["ticket"], "no_repairer")]
    assert taken(app, invoke, told(well(), "2")) == ["closed"]
    assert desk.needs() == []


def test_once_accepted_the_end_is_noted_and_the_ticket_goes_on(
    app: Chalice, http: Http, invoke: Invoke
) -> None:
    taken(app, invoke, told(lost(), "1"))
    (ticket,) = tickets(app, http)
    path = f"{TICKETS}/{ticket['ticket']}"
    assert http(app, "POST", f"{path}/transitions", body={"command": "accept"}, **REPAIRER).status == 200
    assert taken(app, invoke, told(well(), "2")) == ["noted"]
    lines = http(app, "GET", f"{path}/timeline", **WILLOW_MANAGER).body["items"]
    assert (lines[-1]["state"], lines[-1]["note"]) == (
        "accepted",
        "the device reports that the fault is over",
    )


def test_an_end_that_overtakes_its_beginning_leaves_no_ticket(
    app: Chalice, http: Http, invoke: Invoke
) -> None:
    assert taken(app, invoke, told(well(), "2"), told(lost(), "1")) == ["nothing_open", "ended_before"]
    assert tickets(app, http) == []


def test_the_end_of_an_earlier_spell_closes_nothing(app: Chalice, http: Http, invoke: Invoke) -> None:
    assert taken(app, invoke, told(lost("e-2"), "1"), told(well("e-1"), "2")) == ["opened", "nothing_open"]
    assert tickets(app, http)[0]["state"] == "dispatched"


def test_a_meters_signal_is_a_ticket_in_its_home_and_no_use_is_none(
    app: Chalice, http: Http, invoke: Invoke
) -> None:
    common: dict[str, Any] = {"community": "willow", "meter": "m-1", "episode": "e-1"}
    leak = MeterSignalRaised(medium="water", signal="leak", home="b1/101", since=NOW, **common)
    unused = MeterSignalRaised(medium="water", signal="no_use", home="b1/101", since=NOW, **common)
    over = MeterSignalEnded(signal="leak", ended_at=NOW, **common)
    assert taken(app, invoke, told(leak, "1"), told(unused, "2")) == ["opened", "not_ours"]
    (ticket,) = tickets(app, http)
    assert (ticket["category"], ticket["building"], ticket["unit"]) == ("plumbing", "b1", "101")
    assert taken(app, invoke, told(over, "3")) == ["closed"]
    rates = http(app, "GET", "/communities/willow/ticket_rates", query={"month": "2026-01"}, **WILLOW_MANAGER)
    assert rates.body["reported"] == 0, "nobody complained"


def test_a_reopened_ticket_needs_its_fault_to_be_free(app: Chalice, http: Http, invoke: Invoke) -> None:
    taken(app, invoke, told(lost(), "1"))
    path = f"{TICKETS}/{tickets(app, http)[0]['ticket']}/transitions"
    for command in ("accept", "arrive", "finish"):
        assert http(app, "POST", path, body={"command": command}, **REPAIRER).status == 200
    assert taken(app, invoke, told(lost("e-2"), "2")) == ["opened"]
    again = http(app, "POST", path, body={"command": "reopen"}, **WILLOW_MANAGER)
    assert (again.status, again.body["state"]) == (409, "done")


def test_what_is_no_fact_is_parked(app: Chalice, invoke: Invoke) -> None:
    assert taken(app, invoke, "{", told(lost(), "1")) == ["invalid-request", "opened"]
    assert len(dead_letters(app, "proactive_ticket")) == 1
