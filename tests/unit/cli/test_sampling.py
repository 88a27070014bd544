"""`linli sample new` and `linli sample show`."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from linli_cli.develop import sampling
from linli_cli.develop.actions import Action
from linli_cli.develop.readable import encoded
from linli_cli.errors import CommandError
from linli_cli.layout import ROOT


@pytest.fixture
def action(tmp_path: Path, request: pytest.FixtureRequest) -> Action:
    """An action with its samples, which may be written to."""
    found = sampling.action_called(request.param)
    shutil.copytree(ROOT / "events" / found.title, tmp_path / "events" / found.title)
    return replace(found, root=tmp_path)


def of(*names: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("action", names, indirect=True)


@of("access/gate_pass", "care/sos")
def test_a_new_sample_of_what_a_device_says_is_like_a_normal_one(action: Action) -> None:
    told = {"event_id": "sample-new", "seq": 7, "value": 2.5}
    path = sampling.written(action, json.dumps(told))
    event, model = json.loads(path.read_text()), json.loads(sampling.model_of(action).read_text())
    assert event["payload_json"] == told
    assert event | {"payload_json": None} == model | {"payload_json": None}


@of("health/fever_check", "access/gate_pass")
def test_what_every_message_carries_need_not_be_said(action: Action) -> None:
    paths = [
        sampling.written(action, f'{{"temperature_c": {degrees}}}', f"edge_{degrees}") for degrees in (38, 39)
    ]
    said = [json.loads(path.read_text()) for path in paths]
    payloads = [each["Records"][0]["body_json"] if "Records" in each else each for each in said]
    first, second = (each["payload_json"] for each in payloads)
    assert first.keys() == {"event_id", "seq", "occurred_at", "temperature_c"}
    assert first["event_id"] != second["event_id"]


@of("utilities/meter_reading", "devices/heartbeat")
def test_what_waits_in_a_queue_is_said_inside_of_it(action: Action) -> None:
    path = sampling.written(action, '{"event_id": "sample-new"}', "edge_said_alone")
    (record,) = json.loads(path.read_text())["Records"]
    assert record["body_json"]["payload_json"] == {"event_id": "sample-new"}
    assert record["body_json"]["topic"]
    assert path.name == "edge_said_alone.json"


@of("health/community", "care/community")
def test_another_fact_has_an_id_of_its_own(action: Action) -> None:
    paths = [
        sampling.written(action, text, case) for text, case in (("{}", "edge_a"), ('{"a": 1}', "edge_b"))
    ]
    facts = [json.loads(path.read_text())["Records"][0]["body_json"]["detail"] for path in paths]
    assert [fact["data"] for fact in facts] == [{}, {"a": 1}]
    assert facts[0]["id"] != facts[1]["id"]
    assert facts[0]["type"].startswith("linli.")


@of("directory/onboard")
def test_what_is_called_alone_is_called_with_something_else(action: Action) -> None:
    path = sampling.written(action, '{"company": "birch"}')
    assert json.loads(path.read_text()) == {"company": "birch"}


@of("care/sweep")
def test_the_clock_says_nothing(action: Action) -> None:
    with pytest.raises(CommandError, match="no normal sample with a message"):
        sampling.written(action, "{}")


@of("care/watch")
def test_a_request_has_another_body(action: Action) -> None:
    path = sampling.written(action, '{"note": "sample"}')
    event = encoded(json.loads(path.read_text()))
    assert json.loads(event["body"]) == {"note": "sample"}
    assert event["httpMethod"] in {"POST", "PUT", "PATCH"}


@of("access/gate_pass")
def test_what_is_no_json_is_a_malformed_sample_alone(action: Action) -> None:
    with pytest.raises(CommandError, match=r"no JSON .*malformed"):
        sampling.written(action, "HELP")
    path = sampling.written(action, "HELP", "malformed_words")
    assert json.loads(path.read_text())["payload"] == "SEVMUA=="


@of("access/gate_pass")
def test_a_name_says_how_it_ends_and_is_taken_once(action: Action) -> None:
    for name in ("odd", "../normal_x", "normal x", "_"):
        with pytest.raises(CommandError, match="a sample's name says how it ends"):
            sampling.written(action, "{}", name)
    sampling.written(action, "{}", "edge_twice")
    with pytest.raises(CommandError, match="exists already"):
        sampling.written(action, "{}", "edge_twice")


def test_an_action_is_known_by_its_own_name_where_one_has_it() -> None:
    assert sampling.action_called("gate_pass").title == "access/gate_pass"
    with pytest.raises(CommandError, match=r"is one of .*care/community"):
        sampling.action_called("community")
    with pytest.raises(CommandError, match="no action access/gat; there are access/credential"):
        sampling.action_called("access/gat")


def test_what_a_sample_says_is_shown_even_where_it_is_no_json(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    sampling.show(ROOT / "events/care/sos/malformed_not_json.json")
    assert json.loads(capsys.readouterr().out)["payload_text"] == "HELP"
    raw = tmp_path / "from_a_log.json"
    raw.write_text(json.dumps({"Records": [{"body": '{"detail": {"data": {"version": 1}}}'}]}))
    sampling.show(raw)
    (record,) = json.loads(capsys.readouterr().out)["Records"]
    assert record["body_json"]["detail"]["data"] == {"version": 1}


def test_raw_is_what_lambda_gets(capsys: pytest.CaptureFixture[str]) -> None:
    path = ROOT / "events/access/gate_pass/normal.json"
    sampling.show(path, raw=True)
    assert json.loads(capsys.readouterr().out) == encoded(json.loads(path.read_text()))
