"""Rules, derived or odd: each leads to a handler that takes what it brings."""

import ast
import json
from collections.abc import Iterator, Mapping
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

import pytest
from pydantic import BaseModel

from linli.device_messages import Topic
from linli.events import Event, Fact
from linli.tables import OutboxRow
from linli.triggers import TRIGGERS
from linli.vocabulary.access import GatePassed
from linli.vocabulary.directory import CommunityChanged
from linli_cli.deploy import packaging, templates
from linli_cli.develop.actions import actions, app_of, bus_rules, named_for, topic_rules
from linli_cli.develop.readable import encoded
from linli_cli.layout import ROOT, projects, projects_of, service_of, services
from linli_cli.reading import facts as known

SERVICES = services()
each_service = pytest.mark.parametrize("service", SERVICES)
WELL = ("normal", "edge")


def consumers(service: str) -> dict[str, frozenset[type[Fact]]]:
    """The facts that each action of a service says it takes."""
    for project in projects_of(service):
        app_of(project)
    return {each.name: frozenset(each.facts) for each in TRIGGERS if each.service == service and each.facts}


# Facts


@each_service
def test_just_those_facts_are_routed_to_a_handler_that_it_takes(service: str) -> None:
    taken = {action: {fact.TYPE for fact in facts} for action, facts in consumers(service).items()}
    routed: dict[str, set[str]] = {}
    for rule in bus_rules(service):
        routed.setdefault(rule.queue, set()).update(rule.pattern["detail-type"])
    assert routed == taken


@each_service
def test_a_rule_is_named_for_the_action_whose_queues_it_fills(service: str) -> None:
    for rule in bus_rules(service):
        assert rule.name in {rule.queue, f"{rule.queue}__{rule.name.partition('__')[2]}"}
        assert rule.dead_letters == rule.queue


@each_service
def test_a_queue_takes_what_its_rule_sends(service: str) -> None:
    state = packaging.state_template(service)
    admitted = {
        (named_for(queue), source.rpartition(f"linli-${{Stage}}-{service}-")[2].replace("-", "_"))
        for _, policy in templates.of_type(state, "AWS::SQS::QueuePolicy")
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        for queue in as_list(statement["Resource"])
        for source in sources(statement)
    }
    for rule in bus_rules(service):
        assert (rule.queue, rule.name) in admitted, f"{rule.name} may not send to its queue"
        assert (f"{rule.queue}_dlq", rule.name) in admitted, f"{rule.name} may not send to its dead letters"


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def sources(statement: Mapping[str, Any]) -> Iterator[str]:
    said = statement["Condition"]["ArnEquals"]["aws:SourceArn"]
    yield from map(templates.text_of, as_list(said))


@each_service
def test_a_filter_names_what_its_facts_have(service: str) -> None:
    for rule in bus_rules(service):
        assert list(unknown_in(rule.pattern)) == [], rule.name


def unknown_in(pattern: Mapping[str, Any]) -> Iterator[str]:
    """What a pattern of the bus asks for that no event of its types has: nothing would ever match."""
    yield from pattern.keys() - {"source", "detail-type", "detail"}
    found = [known.facts().get(name) for name in pattern["detail-type"]]
    if None in found:
        yield "detail-type"
    detail = dict(pattern.get("detail", {}))
    data = detail.pop("data", {})
    yield from missing(Event, detail)
    for fact in filter(None, found):
        yield from missing(fact, data)


def missing(model: Any, asked: Mapping[str, Any]) -> Iterator[str]:
    """The members that are asked for and that a model, or those inside it, has not."""
    if isinstance(asked, dict) and isinstance(model, type) and issubclass(model, BaseModel):
        for name, inner in asked.items():
            field = model.model_fields.get(name)
            if field is None:
                yield name
            else:
                yield from (f"{name}.{each}" for each in missing(inside(field.annotation), inner))


def inside(annotation: Any) -> Any:
    """The model among the alternatives of an annotation, or in its list."""
    while get_origin(annotation) in {Union, UnionType, list}:
        annotation = next(each for each in get_args(annotation) if each is not NoneType)
    return annotation


@pytest.mark.parametrize(
    ("pattern", "unknown"),
    [
        ({"detail-type": [GatePassed.TYPE], "detail": {"data": {"direction": ["in"]}}}, []),
        ({"detail-type": [GatePassed.TYPE], "detail": {"data": {"way": ["in"]}}}, ["way"]),
        ({"detail-type": [GatePassed.TYPE], "detail": {"direction": ["in"]}}, ["direction"]),
        ({"detail-type": [GatePassed.TYPE], "data": {}}, ["data"]),
        ({"detail-type": ["linli.access.gate_past.v1"]}, ["detail-type"]),
        (
            {"detail-type": [GatePassed.TYPE, CommunityChanged.TYPE], "detail": {"data": {"gate": ["g"]}}},
            ["gate"],
        ),
    ],
)
def test_a_filter_on_what_a_fact_has_not_is_found(pattern: dict[str, Any], unknown: list[str]) -> None:
    assert list(unknown_in(pattern)) == unknown


def test_every_fact_that_is_taken_is_told_by_the_service_it_is_named_for() -> None:
    told = {service: set(called(service)) for service in SERVICES}
    for service in SERVICES:
        for facts in consumers(service).values():
            for fact in facts:
                assert fact.__name__ in told[fact.TYPE.split(".")[1]], f"nobody tells {fact.TYPE}"


def called(service: str) -> Iterator[str]:
    """The names of what the code of a service calls."""
    for path in (ROOT / "functions" / service).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                yield node.func.id


def test_the_relay_is_handed_the_rows_that_it_publishes() -> None:
    for project in projects():
        relay = packaging.resources(project)["Resources"].get("Relay")
        assert (relay is not None) == (project == service_of(project))
        if relay:
            criteria = relay["Properties"]["Events"]["RelayDynamodbEventSource"]["Properties"][
                "FilterCriteria"
            ]
            (pattern,) = (json.loads(each["Pattern"]) for each in criteria["Filters"])
            kind = OutboxRow.kind.get_discriminator(OutboxRow)
            assert pattern == {"eventName": ["INSERT"], "dynamodb": {"NewImage": {"kind": {"S": [kind]}}}}


# Topics


@each_service
def test_a_topic_rule_calls_or_fills_the_action_that_it_is_named_for(service: str) -> None:
    for action, topic, target, dead_letters in routed_topics(service):
        assert target == action, f"the rule of {topic} leads to {target}"
        assert dead_letters == f"{action}_dlq", f"the failures of the rule of {topic} go to {dead_letters}"


def routed_topics(service: str) -> Iterator[tuple[str, str, str, str]]:
    """Each topic of a service with the action that its rule is named for, and where the rule leads."""
    rules = topic_rules(service)
    for project in projects_of(service):
        found = templates.of_type(packaging.resources(project), "AWS::IoT::TopicRule")
        for ours, (_, rule) in zip(rules, found, strict=True):
            payload = rule["Properties"]["TopicRulePayload"]
            (does,) = payload["Actions"]
            leads_to = does["Lambda"]["FunctionArn"] if "Lambda" in does else does["Sqs"]["QueueUrl"]
            yield (
                ours.action,
                ours.topic,
                named_for(leads_to),
                named_for(payload["ErrorAction"]["Sqs"]["QueueUrl"]),
            )


@each_service
def test_every_topic_that_is_routed_is_handled_and_the_other_way_round(service: str) -> None:
    routed = {(action, topic) for action, topic, *_ in routed_topics(service)}
    handled = {
        (action.name, topic.action)
        for action in actions()
        if action.service == service
        for sample in action.samples
        if sample.case in WELL
        for topic in topics_of(encoded(json.loads(sample.path.read_text(encoding="utf-8"))))
    }
    assert handled == routed, "a topic has a rule, and a sample that ends well, or neither"


def topics_of(event: Any) -> Iterator[Topic]:
    """The topics on which the messages of a raw event were published."""
    records = event.get("Records") if isinstance(event, dict) else None
    for each in [event] if records is None else records:
        try:
            message = json.loads(each["body"]) if "body" in each and records else each
        except ValueError:
            continue
        found = Topic.parse(str(message.get("topic"))) if isinstance(message, dict) else None
        if found:
            yield found
