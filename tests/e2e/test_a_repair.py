"""A repair as its people see it: reported, offered, accepted, done, rated; clocks, devices, the hotline."""

import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import requests

from linli.events import Fact, envelope
from linli.vocabulary.devices import DeviceFaultCleared, DeviceFaultRaised
from tests.e2e.conftest import Answer, Town, eventually
from tests.unit.maintenance.pictures import PIXELS, SECRET, png

pytestmark = pytest.mark.e2e
TICKETS = "/maintenance/communities/willow/tickets"
TAP = {
    "category": "structure",
    "description": "Water comes through the roof",
    "building": "b1",
    "unit": "101",
}
RESIDENT, MANAGER = "willow-resident-1", "willow-manager-1"


def move(town: Town, ticket: str, person: str, command: str, **more: Any) -> Answer:
    return town.http(person, "POST", f"{TICKETS}/{ticket}/transitions", {"command": command} | more)


def show(town: Town, ticket: str) -> Any:
    return town.http(MANAGER, "GET", f"{TICKETS}/{ticket}").body


def tell(town: Town, fact: Fact, event_id: str) -> None:
    event = envelope(fact, event_id, datetime.now(UTC))
    entry = {
        "EventBusName": "linli-local",
        "Source": event.source,
        "DetailType": event.type,
        "Detail": event.model_dump_json(),
    }
    town.client("events").put_events(Entries=[entry])


def test_a_resident_reports_and_rates_what_a_repairer_was_offered_and_did(town: Town) -> None:
    # Given a report of what just one repairer can mend
    reported = town.http(RESIDENT, "POST", TICKETS, TAP)
    assert (reported.status, reported.body["state"]) == (201, "dispatched"), reported
    ticket, repairer = reported.body["ticket"], "willow-repairer-3"
    # When the repairer sees the offer
    mine = town.http(repairer, "GET", f"/maintenance/communities/willow/repairers/{repairer}/tickets").body
    assert ticket in {each["ticket"] for each in mine["items"]}
    # Then nobody else can take it
    second = move(town, ticket, "willow-repairer-1", "accept")
    assert (second.status, second.body["allowed"]) == (409, [])
    # And the ticket goes its way
    for command in ("accept", "arrive", "finish"):
        assert move(town, ticket, repairer, command).status == 200
    early = move(town, ticket, repairer, "arrive")
    assert (early.status, early.body["state"], early.body["allowed"]) == (409, "done", [])
    assert move(town, ticket, RESIDENT, "rate", resolved=True, score=5).body["state"] == "rated"
    lines = town.http(RESIDENT, "GET", f"{TICKETS}/{ticket}/timeline").body["items"]
    assert [each["state"] for each in lines] == [
        "submitted",
        "dispatched",
        "accepted",
        "arrived",
        "done",
        "rated",
    ]
    month = lines[0]["at"][:7]
    rates = town.http(MANAGER, "GET", f"/maintenance/communities/willow/ticket_rates?month={month}").body
    assert rates["satisfied"] >= 1


def test_a_photo_is_uploaded_as_signed_and_no_larger(town: Town) -> None:
    ticket = town.http(RESIDENT, "POST", TICKETS, TAP | {"kind": "enquiry", "category": "other"}).body[
        "ticket"
    ]
    path = f"{TICKETS}/{ticket}/photos"
    taken = png(6)
    wanted = {"content_type": "image/png", "size_bytes": len(taken)}
    signed = town.http(RESIDENT, "POST", path, wanted).body
    large = requests.post(signed["url"], signed["fields"], files={"file": taken + b"x"}, timeout=30)
    assert large.status_code == 400, large.text
    assert town.http(MANAGER, "GET", path).body["items"] == []
    sent = requests.post(signed["url"], signed["fields"], files={"file": taken}, timeout=30)
    assert sent.status_code in {200, 204}, sent.text
    (photo,) = town.http(MANAGER, "GET", path).body["items"]
    shown = requests.get(photo["url"], timeout=30).content
    assert (PIXELS in shown, SECRET in shown) == (True, False)


def test_fifty_words_of_one_fault_are_one_ticket_that_closes_itself(town: Town) -> None:
    # Given a device that says fifty times at once that it is lost, and says it under two names
    device = f"willow-sensor-{uuid4().hex[:8]}"
    spell = {"community": "willow", "device": device, "fault": "lost"}
    raised = DeviceFaultRaised(kind="sensor", episode="e-1", since=datetime.now(UTC), **spell)
    with ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda n: tell(town, raised, f"{device}-{n % 25}"), range(50)))

    def about_it() -> list[Any]:
        return [
            each
            for shelf in ("waiting", "working", "over")
            for each in town.http(MANAGER, "GET", f"{TICKETS}?limit=100&shelf={shelf}").body["items"]
            if each.get("asset") == device
        ]

    # Then there is one ticket, which counts the events that differ
    eventually(lambda: about_it() and show(town, about_it()[0]["ticket"])["told"] == 25, "25 are counted")
    (ticket,) = about_it()
    assert ticket["source"] == "device"
    # And it closes itself when the fault is over, as nobody has accepted it
    cleared = DeviceFaultCleared(episode="e-1", cleared_at=datetime.now(UTC), **spell)
    tell(town, cleared, f"{device}-cleared")
    eventually(lambda: show(town, ticket["ticket"])["state"] == "cancelled", "it closes itself")
    assert len(about_it()) == 1


def test_the_clock_moves_an_unanswered_offer_on_and_escalates(town: Town) -> None:
    report = TAP | {"category": "plumbing", "building": "b-clock"}
    ticket = town.http(RESIDENT, "POST", TICKETS, report).body
    first = ticket["repairer"]
    reported_at = datetime.fromisoformat(ticket["created_at"])
    town.minute("maintenance-clocks", reported_at + timedelta(minutes=6))
    moved_on = show(town, ticket["ticket"])
    assert (moved_on["state"], moved_on["repairer"] != first) == ("dispatched", True)
    due_at = datetime.fromisoformat(moved_on["clocks"]["respond"]["due_at"])
    town.minute("maintenance-clocks", max(due_at, reported_at + timedelta(minutes=7)))
    assert show(town, ticket["ticket"])["clocks"]["respond"]["breached"] is True
    assert move(town, ticket["ticket"], RESIDENT, "cancel").status == 200


def test_the_hotline_makes_a_request_and_reads_its_state_back_as_json_and_xml(town: Town) -> None:
    wanted = {"hotline": f"h-{uuid4().hex[:8]}", "name": "12345"}
    key = town.http(MANAGER, "POST", "/maintenance/communities/willow/hotlines", wanted).body["api_key"]
    base = f"{town.urls['http']['maintenance']}/open311/v2"
    services = requests.get(f"{base}/services.json", timeout=30)
    assert "complaint-noise" in {each["service_code"] for each in services.json()}
    # Without its key, or with one that is made up, it is refused in Open311's own form
    form = {"service_code": "complaint-noise", "description": "Drilling", "address_id": "b1/102"}
    refused = requests.post(f"{base}/requests.json", form | {"api_key": key[:-8] + 8 * "z"}, timeout=30)
    assert (refused.status_code, refused.json()[0]["code"]) == (403, "403")
    # With it, the request is a ticket
    made = requests.post(f"{base}/requests.json", form | {"api_key": key}, timeout=30)
    assert made.status_code == 201, made.text
    request = made.json()[0]["service_request_id"]
    assert move(town, request, MANAGER, "accept").status == 200
    read = requests.get(f"{base}/requests/{request}.json", {"api_key": key}, timeout=30).json()
    assert (read[0]["status"], read[0]["status_notes"].split(":")[0]) == ("open", "accepted")
    assert move(town, request, MANAGER, "finish", note="they have stopped").status == 200
    answer = requests.get(f"{base}/requests.xml", {"api_key": key}, timeout=30)
    assert answer.headers["Content-Type"].startswith("text/xml")
    (listed,) = ET.fromstring(answer.text)  # noqa: S314  our own answer
    assert (listed.findtext("service_request_id"), listed.findtext("status")) == (request, "closed")
