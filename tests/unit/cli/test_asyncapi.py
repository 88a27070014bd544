"""The AsyncAPI document says what devices and services tell each other, all of it, in the declared form."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator

from linli_cli.interfaces import messages_page
from linli_cli.interfaces.asyncapi import document
from linli_cli.interfaces.writing import schemas_of_messages
from linli_cli.reading.facts import facts
from linli_cli.reading.messages import spoken

SPECIFICATION = Path(__file__).parent / "asyncapi" / "3.0.0.json"
TOPICS = {topic for each in spoken() for topic in each.action.topics}


@cache
def made() -> dict[str, Any]:
    return document()


def test_document_is_valid() -> None:
    specification = json.loads(SPECIFICATION.read_text(encoding="utf-8"))
    found = Draft7Validator(specification).iter_errors(made())
    assert [(list(each.path), each.message[:200]) for each in found] == []


def test_every_topic_has_its_message_and_its_answers() -> None:
    # Given what devices are believed to say, by the triggers of the code
    channels, operations = made()["channels"], made()["operations"]

    # Then each topic is a channel, with one for what is answered, and an operation that joins both
    assert {f"linli/{{community}}/{{device}}/{topic}" for topic in TOPICS} <= addresses()
    for topic in TOPICS:
        hears = operations[f"hear_{topic}"]
        assert (hears["action"], hears["channel"]["$ref"]) == ("receive", f"#/channels/{topic}")
        assert hears["reply"]["channel"]["$ref"] == f"#/channels/{topic}_reply"
        assert set(channels[f"{topic}_reply"]["messages"]) == {f"{topic}_answer", "refused"}
    assert set(channels["command"]["messages"]) == {"open_command"}


def test_every_fact_is_told_as_a_cloud_event() -> None:
    # Given every fact of the vocabularies
    schemas, messages = made()["components"]["schemas"], made()["components"]["messages"]

    # Then each is a message of the bus whose payload says its type, and what it holds
    told = {messages[key]["name"] for key in made()["channels"]["facts"]["messages"]}
    assert told == set(facts())
    for kind, fact in facts().items():
        event = schemas[f"{fact.__name__}Event"]
        assert event["properties"]["type"] == {"const": kind}
        assert event["properties"]["data"] == {"$ref": f"#/components/schemas/{fact.__name__}"}
        assert {"id", "source", "type", "time", "data"} <= set(event["required"])


def test_the_contract_of_a_meters_message_has_units_and_what_may_be_left_out() -> None:
    sent = made()["components"]["schemas"]["MeterReadingEvent"]
    assert set(sent["required"]) == {"event_id", "seq", "occurred_at"}
    assert "in m3 or kWh" in sent["properties"]["value"]["description"]
    assert "additionalProperties" not in sent, "what is unknown is left out and named, not refused"
    heartbeat = made()["components"]["schemas"]["Heartbeat"]["properties"]
    assert heartbeat["battery_percent"]["x-unit"] == "%"


def test_an_answer_says_which_outcomes_it_can_have() -> None:
    answer = made()["components"]["schemas"]["MeterReadingAnswer"]["properties"]
    assert {"recorded", "partly_recorded"} <= set(answer["outcome"]["examples"])
    assert answer["dropped"]["items"] == {"type": "string"}


@pytest.mark.parametrize("topic", sorted(TOPICS))
def test_every_topic_has_an_example_of_what_is_said_and_answered(topic: str) -> None:
    messages = made()["components"]["messages"]
    assert messages[topic]["examples"]
    assert messages[f"{topic}_answer"]["examples"]


def test_most_facts_and_each_command_have_an_example() -> None:
    messages = made()["components"]["messages"]
    facts = made()["channels"]["facts"]["messages"]
    assert messages["open_command"]["examples"]
    assert len([each for each in facts if "examples" in messages[each]]) > 0.7 * len(facts)


def test_examples_are_in_the_form_they_are_examples_of() -> None:
    for name, message in made()["components"]["messages"].items():
        validator = Draft202012Validator({**message["payload"], "components": made()["components"]})
        for example in message.get("examples", []):
            assert [each.message for each in validator.iter_errors(example["payload"])] == [], name


def test_a_schema_of_each_message_stands_alone() -> None:
    found = schemas_of_messages(made())
    for schema in found.values():
        Draft202012Validator.check_schema(schema)
    reading = found["schemas/messages/meter_reading.json"]
    good = {"event_id": "e-1", "seq": 1, "occurred_at": "2026-01-05T08:00:00Z", "value": "12.5"}
    many = {**good, "readings": [{"measured_at": "2026-01-05T08:00:00Z", "value": 12.5}], "value": None}
    assert [Draft202012Validator(reading).is_valid(each) for each in (good, many, {"seq": 1})] == [
        True,
        True,
        False,
    ]
    assert "schemas/facts/linli.access.gate_passed.v1.json" in found


def test_people_read_it_as_a_page_that_needs_no_script() -> None:
    page = messages_page.body(made())
    assert "linli/{community}/{device}/meter_reading" in page
    assert "<code>readings.value</code>" in page
    assert "linli.utilities.bill_issued.v1" in page
    assert "<script" not in page


def addresses() -> set[str]:
    return {channel["address"] for channel in made()["channels"].values()}
