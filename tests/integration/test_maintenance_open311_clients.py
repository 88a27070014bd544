"""Open311 as real clients speak it: a stock client that reads, and the wire of those that write.

`georeport` (PyPI) is the reader; it cannot write. What writes is in the shape of `three` (forms in parts,
with a photo) and of FixMyStreet's Open311.pm (forms with empty and repeated fields), by `requests`. All of it
comes through the real handler, byte for byte as it is sent.
"""

import base64
import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import requests
from botocore.exceptions import ClientError, ConnectTimeoutError
from chalice.app import Chalice
from georeport import GeoReport  # type: ignore[import-untyped]
from requests.adapters import BaseAdapter

from linli.aws import client
from linli.ids import new_id
from tests.integration import gateway
from tests.integration.conftest import Http, Invoke, Service
from tests.integration.gateway import NOW
from tests.integration.neighbourhood import furnish_maintenance
from tests.integration.people import WILLOW_MANAGER, asking
from tests.unit.maintenance.pictures import SECRET, heic, jpeg

ORIGIN = "https://api.example"
BASE = f"{ORIGIN}/api/open311/v2"
TICKETS = "/communities/willow/tickets"
OFFICIAL = asking("riverside-official-1", sub_districts={"riverside": ["official"]})
JPEG = jpeg(6)
NOISE = {"service_code": "complaint-noise", "description": "Drilling at night", "address_id": "b1/101"}
EMPTY = ("jurisdiction_id", "lat", "long", "address_string", "account_id", "email", "media_url", "device_id")


class Wire(BaseAdapter):
    """Requests of any client as Lambda gets them from API Gateway, and the answers back; `now` is theirs."""

    def __init__(self, app: Chalice, invoke: Invoke) -> None:
        super().__init__()
        self.app, self.invoke, self.now, self.number = app, invoke, NOW, 0

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        url, self.number = urlsplit(str(request.url)), self.number + 1
        event = gateway.event(
            self.app,
            str(request.method),
            unquote(url.path).removeprefix("/api"),
            person="nobody",
            grants={},
            headers={
                "Host": url.netloc.rpartition("@")[2],
                "X-Forwarded-Proto": url.scheme,
                **request.headers,
            },
            now=self.now,
            request_id=f"open311-{self.number}",
        )
        if "Authorization" not in request.headers:
            del event["headers"]["Authorization"]
        query = parse_qs(url.query, keep_blank_values=True)
        event["multiValueQueryStringParameters"] = query or None
        event["queryStringParameters"] = {name: values[-1] for name, values in query.items()} or None
        body = request.body.encode() if isinstance(request.body, str) else request.body
        if body is not None:  # as API Gateway has it, for types that it is told are binary
            parts = request.headers.get("Content-Type", "").startswith("multipart/form-data")
            event["body"] = base64.b64encode(body).decode() if parts else body.decode()
            event["isBase64Encoded"] = parts
        return self._response(request, self.invoke(self.app, "api", event))

    @staticmethod
    def _response(request: requests.PreparedRequest, raw: dict[str, Any]) -> requests.Response:
        response = requests.Response()
        response.status_code, response.request, response.url = raw["statusCode"], request, str(request.url)
        response.headers.update(raw["headers"])
        response._content = raw["body"].encode()
        response.encoding = "utf-8"
        return response

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def app(service: Service, http: Http, invoke: Invoke) -> Chalice:
    app = service("maintenance")
    furnish_maintenance(app, http, invoke)
    return app


@pytest.fixture
def wire(app: Chalice, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    """Whatever `requests` is asked for goes through the handler."""
    wire = Wire(app, invoke)
    monkeypatch.setattr(requests.Session, "get_adapter", lambda _self, url: wire)  # noqa: ARG005
    return wire  # type: ignore[return-value]


@pytest.fixture
def key(app: Chalice, http: Http, wire: Wire) -> str:
    """The key of a hotline of willow."""
    assert wire.app is app
    body = {"hotline": "h-12345", "name": "12345"}
    issued = http(app, "POST", "/communities/willow/hotlines", body=body, **WILLOW_MANAGER)
    return str(issued.body["api_key"])


def send(key: str, form: str = "json", **fields: Any) -> requests.Response:
    return requests.post(f"{BASE}/requests.{form}", {"api_key": key, **NOISE, **fields}, timeout=9)


def made(answer: requests.Response) -> str:
    assert answer.status_code == 201, answer.text
    return str(answer.json()[0]["service_request_id"])


def read(key: str, request: str) -> dict[str, Any]:
    answer = requests.get(f"{BASE}/requests/{request}.json", {"api_key": key}, timeout=9)
    assert answer.status_code == 200, answer.text
    return dict(answer.json()[0])


def listed(key: str, **query: Any) -> list[str]:
    answer = requests.get(f"{BASE}/requests.json", {"api_key": key, **query}, timeout=9)
    assert answer.status_code == 200, answer.text
    return [each["service_request_id"] for each in answer.json()]


def problem(answer: requests.Response) -> tuple[int, str]:
    """Status and words of an error, which is in the protocol's own form."""
    if answer.headers["Content-Type"].startswith("text/xml"):
        tree = ET.fromstring(answer.text)  # noqa: S314  our own answer
        assert (tree.tag, tree[0].tag, tree[0].findtext("code")) == (
            "errors", "error", str(answer.status_code),
        )  # fmt: skip
        return answer.status_code, str(tree[0].findtext("description"))
    assert answer.json()[0]["code"] == str(answer.status_code)
    return answer.status_code, str(answer.json()[0]["description"])


@pytest.mark.parametrize("form", ["json", "xml"])
def test_a_stock_client_reads_services_definitions_and_requests(key: str, form: str) -> None:
    requested = made(send(key, lat="31.2000", long="121.4", media_url="https://media.example/1.jpg"))
    # It has no place for the key but its address
    reader = GeoReport(f"https://hotline:{key}@api.example/api/open311/v2", "willow", output_format=form)
    services = {each["service_code"]: each for each in reader.get_service_list()}
    assert services["water"]["metadata"] == {"json": False, "xml": "false"}[form]
    assert reader.get_service_definition("water")["service_code"] == "water"
    shown = reader.get_service_request(requested)
    assert (shown["service_request_id"], shown["status"]) == (requested, "open")
    assert (shown["lat"], shown["media_url"]) == (
        {"json": 31.2, "xml": "31.2000"}[form], "https://media.example/1.jpg",
    )  # fmt: skip
    found: Any = reader.get_service_requests(status="open", service_code="complaint-noise")
    assert (found[0] if form == "json" else found)["service_request_id"] == requested


@pytest.mark.parametrize("ending", ["0", "z"])
def test_a_request_of_this_very_moment_is_listed_whatever_its_id_ends_in(
    key: str, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("linli.public_routes.new_id", lambda now: new_id(now)[:10] + ending * 16)
    request = made(send(key))
    assert listed(key) == [request]
    assert listed(key, end_date=NOW.isoformat(), start_date=NOW.isoformat()) == [request]


def test_a_description_in_which_nothing_can_be_seen_is_none(key: str) -> None:
    request = made(send(key, description="\u200b \u3000", address_string="\u200b"))
    assert "Noise" in read(key, request)["description"]
    assert read(key, request)["address"] is None
    nowhere = problem(send(key, address_id="\u200b", address_string=" \ufeff"))
    assert nowhere[0] == 400


def test_an_empty_argument_is_one_that_was_not_sent(key: str) -> None:
    empty = dict.fromkeys(EMPTY, "")
    request = made(send(key, **empty))
    assert listed(key, **dict.fromkeys((*EMPTY, "start_date", "end_date", "status", "page"), "")) == [request]
    assert listed(key, service_request_id="", service_code=" ", updated_after="") == [request]
    services = requests.get(f"{BASE}/services.json", {"jurisdiction_id": ""}, timeout=9)
    assert services.status_code == 200


@pytest.mark.parametrize("length", [701, 1750, 4000])
def test_a_text_as_long_as_the_protocol_allows_is_told_back_whole_and_shortened_in_our_lists(
    app: Chalice, http: Http, key: str, length: int
) -> None:
    text = ("停水了，" * 1000)[:length]
    address = "路" * 255
    request = made(send(key, description=text, address_string=address))
    assert (read(key, request)["description"], read(key, request)["address"]) == (text, address)
    assert http(app, "GET", f"{TICKETS}/{request}", **WILLOW_MANAGER).body["description"] == text
    (item,) = http(app, "GET", TICKETS, **WILLOW_MANAGER).body["items"]
    assert item["description"] == text[:199] + "…"


def test_a_text_that_is_longer_is_refused_by_its_name(key: str) -> None:
    status, words = problem(send(key, description="x" * 4001))
    assert (status, words.split(":")[0]) == (400, "description")


def test_what_was_sent_is_told_back_as_it_was_sent(app: Chalice, http: Http, key: str) -> None:
    sent = {
        "lat": "37.76524078", "long": "-122.4212043", "address_string": "1234 5th street <&>",
        "address_id": "Gate 3!", "media_url": "http://farm3.example/2002/2212426634_5ed477a060.jpg",
        "description": "line 1\r\nline 2",
    }  # fmt: skip
    request = made(send(key, **sent))
    got = read(key, request)
    assert (got["lat"], got["long"]) == (37.76524078, -122.4212043)
    assert {name: got[name] for name in ("address_id", "media_url", "description")} == {
        name: sent[name] for name in ("address_id", "media_url", "description")
    }
    assert got["address"] == sent["address_string"]
    ticket = http(app, "GET", f"{TICKETS}/{request}", **WILLOW_MANAGER).body
    assert ticket["media_urls"] == [sent["media_url"]], "staff see where the picture is"
    assert ticket["whereabouts"]["address"] == sent["address_string"]


def test_json_has_booleans_nulls_and_numbers_and_xml_has_texts(key: str) -> None:
    request = made(send(key))
    got = read(key, request)
    assert {got[name] for name in ("lat", "long", "media_url", "zipcode", "service_notice")} == {None}
    (service, *_) = requests.get(f"{BASE}/services.json", timeout=9).json()
    assert service["metadata"] is False
    tree = ET.fromstring(requests.get(f"{BASE}/services.xml", timeout=9).text)  # noqa: S314
    assert tree[0].findtext("metadata") == "false"
    assert send(key, form="json", description="another").json()[0]["account_id"] is None


def test_a_form_in_parts_is_a_form_and_its_photo_is_the_tickets(app: Chalice, http: Http, key: str) -> None:
    fields = {"api_key": key, **NOISE, "description": "照片 + text"}
    files = [
        ("media", ("写真.jpg", JPEG, "image/jpeg")),
        ("media", ("a.exe", b"MZ", "image/png")),
        ("media", ("a.heic", heic(), "image/heic")),
    ]
    answer = requests.post(f"{BASE}/requests.json", data=fields, files=files, timeout=9)
    request = made(answer)
    assert "JPEG" in answer.json()[0]["service_notice"], "what is no photo is named"
    assert read(key, request)["description"] == "照片 + text"
    (photo,) = http(app, "GET", f"{TICKETS}/{request}/photos", **WILLOW_MANAGER).body["items"]
    assert (photo["content_type"], photo["added_by"]) == ("image/jpeg", "h-12345")
    stored = client("s3").get_object(
        Bucket="linli-test-maintenance-photos-123456789012", Key=f"willow/{request}/{photo['photo']}/shown"
    )
    kept = stored["Body"].read()
    assert kept[:2] == JPEG[:2]
    assert SECRET not in kept, "where it was taken is nobody's business"
    upload = {"content_type": "image/jpeg", "size_bytes": 9}
    more = http(app, "POST", f"{TICKETS}/{request}/photos", body=upload, **WILLOW_MANAGER)
    assert more.status == 201, "staff can add theirs"


def test_a_photo_may_be_larger_than_other_bodies_and_not_without_end(key: str) -> None:
    fields = {"api_key": key, **NOISE}
    big, too_big = (
        {"media": ("p.jpg", JPEG[:-20] + bytes(size), "image/jpeg")} for size in (10**6, 5 * 10**6)
    )
    assert requests.post(f"{BASE}/requests.json", data=fields, files=big, timeout=9).status_code == 201
    assert requests.post(f"{BASE}/requests.json", data=fields, files=too_big, timeout=9).status_code == 413


@pytest.mark.parametrize(
    "error",
    [
        ConnectTimeoutError(endpoint_url="s3"),
        ClientError({"Error": {"Code": "NoSuchBucket"}}, "PutObject"),
        ClientError({"Error": {"Code": "AccessDenied"}}, "PutObject"),
        ClientError({"Error": {"Code": "SlowDown"}}, "PutObject"),
    ],
)
def test_a_bucket_that_fails_is_503_in_the_protocols_form_and_makes_no_request(
    key: str, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(**_: Any) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(client("s3"), "put_object", fails)
        files = {"media": ("p.jpg", JPEG, "image/jpeg")}
        fields = {"api_key": key, **NOISE}
        status, words = problem(requests.post(f"{BASE}/requests.json", data=fields, files=files, timeout=9))
    assert (status, "photos" in words) == (503, True)
    assert listed(key) == []
    assert requests.post(f"{BASE}/requests.json", data=fields, files=files, timeout=9).status_code == 201


def test_a_json_body_is_a_form_too(key: str) -> None:
    body = {
        "api_key": key, "service_code": "water", "lat": 31.20, "long": 121, "description": "停水",
        "email": None, "media_url": ["https://a.example/1", "https://a.example/2"], "attribute": {"a": "b"},
    }  # fmt: skip
    request = made(requests.post(f"{BASE}/requests.json", json=body, timeout=9))
    got = read(key, request)
    assert (got["lat"], got["long"], got["description"]) == (31.2, 121.0, "停水")
    assert got["media_url"] == "https://a.example/1,https://a.example/2"


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("text/xml", b"<request/>", 415),
        ("application/json", b"[]", 400),
        ("application/json", b"[" * 100_000, 400),
        ("application/json", b'{"description": "\\ud800"}', 403),
        ("multipart/form-data", b"a=b", 400),
        ("multipart/form-data; boundary=x", b"--y\r\n", 400),
        ("application/x-www-form-urlencoded", b"description=%C4%E3", 400),  # GBK
    ],
)
def test_a_body_that_cannot_be_read_is_refused_for_what_it_is_and_not_for_its_key(
    wire: Wire, content_type: str, body: bytes, status: int
) -> None:
    assert wire.now == NOW
    sent = {"Content-Type": content_type}
    answer = requests.post(f"{BASE}/requests.xml", data=body, headers=sent, timeout=9)
    assert problem(answer)[0] == status


def test_a_plus_that_was_not_escaped_is_a_plus(key: str) -> None:
    request = made(send(key))
    span = "start_date=2026-01-05T00:00:00+00:00&end_date=2026-01-06T08:00:00+08:00"
    answer = requests.get(f"{BASE}/requests.json?api_key={key}&{span}", timeout=9)
    assert [each["service_request_id"] for each in answer.json()] == [request]
    for start in ("2026-01-01", "20260101", "1767600000", "2026-01-05T00:00:00"):
        query = {"api_key": key, "start_date": start}
        status, words = problem(requests.get(f"{BASE}/requests.json", query, timeout=9))
        assert (status, "RFC 3339" in words) == (400, True), start


def test_a_status_is_known_in_any_case_and_an_unknown_one_is_refused(key: str) -> None:
    request = made(send(key))
    for status in ("OPEN", "Open", "open,closed", "closed, OPEN"):
        assert listed(key, status=status) == [request]
    assert listed(key, status=["closed", "open"]) == [request], "declared more than once"
    assert listed(key, status="CLOSED") == []
    query = {"api_key": key, "status": "done"}
    assert problem(requests.get(f"{BASE}/requests.xml", query, timeout=9))[0] == 400


def test_lists_filter_before_they_are_cut_and_go_on_in_pages(
    key: str, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("functions.maintenance.hotline.store.AT_ONCE", 3)
    noises = []
    for number in range(12):
        wire.now = NOW + timedelta(minutes=number)
        code = "complaint-noise" if number < 3 else "water"
        sent = made(send(key, service_code=code, description=f"number {number}"))
        noises += [sent] if number < 3 else []
    everything = listed(key)
    assert len(everything) == 12
    assert listed(key, service_code="complaint-noise") == noises[::-1]
    assert listed(key, service_code="complaint-noise,gas", page_size=2) == noises[:0:-1]
    assert listed(key, service_code="complaint-noise", page_size=2, page=2) == noises[:1]
    paged = [each for page in range(1, 5) for each in listed(key, page_size=5, page=page)]
    assert paged == everything
    wrongs: list[dict[str, Any]] = [{"page": 0}, {"page_size": 1001}, {"page_size": "many"}]
    for wrong in wrongs:
        answer = requests.get(f"{BASE}/requests.json", {"api_key": key, **wrong}, timeout=9)
        assert problem(answer)[0] == 400


def test_a_list_that_would_have_to_look_through_too_much_says_so(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        made(send(key, description=f"number {number}"))
    monkeypatch.setattr("functions.maintenance.hotline.store.MOST_READ", 3)
    assert len(listed(key, page_size=3)) == 3
    status, words = problem(requests.get(f"{BASE}/requests.json", {"api_key": key}, timeout=9))
    assert (status, words.split(":")[0]) == (400, "start_date, end_date")


def test_what_changed_is_found_by_when_it_changed(app: Chalice, http: Http, key: str) -> None:
    first, second = (made(send(key, description=text)) for text in ("one", "two"))
    later: datetime = NOW + timedelta(hours=2)
    move = {"command": "accept"}
    moved = http(app, "POST", f"{TICKETS}/{second}/transitions", body=move, now=later, **WILLOW_MANAGER)
    assert moved.status == 200
    between = (NOW + timedelta(hours=1)).isoformat()
    assert listed(key, updated_after=between, end_date=later.isoformat()) == [second]
    assert listed(key, updated_before=between, end_date=later.isoformat()) == [first]


def test_a_request_that_was_put_right_is_found_by_what_it_is(app: Chalice, http: Http, key: str) -> None:
    request = made(send(key, service_code="noise", description="家里有煤气味"))
    move = {"command": "recategorise", "category": "gas"}
    moved = http(app, "POST", f"{TICKETS}/{request}/transitions", body=move, **WILLOW_MANAGER)
    assert moved.status == 200
    assert read(key, request)["service_code"] == "gas"
    assert (listed(key, service_code="gas"), listed(key, service_code="noise")) == ([request], [])


def test_ids_override_all_other_arguments(key: str) -> None:
    first, second = (made(send(key, description=text)) for text in ("one", "two"))
    both = listed(key, service_request_id=f"{first}, {second}", status="closed", service_code="gas")
    assert both == [first, second]
    assert listed(key, service_request_id=[first, second]) == [first, second], "declared more than once"


def test_the_same_report_sent_again_is_the_same_request(key: str, wire: Wire) -> None:
    first = made(send(key, phone="+8613800000000"))
    for minutes in (0, 5, 35):  # a repeat at once, and those of FixMyStreet
        wire.now = NOW + timedelta(minutes=minutes)
        assert made(send(key, phone="+8613800000000")) == first
    parts = {name: (None, value) for name, value in (NOISE | {"phone": "+8613800000000"}).items()}
    again = requests.post(f"{BASE}/requests.json", files={"api_key": (None, key), **parts}, timeout=9)
    assert made(again) == first, "whatever the form"
    assert listed(key) == [first]
    others = {made(send(key, phone="+8613800000009")), made(send(key, description="Drilling by day"))}
    assert len(others | {first}) == 3, "another caller's report is another request"


def test_a_report_that_comes_again_later_or_after_its_end_is_a_new_request(
    app: Chalice, http: Http, key: str, wire: Wire
) -> None:
    first = made(send(key))
    cancel = {"command": "cancel"}
    ended = http(app, "POST", f"{TICKETS}/{first}/transitions", body=cancel, **WILLOW_MANAGER)
    assert ended.status == 200
    second = made(send(key))
    assert second != first
    wire.now = NOW + timedelta(minutes=61)
    assert len({first, second, made(send(key))}) == 3


def test_a_key_for_repeats_decides_alone(key: str) -> None:
    def under(name: str, **fields: str) -> requests.Response:
        form = {"api_key": key, **NOISE, **fields}
        return requests.post(f"{BASE}/requests.json", form, headers={"Idempotency-Key": name}, timeout=9)

    assert made(under("a")) == made(under("a"))
    assert made(under("a")) != made(under("b"))
    assert problem(under("a", description="another"))[0] == 422


@pytest.mark.parametrize("form", ["json", "xml"])
@pytest.mark.parametrize(
    ("method", "name", "status"),
    [
        ("GET", "services/haircut", 404),
        ("GET", "tokens/123456", 404),
        ("GET", "requests/no-such-request", 404),
        ("GET", "servicerequestupdates", 404),
        ("POST", "servicerequestupdates", 404),
        ("GET", "no/such", 404),
        ("GET", "requests", 403),
        ("POST", "requests", 403),
    ],
)
def test_every_error_is_in_the_protocols_form_and_in_the_form_asked_for(
    key: str, method: str, name: str, status: int, form: str
) -> None:
    fields = {"api_key": key} if "no-such" in name else {}
    answer = requests.request(method, f"{BASE}/{name}.{form}", params=fields, timeout=9)
    assert answer.headers["Content-Type"].startswith({"json": "application/json", "xml": "text/xml"}[form])
    found, words = problem(answer)
    assert (found, bool(words)) == (status, True)
    assert status != 403 or words.startswith("api_key: is missing")


def test_a_name_without_a_form_is_answered_in_what_the_caller_accepts(wire: Wire) -> None:
    assert wire.now == NOW
    for accept, kind in (("text/xml", "text/xml"), ("application/json", "application/json"), ("*/*", "app")):
        answer = requests.get(f"{BASE}/services", headers={"Accept": accept}, timeout=9)
        assert answer.headers["Content-Type"].startswith(kind)
        assert problem(answer)[0] == 404
    assert problem(requests.get(f"{BASE}/services/water", timeout=9))[0] == 404


def test_a_definition_is_there_for_every_service_and_empty(wire: Wire) -> None:
    assert wire.now == NOW
    assert requests.get(f"{BASE}/services/complaint-noise.json", timeout=9).json() == {
        "service_code": "complaint-noise", "attributes": [],
    }  # fmt: skip
    tree = ET.fromstring(requests.get(f"{BASE}/services/water.xml", timeout=9).text)  # noqa: S314
    assert (tree.tag, tree.findtext("service_code"), len(tree.findall("attributes"))) == (
        "service_definition", "water", 1,
    )  # fmt: skip


def test_discovery_says_where_the_endpoint_is_in_both_forms(wire: Wire) -> None:
    assert wire.now == NOW
    found = requests.get(f"{BASE}/discovery.json", timeout=9).json()
    (endpoint,) = found["endpoints"]
    assert set(found) == {"changeset", "contact", "key_service", "endpoints"}
    assert (endpoint["url"], endpoint["type"]) == (BASE, "test")
    assert endpoint["formats"] == ["text/xml", "application/json"]
    tree = ET.fromstring(requests.get(f"{BASE}/discovery.xml", timeout=9).text)  # noqa: S314
    assert tree.findtext("endpoints/endpoint/url") == BASE
    assert [each.text for each in tree.findall("endpoints/endpoint/formats/format")] == endpoint["formats"]


@pytest.mark.parametrize("jurisdiction", ["sfgov.org", "maple", "no-such-community"])
def test_an_unknown_jurisdiction_is_not_found_wherever_it_is_named(key: str, jurisdiction: str) -> None:
    request = made(send(key, jurisdiction_id="willow"))
    named = {"api_key": key, "jurisdiction_id": jurisdiction}
    for name in ("requests.json", f"requests/{request}.json", "services.json", "services/water.json"):
        assert problem(requests.get(f"{BASE}/{name}", named, timeout=9))[0] == 404, name
    assert problem(send(key, jurisdiction_id=jurisdiction))[0] == 404
    known = named | {"jurisdiction_id": "willow"}
    for name in ("requests.json", f"requests/{request}.json", "services.json", "services/water.json"):
        assert requests.get(f"{BASE}/{name}", known, timeout=9).status_code == 200, name


def test_an_address_that_is_none_of_the_web_is_not_kept_and_named(key: str) -> None:
    answer = send(key, media_url="javascript:alert(1)")
    assert answer.json()[0]["service_notice"].startswith("media_url")
    assert read(key, made(answer))["media_url"] is None


def test_a_request_made_before_this_was_kept_can_still_be_read(app: Chalice, key: str) -> None:
    request = made(send(key))
    table = client("dynamodb")
    row_key = {"pk": {"S": f"willow#ticket#{request}"}, "sk": {"S": "ticket"}}
    old = table.get_item(TableName="linli-test-maintenance", Key=row_key)["Item"]
    ticket = json.loads(old["ticket"]["S"])
    del ticket["whereabouts"], ticket["media_urls"]
    table.put_item(TableName="linli-test-maintenance", Item=old | {"ticket": {"S": json.dumps(ticket)}})
    place = {"pk": {"S": "willow#requests#community#h-12345"}, "sk": {"S": request}}
    table.update_item(TableName="linli-test-maintenance", Key=place, UpdateExpression="REMOVE service_code")
    assert app is not None
    assert read(key, request)["address_id"] == "b1/101"
    assert listed(key, service_code="complaint-noise") == [request]
    assert listed(key, service_code="gas") == []


def test_a_page_behind_the_last_one_is_empty_and_an_empty_list_is_a_list(key: str) -> None:
    assert listed(key, status="closed") == []
    made(send(key))
    assert listed(key, page_size=1, page=2) == []
    tree = requests.get(f"{BASE}/requests.xml", {"api_key": key, "status": "closed"}, timeout=9).text
    assert (ET.fromstring(tree).tag, len(ET.fromstring(tree))) == ("service_requests", 0)  # noqa: S314


def test_letters_of_any_language_come_back_as_they_were_in_both_forms(key: str) -> None:
    text = "Länk till ärendet – 楼道灯不亮 💡 <b>&amp;</b> ]]>"
    request = made(send(key, description=text))
    assert read(key, request)["description"] == text
    tree = requests.get(f"{BASE}/requests/{request}.xml", {"api_key": key}, timeout=9)
    tree.encoding = "utf-8"
    (shown,) = ET.fromstring(tree.text)  # noqa: S314
    assert shown.findtext("description") == text


@pytest.mark.parametrize("urls", [["https://a.example/1"], ["https://a.example/1", "https://a.example/2"]])
def test_where_pictures_are_is_always_one_text(key: str, urls: list[str]) -> None:
    for name in ("media_url", "media_url[]"):
        request = made(send(key, description=name, **{name: urls}))
        assert read(key, request)["media_url"] == ",".join(urls)


@pytest.mark.parametrize("name", ["a%20b", "%C3%A4", "a.b", "a" * 100, "%00"])
def test_an_id_that_is_none_of_ours_is_not_found(key: str, name: str) -> None:
    assert problem(requests.get(f"{BASE}/requests/{name}.xml", {"api_key": key}, timeout=9))[0] == 404
    assert problem(requests.get(f"{BASE}/services/{name}.xml", timeout=9))[0] == 404
    assert listed(key, service_request_id=unquote(name)) == []


def test_a_sub_districts_hotline_reads_all_of_its_communities_or_one(
    app: Chalice, http: Http, wire: Wire
) -> None:
    body = {"hotline": "h-street", "name": "12345 of the street"}
    issued = http(app, "POST", "/sub_districts/riverside/hotlines", body=body, **OFFICIAL)
    key = str(issued.body["api_key"])
    request = made(send(key, jurisdiction_id="willow"))
    assert wire.app is app
    assert listed(key) == listed(key, jurisdiction_id="willow") == [request]
    named = {"api_key": key, "jurisdiction_id": "maple"}
    assert problem(requests.get(f"{BASE}/requests.json", named, timeout=9))[0] == 404
