"""What would pass for a time (digits, a day, hours with seconds) is refused by its form, wherever read."""

import json
from typing import Any

import pytest
from chalice.app import Chalice

from functions.utilities.bulk_upload.domain import rows
from linli.aws import client
from linli.tables import Row
from tests.integration.conftest import Http, Invoke, Service
from tests.integration.messages import rule_event
from tests.integration.neighbourhood import furnish_access
from tests.integration.people import WILLOW_MANAGER

CREDENTIALS = "/communities/willow/people/willow-resident-1/credentials"
CARD = {
    "kind": "card", "value": "77001122",
    "valid_from": "2026-01-01T00:00:00+08:00", "valid_until": "2035-12-31T00:00:00+08:00",
}  # fmt: skip
SPELLINGS = ["20260101", "46352.5", "1767225600", "1767225600000", "2026-01-01", "2026-01-01T00:00:00"]
SPELLINGS += ["2026-W01-4T00:00:00Z", "2026-01-01 00:00:00Z", "2026-01-01T00:00:00+0800"]
FORM = "RFC 3339 time with an offset"


@pytest.fixture
def app(service: Service, http: Http, invoke: Invoke) -> Chalice:
    app = service("access")
    furnish_access(app, http, invoke)
    return app


@pytest.mark.parametrize("spelling", [*SPELLINGS, 1767225600, 46352.5, None])
def test_another_spelling_of_an_instant_is_refused_over_http(app: Chalice, http: Http, spelling: Any) -> None:
    for name in ("valid_from", "valid_until"):
        answer = http(app, "POST", CREDENTIALS, body=CARD | {name: spelling}, **WILLOW_MANAGER)
        assert (answer.status, answer.problem) == (400, "invalid-request")
        assert FORM in answer.body["errors"][0]["message"]


@pytest.mark.parametrize("spelling", [*SPELLINGS, 1767225600])
def test_another_spelling_of_an_instant_is_refused_over_mqtt(
    app: Chalice, invoke: Invoke, monkeypatch: pytest.MonkeyPatch, spelling: Any
) -> None:
    said: list[dict[str, Any]] = []

    def publish(payload: bytes, **_: Any) -> None:
        said.append(json.loads(payload))

    monkeypatch.setattr(client("iot-data"), "publish", publish)
    body = {"event_id": "e-1", "seq": 1, "occurred_at": spelling, "credential": "card", "value": "c"}
    invoke(app, "gate_pass", rule_event("gate_pass", body, "willow-gate-1"))
    assert FORM in json.dumps(said[-1])


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_another_spelling_of_an_instant_is_refused_in_a_file(spelling: str) -> None:
    header = b"meter,measured_at,value\n"
    (line,) = rows([header, f"m-1,{spelling},1\n".encode()], "csv")
    assert FORM in line.reason
    row = json.dumps({"meter": "m-1", "measured_at": spelling, "value": 1}).encode()
    (line,) = rows([row], "jsonl")
    assert FORM in line.reason


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("08:00:00", "08:00:59"),
        ("08:00Z", "18:00Z"),
        ("08:00+02:00", "18:00+02:00"),
        ("08:00:30", "18:00"),
        ("08:00", "24:00"),
        ("08:00", "08:00"),
        (28800, 64800),
    ],
)
def test_hours_of_a_card_that_cannot_be_kept_are_refused_and_not_kept_as_others(
    app: Chalice, http: Http, since: Any, until: Any
) -> None:
    windows = [{"days": [0, 1, 2, 3, 4, 5, 6], "since": since, "until": until}]
    kept = len(list(Row.query("willow#holder#willow-resident-1")))
    answer = http(app, "POST", CREDENTIALS, body=CARD | {"windows": windows}, **WILLOW_MANAGER)
    assert (answer.status, answer.problem) == (400, "invalid-request")
    assert len(list(Row.query("willow#holder#willow-resident-1"))) == kept


def test_a_whole_day_is_said_from_midnight_to_midnight(app: Chalice, http: Http) -> None:
    windows = [{"days": [5, 6], "since": "00:00", "until": "00:00"}]
    answer = http(app, "POST", CREDENTIALS, body=CARD | {"windows": windows}, **WILLOW_MANAGER)
    assert answer.status == 201, answer.text
    assert answer.body["windows"] == windows
