"""The 12345 hotline through the real handler: keys, requests in both forms, and nobody else's."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from chalice.app import Chalice

from tests.integration import gateway
from tests.integration.conftest import Http, Invoke, Service
from tests.integration.gateway import NOW
from tests.integration.neighbourhood import furnish_maintenance
from tests.integration.people import WILLOW_MANAGER, asking

KEYS = "/communities/willow/hotlines"
OFFICIAL = asking("riverside-official-1", sub_districts={"riverside": ["official"]})
NOISE = {"service_code": "complaint-noise", "description": "Drilling at night", "address_id": "b1/101"}
Call = Callable[..., "Open311"]


class Open311:
    """An answer as the hotline reads it."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.status, self.text = raw["statusCode"], raw["body"]
        self.content_type = raw["headers"]["Content-Type"]

    @property
    def json(self) -> list[dict[str, str]]:
        return list(json.loads(self.text))

    @property
    def xml(self) -> ET.Element:
        return ET.fromstring(self.text)  # noqa: S314  our own answer


@pytest.fixture
def app(service: Service, http: Http, invoke: Invoke) -> Chalice:
    app = service("maintenance")
    furnish_maintenance(app, http, invoke)
    return app


@pytest.fixture
def call(app: Chalice, invoke: Invoke) -> Call:
    """`call("GET", "requests.json", api_key=…)`: Open311, without a token; POST sends a form."""
    numbers = iter(range(1000))

    def send(
        method: str, path: str, now: datetime = NOW, headers: dict[str, str] | None = None, **fields: str
    ) -> Open311:
        form = {"Content-Type": "application/x-www-form-urlencoded"} | (headers or {})
        event = gateway.event(
            app,
            method,
            f"/open311/v2/{path}",
            person="nobody",
            grants={},
            body=urlencode(fields) if method == "POST" else None,
            headers=form if method == "POST" else headers,
            query=fields if method == "GET" else None,
            now=now,
            request_id=f"hotline-{next(numbers)}",
        )
        del event["requestContext"]["authorizer"]
        del event["headers"]["Authorization"]
        return Open311(invoke(app, "api", event))

    return send


@pytest.fixture
def api_key(app: Chalice, http: Http) -> str:
    """The key of a hotline of willow."""
    issued = http(app, "POST", KEYS, body={"hotline": "h-12345", "name": "12345"}, **WILLOW_MANAGER)
    assert issued.status == 201, issued
    return str(issued.body["api_key"])


def test_the_services_are_the_same_for_anybody_in_both_forms(app: Chalice, call: Call) -> None:
    assert app is not None
    listed, tree = call("GET", "services.json"), call("GET", "services.xml")
    assert (listed.content_type, tree.content_type) == ("application/json", "text/xml; charset=utf-8")
    codes = [each["service_code"] for each in listed.json]
    assert {"water", "complaint-noise", "enquiry-service"} <= set(codes)
    assert [each.findtext("service_code") for each in tree.xml] == codes
    assert (tree.xml.tag, tree.xml[0].tag) == ("services", "service")


def test_a_request_is_a_ticket_and_its_state_is_read_back(
    app: Chalice, http: Http, call: Call, api_key: str
) -> None:
    made = call("POST", "requests.json", api_key=api_key, phone="+8613800000000", **NOISE)
    assert made.status == 201, made.text
    request = made.json[0]["service_request_id"]
    ticket = http(app, "GET", f"/communities/willow/tickets/{request}", **WILLOW_MANAGER).body
    assert (ticket["kind"], ticket["category"], ticket["building"]) == ("complaint", "noise", "b1")
    assert "138" not in json.dumps(ticket), "the caller's phone stays with the hotline"
    for command, status, notes in (
        ("accept", "open", "accepted"),
        ("finish", "closed", "done"),
        ("rate", "closed", "rated"),
    ):
        body: dict[str, Any] = {"command": command}
        body |= {"resolved": True, "score": 5} if command == "rate" else {}
        path = f"/communities/willow/tickets/{request}/transitions"
        assert http(app, "POST", path, body=body, **WILLOW_MANAGER).status == 200
        (read,) = call("GET", f"requests/{request}.json", api_key=api_key).json
        assert (read["status"], read["status_notes"].split(":")[0]) == (status, notes)
    rates = http(app, "GET", "/communities/willow/ticket_rates", query={"month": "2026-01"}, **WILLOW_MANAGER)
    assert (rates.body["satisfaction_rate"], rates.body["response_rate"]) == ("1.0000", "1.0000")


def test_requests_are_listed_by_status_service_and_time_as_xml_too(call: Call, api_key: str) -> None:
    first = call("POST", "requests.xml", api_key=api_key, **NOISE).xml[0].findtext("service_request_id")
    late = NOW + timedelta(days=2)
    second = call("POST", "requests.json", now=late, api_key=api_key, **NOISE | {"service_code": "water"})
    newest = second.json[0]["service_request_id"]

    def listed(**fields: str) -> list[str | None]:
        answer = call("GET", "requests.xml", now=late, api_key=api_key, **fields)
        assert answer.status == 200, answer.text
        return [each.findtext("service_request_id") for each in answer.xml]

    assert listed() == [newest, first]
    assert listed(service_code="water,gas") == [newest]
    assert listed(status="closed") == []
    assert listed(end_date="2026-01-06T00:00:00Z") == [first]
    assert listed(service_request_id=f"{first},no-such-request") == [first]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"service_code": "haircut"}, 404),
        ({"jurisdiction_id": "maple"}, 404),
        ({"address_id": ""}, 400),
        ({"lat": "here", "long": "there"}, 400),
    ],
)
def test_a_request_that_cannot_be_is_refused_in_open311s_form(
    call: Call, api_key: str, fields: dict[str, str], status: int
) -> None:
    answer = call("POST", "requests.xml", api_key=api_key, **NOISE | fields)
    assert (answer.status, answer.xml.tag, answer.xml[0].findtext("code")) == (status, "errors", str(status))
    assert answer.xml[0].findtext("description")


def test_a_body_that_is_too_large_is_refused_in_open311s_form(call: Call, api_key: str) -> None:
    answer = call("POST", "requests.json", api_key=api_key, **NOISE | {"description": "x" * 300_000})
    assert (answer.status, answer.json[0]["code"]) == (413, "413")


def test_without_its_key_a_hotline_is_nobody(app: Chalice, http: Http, call: Call, api_key: str) -> None:
    letter, tenant, hotline, secret = api_key.split(".")
    made_up = ["", "x", f"{letter}.{tenant}.{hotline}.{'a' * len(secret)}", f"c.maple.{hotline}.{secret}"]
    made_up += [f"d.{tenant}.{hotline}.{secret}", api_key.upper(), f"{api_key}.x"]
    for key in made_up:
        answer = call("POST", "requests.json", api_key=key, **NOISE)
        assert (answer.status, answer.json[0]["code"]) == (403, "403"), key
    assert call("GET", "requests.json").status == 403
    assert http(app, "DELETE", f"{KEYS}/h-12345", **WILLOW_MANAGER).status == 204
    assert call("GET", "requests.json", api_key=api_key).status == 403


def test_another_hotlines_requests_look_missing(app: Chalice, http: Http, call: Call, api_key: str) -> None:
    made = call("POST", "requests.json", api_key=api_key, **NOISE).json[0]["service_request_id"]
    other = http(app, "POST", KEYS, body={"hotline": "h-2", "name": "Other"}, **WILLOW_MANAGER).body[
        "api_key"
    ]
    theirs = call("GET", f"requests/{made}.json", api_key=other)
    missing = call("GET", "requests/no-such-request.json", api_key=other)
    assert (theirs.status, theirs.text) == (missing.status, missing.text) == (404, missing.text)
    assert call("GET", "requests.json", api_key=other).json == []


def test_a_sub_districts_hotline_reaches_its_communities_only(app: Chalice, http: Http, call: Call) -> None:
    body = {"hotline": "h-street", "name": "12345 of the street"}
    key = http(app, "POST", "/sub_districts/riverside/hotlines", body=body, **OFFICIAL).body["api_key"]
    made = call("POST", "requests.json", api_key=key, jurisdiction_id="willow", **NOISE)
    assert made.status == 201
    request = made.json[0]["service_request_id"]
    assert (
        call("GET", f"requests/{request}.xml", api_key=key).xml[0].findtext("agency_responsible") == "willow"
    )
    assert call("POST", "requests.json", api_key=key, jurisdiction_id="maple", **NOISE).status == 404
    assert call("POST", "requests.json", api_key=key, **NOISE).status == 400


def test_a_repeat_under_an_idempotency_key_is_one_request(call: Call, api_key: str) -> None:
    key = {"Idempotency-Key": "case-77"}
    answers = [call("POST", "requests.json", headers=key, api_key=api_key, **NOISE) for _ in range(2)]
    assert answers[0].json == answers[1].json
    assert len(call("GET", "requests.json", api_key=api_key).json) == 1


def test_a_key_is_told_once_and_only_its_hash_is_kept(app: Chalice, http: Http, api_key: str) -> None:
    body, key = {"hotline": "h-9", "name": "Nine"}, {"headers": {"Idempotency-Key": "k"}}
    issued = [http(app, "POST", KEYS, body=body, **key, **WILLOW_MANAGER).body for _ in range(2)]
    assert issued[0] == issued[1]
    assert http(app, "POST", KEYS, body=body, **WILLOW_MANAGER).status == 409
    listed = http(app, "GET", KEYS, **WILLOW_MANAGER).text
    assert api_key.rpartition(".")[2] not in listed
    assert http(app, "DELETE", f"{KEYS}/h-9", **WILLOW_MANAGER).status == 204
    renewed = http(app, "POST", KEYS, body=body, **WILLOW_MANAGER).body["api_key"]
    assert renewed != issued[0]["api_key"]
