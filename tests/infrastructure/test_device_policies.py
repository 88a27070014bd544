"""What a device's IoT policy lets it publish is what the actions believe of its kind: compared both ways."""

import json
import re
from typing import Any

import pytest

from linli.triggers import TRIGGERS
from linli.vocabulary.devices import EVERY_KIND
from linli_cli.deploy import templates
from linli_cli.deploy.packaging import foundation_template
from linli_cli.develop import actions
from linli_cli.layout import ROOT, projects, services

LONGEST_DOCUMENT = 2048  # AWS IoT: characters of a policy document, white space not counted
# Of all partitions and their regions the two longest names together.
LONGEST = {
    "${AWS::Partition}": "aws-us-gov",
    "${AWS::Region}": "us-gov-west-1",
    "${AWS::AccountId}": "1" * 12,
}
PREFIX = "linli-${Stage}-device-"
OWN = "linli/${iot:Connection.Thing.Attributes[community]}/${iot:Connection.Thing.ThingName}/"


def filled(node: Any) -> Any:
    """A document as CloudFormation hands it to IoT, in the partition and region of the longest names."""
    if isinstance(node, dict) and set(node) == {"Fn::Sub"}:
        text = str(node["Fn::Sub"])
        for name, value in LONGEST.items():
            text = text.replace(name, value)
        return text.replace("${!", "${")
    if isinstance(node, dict):
        return {key: filled(value) for key, value in node.items()}
    return [filled(value) for value in node] if isinstance(node, list) else node


FOUNDATION = foundation_template()
POLICIES = {
    templates.text_of(policy["Properties"]["PolicyName"]): filled(policy["Properties"]["PolicyDocument"])
    for _, policy in templates.of_type(FOUNDATION, "AWS::IoT::Policy")
}
OF_KIND = {name.removeprefix(PREFIX): each for name, each in POLICIES.items() if name.startswith(PREFIX)}


def resources(document: Any, action: str) -> list[str]:
    """What a document allows an action on. Nothing is denied: what is not named is refused."""
    assert {each["Effect"] for each in document["Statement"]} == {"Allow"}
    found = [each["Resource"] for each in document["Statement"] if each["Action"] == action]
    return [one for each in found for one in (each if isinstance(each, list) else [each])]


def may_publish(document: Any) -> set[str]:
    """The actions on which a device may publish, under its own tree."""
    topics = [one.partition(":topic/")[2] for one in resources(document, "iot:Publish")]
    assert all(topic.startswith(OWN) for topic in topics)
    return {topic.removeprefix(OWN) for topic in topics}


def believed() -> dict[str, set[str]]:
    """Kind to the topics on which some action believes it, as the actions say."""
    for project in projects():
        actions.app_of(project)
    by_action = {(each.service, each.name): each for each in TRIGGERS}
    rules = [(service, rule) for service in services() for rule in actions.topic_rules(service)]
    return {
        kind: {
            rule.topic for service, rule in rules if kind in by_action[service, rule.action].kinds(rule.topic)
        }
        for kind in EVERY_KIND
    }


def test_each_kind_has_a_policy_and_no_other_has() -> None:
    assert set(OF_KIND) == EVERY_KIND


def test_a_kind_may_publish_what_is_believed_of_it_and_nothing_else() -> None:
    assert {kind: may_publish(document) for kind, document in OF_KIND.items()} == believed()


@pytest.mark.parametrize("kind", sorted(EVERY_KIND))
def test_a_device_is_itself_and_hears_its_own(kind: str) -> None:
    document = OF_KIND[kind]
    (client,) = resources(document, "iot:Connect")
    assert client.endswith(":client/${iot:Connection.Thing.ThingName}")
    assert all(
        OWN in one for one in resources(document, "iot:Subscribe") + resources(document, "iot:Receive")
    )
    assert all("*" not in one.replace(f"{OWN}*", "") for one in resources(document, "iot:Publish"))


@pytest.mark.parametrize("name", sorted(POLICIES))
def test_a_policy_is_no_longer_than_iot_takes_it(name: str) -> None:
    document = json.dumps(POLICIES[name], separators=(",", ":"))
    assert len(re.sub(r"\s", "", document)) <= LONGEST_DOCUMENT


def test_who_writes_firmware_reads_the_same() -> None:
    text = (ROOT / "functions" / "devices" / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z_]+)` \| (`heartbeat`[`a-z_, ]*) \|$", text, flags=re.MULTILINE)
    assert {kind: set(re.findall("[a-z_]+", topics)) for kind, topics in rows} == believed()
