"""What differs of a template from the one that is deployed, as far as CloudFormation does not say: pure.

Which rights grow; which table, queue or bucket would be another one, with nothing of the old one in it.
"""

import json
from collections.abc import Iterator
from typing import Any

from linli_cli.deploy.templates import Template, of_type

# What holds something, and the properties that make it another one when they change.
HOLDERS: dict[str, tuple[str, ...]] = {
    "AWS::DynamoDB::Table": ("TableName", "KeySchema", "LocalSecondaryIndexes"),
    "AWS::SQS::Queue": ("QueueName", "FifoQueue"),
    "AWS::S3::Bucket": ("BucketName",),
    "AWS::SecretsManager::Secret": ("Name",),
}
GRANTS = ("AWS::Lambda::Permission",)


def replaced(before: Template, after: Template) -> list[str]:
    """What holds something and would be replaced by an empty one, or go, by logical id."""
    there = dict(of_type(after, *HOLDERS))
    found = []
    for logical_id, old in of_type(before, *HOLDERS):
        new = there.get(logical_id)
        if new is None or new["Type"] != old["Type"] or _identity(new) != _identity(old):
            found.append(logical_id)
    return found


def _identity(resource: dict[str, Any]) -> list[Any]:
    properties = resource.get("Properties", {})
    return [properties.get(name) for name in HOLDERS[resource["Type"]]]


def grown(before: Template, after: Template) -> list[str]:
    """What somebody may do by the template after, and may not by the one before, a line each."""
    allowed = _rights(after, "Allow") - _rights(before, "Allow")
    forbidden = _rights(before, "Deny") - _rights(after, "Deny")
    return sorted(allowed) + sorted(f"no longer denied: {each}" for each in forbidden)


def _rights(template: Template, effect: str) -> set[str]:
    found: set[str] = set()
    for logical_id, resource in template.get("Resources", {}).items():
        properties = resource.get("Properties", {})
        for statement in _statements(properties):
            if statement["Effect"] == effect:
                found |= {f"{logical_id}: {each}" for each in _each(statement)}
        if effect == "Allow" and resource.get("Type") in GRANTS:
            who = ", ".join(f"{name} {_text(properties[name])}" for name in sorted(properties))
            found.add(f"{logical_id}: {who}")
        for arn in properties.get("ManagedPolicyArns", []) if effect == "Allow" else []:
            found.add(f"{logical_id}: policy {_text(arn)}")
    return found


def _statements(node: Any) -> Iterator[dict[str, Any]]:
    """All statements of policies, wherever they stand, under conditions too."""
    if isinstance(node, list):
        for each in node:
            yield from _statements(each)
    elif isinstance(node, dict):
        if "Effect" in node and ("Action" in node or "NotAction" in node):
            yield node
        else:
            for each in node.values():
                yield from _statements(each)


def _each(statement: dict[str, Any]) -> Iterator[str]:
    """A statement's rights one by one, so that an order or a grouping is no difference."""
    whose = f" by {_text(statement['Principal'])}" if "Principal" in statement else ""
    when = f" if {_text(statement['Condition'])}" if "Condition" in statement else ""
    actions = _list(statement.get("Action")) or [f"all but {_text(statement.get('NotAction'))}"]
    resources = _list(statement.get("Resource")) or [f"all but {_text(statement.get('NotResource', '-'))}"]
    for action in actions:
        for resource in resources:
            yield f"{_text(action)} on {_text(resource)}{whose}{when}"


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _text(value: Any) -> str:
    if isinstance(value, dict) and list(value) == ["Fn::Sub"] and isinstance(value["Fn::Sub"], str):
        return value["Fn::Sub"]
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)
