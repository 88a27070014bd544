"""Readers one version behind: what a newer publisher adds, at whatever depth, changes nothing for them."""

import ast
import json
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest

from functions.directory.policies import CommunityPolicies
from linli import communities
from linli.contracts import Contract
from linli.events import Fact
from linli.policies import Policy
from linli.tables import read
from linli.triggers import TRIGGERS
from linli.vocabulary.directory import CommunityChanged
from linli_cli.develop.actions import app_of
from linli_cli.layout import ROOT, project_of, projects, services
from tests.integration.conftest import Invoke, Service, dead_letters
from tests.integration.messages import batch

FUTURE = {"from_the_future": {"deep": [{"er": 1}]}, "and_a_word": "unheard-of"}
SAID = {"home": "b1/101", "kind": "gate", "period": "2025-12", "time_zone": "Asia/Shanghai", "unit": "m3"}
for _project in projects():
    app_of(_project)
TAKEN = [
    (trigger.service, trigger.name, fact)
    for trigger in sorted(TRIGGERS, key=lambda each: each.module)
    for fact in sorted(trigger.facts, key=lambda each: each.TYPE)
]
each_taken = pytest.mark.parametrize(("name", "action", "fact"), TAKEN)


def example(annotation: Any, name: str) -> Any:  # noqa: PLR0911  one for each form
    """A value of a type, as JSON has it."""
    origin, inside = get_origin(annotation), get_args(annotation)
    if origin in {Annotated, Literal}:
        return inside[0] if origin is Literal else example(inside[0], name)
    if origin in {Union, UnionType}:
        return example(next(each for each in inside if each is not NoneType), name)
    if origin is list:
        return [example(inside[0], name.removesuffix("s"))]
    if origin is dict:
        return {example(inside[0], name): example(inside[1], name)}
    if isinstance(annotation, type) and issubclass(annotation, Contract):
        return document(annotation)
    if annotation is str:
        return SAID.get(name, f"a-{name.replace('_', '-')}")
    plain = {bool: False, int: 1, Decimal: "1.5", date: "2026-01-04"}
    return plain.get(annotation, "2026-01-05T07:00:00.000Z")


def document(contract: type[Contract]) -> dict[str, Any]:
    """A document of a contract, every member of it given."""
    return {name: example(field.annotation, name) for name, field in contract.model_fields.items()}


def told_of(fact: type[Fact], community: str) -> dict[str, Any]:
    """A fact's data; of a community all policies, each at its default."""
    if fact is CommunityChanged:
        policies = CommunityPolicies().model_dump(mode="json")
        given = {"company": "acme", "sub_district": "riverside", "time_zone": "Asia/Shanghai", "version": 1}
        return {"community": community, "policies": policies, **given}
    return document(fact) | {"community": community}


def from_the_future(contract: Any, value: Any) -> Any:
    """The same with members that nobody knows, in it and in every contract inside of it."""
    origin, inside = get_origin(contract), get_args(contract)
    if origin in {Annotated, list}:
        many = [from_the_future(inside[0], each) for each in value] if origin is list else None
        return many if many is not None else from_the_future(inside[0], value)
    if origin in {Union, UnionType}:
        return from_the_future(next(each for each in inside if each is not NoneType), value)
    if origin is dict:
        return {key: from_the_future(inside[1], each) for key, each in value.items()}
    if isinstance(contract, type) and issubclass(contract, Contract):
        known = {
            name: from_the_future(contract.model_fields[name].annotation, each)
            for name, each in value.items()
        }
        return {**known, **FUTURE}
    return value


def newer(fact: type[Fact], community: str) -> dict[str, Any]:
    """The fact as a publisher tells it who knows more everywhere."""
    data = from_the_future(fact, told_of(fact, community))
    if fact is CommunityChanged:
        data["policies"] = from_the_future(CommunityPolicies, data["policies"])
    return dict(data)


def on_the_bus(fact: type[Fact], data: Mapping[str, Any], **envelope: Any) -> str:
    """The message in a queue."""
    event = {
        "specversion": "1.0", "id": "one", "source": ".".join(fact.TYPE.split(".")[:2]), "type": fact.TYPE,
        "subject": f"{data['community']}/it", "time": "2026-01-05T08:00:00.000Z",
        "datacontenttype": "application/json", "data": data,
    }  # fmt: skip
    return json.dumps({"version": "0", "detail-type": fact.TYPE, "detail": event | envelope, **envelope})


def test_a_newer_fact_is_known_from_an_older_one() -> None:
    data = newer(CommunityChanged, "willow")
    assert FUTURE.items() <= data.items()
    assert FUTURE.items() <= data["policies"].items()
    assert FUTURE.items() <= data["policies"]["care"]["chain"][0].items()
    assert FUTURE.items() <= data["policies"]["maintenance"]["urgent"].items()
    assert FUTURE.keys().isdisjoint(
        data["policies"]["utilities"]["spike_per_day"]
    )  # those are names of media


@each_taken
def test_an_unknown_member_anywhere_in_a_fact_changes_nothing_for_who_takes_it(
    name: str, action: str, fact: type[Fact], service: Service, invoke: Invoke
) -> None:
    app = service(project_of(name, action))
    # Given how the fact ends as we know it
    known = invoke(app, action, batch(on_the_bus(fact, told_of(fact, "cedar"))))
    parked = len(dead_letters(app, action))
    # When newer code tells the same of another community
    message = on_the_bus(fact, newer(fact, "willow"), traceparent="00-0af7-b7ad-01", **FUTURE)
    told = invoke(app, action, batch(message))
    # Then it ends the same way
    assert told == known
    assert len(dead_letters(app, action)) == parked


# The parts of the policies that a service reads


def words(contract: Any, value: Any) -> Any:
    """The same with a word that nobody knows wherever one of a few is expected, as name or as value."""
    origin, inside = get_origin(contract), get_args(contract)
    if origin is Literal:
        return "unheard-of"
    if origin is Annotated:
        return words(inside[0], value)
    if origin is list:
        return [words(inside[0], each) for each in value]
    if origin is dict:
        return {words(inside[0], key): words(inside[1], each) for key, each in value.items()}
    if isinstance(contract, type) and issubclass(contract, Contract):
        return {name: words(contract.model_fields[name].annotation, each) for name, each in value.items()}
    return value


def with_words(part: str, data: Mapping[str, Any]) -> set[str]:
    """The members of a part that an unknown word came into."""
    contract, before = CommunityPolicies.model_fields[part].annotation, data["policies"][part]
    return {name for name, value in words(contract, before).items() if value != before[name]}


PARTS = {each.PART: each for each in Policy.__subclasses__()}
KEEPERS = [(name, action) for name, action, fact in TAKEN if fact is CommunityChanged]


@pytest.mark.parametrize(("name", "action"), KEEPERS)
def test_an_unknown_word_in_a_policy_is_read_as_the_default_and_kept(
    name: str, action: str, service: Service, invoke: Invoke
) -> None:
    app = service(project_of(name, action))
    data = told_of(CommunityChanged, "willow")
    data["policies"]["access"]["passback"] = {"garden": "soft"}
    data["policies"]["devices"]["heartbeat_minutes"] = {"gate": 7}
    policies = words(CommunityPolicies, data["policies"])
    policies["access"]["retention_days"] = policies["health"]["retention_days"] = 11
    policies["devices"]["missed"] = policies["maintenance"]["most_active"] = 9
    policies["care"]["visit_days"] = policies["utilities"]["due_days"] = 9
    policies["payments"]["intent_minutes"] = 9

    answer = invoke(app, action, batch(on_the_bus(CommunityChanged, data | {"policies": policies})))

    assert answer == {"batchItemFailures": [], "outcomes": ["community_kept"]}
    assert dead_letters(app, action) == []
    key = communities.CommunityRow.key("willow")
    kept = communities.known(read([key]), "willow")
    for part in kept.policies:
        others = {name: value for name, value in policies[part].items() if name not in with_words(part, data)}
        read_as = kept.policy(PARTS[part]).model_dump(mode="json")
        assert {name: read_as[name] for name in others} == others


@pytest.mark.parametrize("name", services())
def test_a_service_keeps_just_the_parts_of_the_policies_that_it_reads(name: str) -> None:
    trees = [
        ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "functions" / name).rglob("*.py")
    ]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    assert set(kept_in(nodes)) == set(read_in(nodes))


def kept_in(nodes: list[ast.AST]) -> Iterator[str]:
    """The parts that are named to `communities.keep`."""
    for node in nodes:
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "communities.keep":
            yield from (ast.unparse(part) for part in node.args[1:])


def read_in(nodes: list[ast.AST]) -> Iterator[str]:
    """The parts that are asked for as `….policy(<part>)`."""
    for node in nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "policy":
            yield ast.unparse(node.args[0])
