"""Which function a sample goes to, and whether it ended as its name says."""

import json
from pathlib import Path
from typing import Any

import pytest

from linli.vocabulary.directory import CommunityChanged
from linli_cli.demo import neighbourhood
from linli_cli.develop import samples
from linli_cli.develop.replaying import Result, by_service
from linli_cli.develop.samples import Outcome, Sample
from linli_cli.errors import CommandError
from linli_cli.layout import ROOT


def sample(event: Any, action: str = "gate_pass", case: str = "normal") -> Sample:
    return Sample("access", action, case, event)


def test_a_request_goes_to_the_api_and_anything_else_to_its_action() -> None:
    assert sample({"httpMethod": "GET"}).function == "api"
    assert sample({"type": "TOKEN"}, "authorizer").function == "authorizer"
    assert sample({"topic": "linli/willow/g/gate_pass"}).function == "gate-pass"
    assert sample([]).function == "gate-pass"


def test_a_batch_leaves_its_bodies_and_anything_else_itself() -> None:
    assert sample({"Records": [{"body": "a"}, {"body": "b"}]}).letters == ["a", "b"]
    assert sample({"topic": "é"}).letters == ['{"topic":"\\u00e9"}']
    assert sample("text").letters == ['"text"']


@pytest.mark.parametrize(
    ("event", "body", "error", "expected"),
    [
        ({"httpMethod": "GET"}, {"statusCode": 201}, "", Outcome("ok", "201")),
        ({"httpMethod": "GET"}, {"statusCode": 404}, "", Outcome("refused", "404")),
        ({"httpMethod": "GET"}, {"statusCode": 503}, "", Outcome("failed", "503")),
        ({"httpMethod": "GET"}, None, "", Outcome("failed", "0")),
        ({}, {"outcome": "granted"}, "", Outcome("ok", "granted")),
        ({}, {"outcome": "denied"}, "", Outcome("refused", "denied")),
        ({}, {"outcome": "invalid-request"}, "", Outcome("parked", "invalid-request")),
        ({}, {"batchItemFailures": [], "outcomes": ["a", "a"]}, "", Outcome("ok", "a")),
        ({}, {"batchItemFailures": [], "outcomes": ["a", "conflict"]}, "", Outcome("parked", "a, conflict")),
        ({}, {"batchItemFailures": [{}]}, "", Outcome("failed", "1 messages to be delivered again")),
        ({}, {"type": "urn:linli:problem:conflict", "status": 409}, "", Outcome("refused", "409")),
        ({}, {"principalId": "p"}, "", Outcome("ok", "ok")),
        ({}, {"errorMessage": "Unauthorized"}, "Unauthorized", Outcome("refused", "401")),
        ({}, {}, "ZeroDivisionError", Outcome("failed", "ZeroDivisionError")),
    ],
)
def test_an_ending_is_told_from_the_answer(event: Any, body: Any, error: str, expected: Outcome) -> None:
    assert samples.judge(sample(event), body, error) == expected


@pytest.mark.parametrize(
    ("case", "outcome", "expected"),
    [
        ("normal", Outcome("ok", "200"), True),
        ("normal", Outcome("refused", "denied"), True),
        ("edge_late", Outcome("refused", "409"), False),
        ("edge_late", Outcome("parked", "invalid-request"), False),
        ("malformed_nan", Outcome("refused", "400"), True),
        ("malformed_nan", Outcome("parked", "invalid-request"), True),
        ("malformed_nan", Outcome("refused", "denied"), False),
        ("malformed_nan", Outcome("ok", "granted"), False),
        ("refused_foreign", Outcome("refused", "404"), True),
        ("refused_foreign", Outcome("ok", "200"), False),
        ("http_malformed_cursor", Outcome("refused", "400"), True),
        ("http_refused_foreign", Outcome("ok", "200"), False),
        ("normal", Outcome("failed", "503"), False),
        ("malformed_nan", Outcome("failed", "503"), False),
    ],
)
def test_a_case_ends_as_its_name_says(case: str, outcome: Outcome, *, expected: bool) -> None:
    assert samples.as_named(case, outcome) is expected


def test_a_token_is_made_for_whom_a_sample_names(tmp_path: Path) -> None:
    path = tmp_path / "events" / "directory" / "authorizer" / "normal.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"type": "TOKEN", "authorizationToken": "Bearer {token:willow-guard-1}"}))

    loaded = samples.load(path, lambda person: f"<{person}>", str)

    assert loaded.event["authorizationToken"] == "Bearer <willow-guard-1>"
    assert loaded.name == "directory/authorizer/normal"


def test_folders_are_searched_and_no_file_is_sent_twice(tmp_path: Path) -> None:
    (tmp_path / "b.json").write_text("{}")
    (tmp_path / "a.json").write_text("{}")

    assert samples.find([tmp_path, tmp_path / "a.json"]) == [tmp_path / "a.json", tmp_path / "b.json"]


def test_a_path_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"there is no sample .*nowhere"):
        samples.find([tmp_path / "nowhere"])


def test_a_folder_without_samples_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no sample in"):
        samples.find([tmp_path])


def test_a_file_elsewhere_is_told_where_samples_lie(tmp_path: Path) -> None:
    for path in (Path("/x.json"), tmp_path / "x.json", tmp_path / "access" / "gate_pass" / "x.json"):
        with pytest.raises(CommandError, match="samples lie in events/<service>/<action>/"):
            samples.load(path, str, str)


def test_a_sample_of_no_action_says_so(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="there is no action access/gate_pas,"):
        samples.load(tmp_path / "events" / "access" / "gate_pas" / "x.json", str, str)


def test_what_did_not_end_as_named_is_unexpected_whatever_it_was() -> None:
    results = [Result("access/gate_pass/malformed", "ok", "granted", 1.0, as_named=False)]

    assert by_service(results) == {"access": {"unexpected": 1}}


def test_the_sample_of_a_seeded_person_does_not_undo_the_seed() -> None:
    event = json.loads((ROOT / "events/directory/person/normal_record.json").read_text(encoding="utf-8"))
    people = {each.id: each for each in neighbourhood.communities()[0].people}

    assert event["body_json"] == people[event["pathParameters"]["person"]].record


def test_a_file_that_is_no_json_is_named(tmp_path: Path) -> None:
    path = tmp_path / "events" / "access" / "gate_pass" / "x.json"
    path.parent.mkdir(parents=True)
    path.write_text("{")

    with pytest.raises(CommandError, match=r"x\.json is no JSON"):
        samples.load(path, str, str)


def test_no_sample_is_ahead_of_what_the_directory_says_of_the_demo() -> None:
    """A service would take the directory's next change for an old one."""
    demo = {each.id for each in neighbourhood.communities()}
    told = [
        each["body_json"]
        for path in sorted((ROOT / "events").glob("*/community/[!mr]*.json"))  # nor malformed, nor refused
        for each in json.loads(path.read_text()).get("Records", [])
    ]
    changed = [each["detail"]["data"] for each in told if each["detail-type"] == CommunityChanged.TYPE]
    assert {each["version"] for each in changed if each["community"] in demo} == {1}
