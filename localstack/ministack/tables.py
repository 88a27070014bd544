"""Patches of DynamoDB tables: what templates say of them, and the condition key of their partitions."""

import copy
import json
import re
from collections.abc import Iterator
from typing import Any

from ministack.core import iam_actions
from ministack.services import dynamodb
from ministack.services.cloudformation import provisioners

from localstack.ministack.stock import replace

Attributes = dict[str, dict[str, Any]]

KEY_CONDITION = re.compile(r"([#\w.]+)\s*=\s*(:\w+)")


def keep_table_properties() -> None:
    """Stock drops TTL, point-in-time recovery and encryption of tables made by a template."""
    handlers = provisioners._RESOURCE_HANDLERS["AWS::DynamoDB::Table"]
    stock_create, stock_update = handlers["create"], handlers["update"]

    def apply(name: str, new: dict[str, Any], old: dict[str, Any]) -> None:
        former_ttl = old.get("TimeToLiveSpecification") or {}
        ttl = new.get("TimeToLiveSpecification") or {**former_ttl, "Enabled": False}
        if ttl.get("AttributeName"):
            dynamodb._update_ttl({"TableName": name, "TimeToLiveSpecification": ttl})
        recovery = new.get("PointInTimeRecoverySpecification") or {"PointInTimeRecoveryEnabled": False}
        dynamodb._update_continuous_backups({"TableName": name, "PointInTimeRecoverySpecification": recovery})
        encryption = new.get("SSESpecification")
        if encryption:
            dynamodb._tables[name]["SSEDescription"] = dynamodb._sse_description_from_spec(
                {**encryption, "Enabled": encryption.get("SSEEnabled", False)}
            )

    def create(logical_id: str, properties: dict[str, Any], stack: str) -> Any:
        created = stock_create(logical_id, copy.deepcopy(properties), stack)
        apply(created[0], properties, {})
        return created

    def update(
        name: str, old: dict[str, Any], new: dict[str, Any], stack: str, logical_id: str | None = None
    ) -> Any:
        updated = stock_update(name, old, new, stack, logical_id)
        apply(updated[0], new, old)
        return updated

    handlers.update(create=create, update=update)


def partition_key(table: Any, index: Any = None) -> str | None:
    """The name of a table's partition key, or of that of one of its indexes; None for an unknown table."""
    record = dynamodb._tables.get(str(table).rsplit("/", 1)[-1])
    if record is None:
        return None
    secondary = {other["IndexName"]: other for other in record.get("GlobalSecondaryIndexes") or []}
    schema: list[dict[str, str]] = secondary.get(index, record)["KeySchema"]
    return next(key["AttributeName"] for key in schema if key["KeyType"] == "HASH")


def value_in(table: Any, attributes: Attributes | None) -> Iterator[Any]:
    """The partition key's value in a key or an item."""
    name = partition_key(table)
    if attributes and name in attributes:
        yield next(iter(attributes[name].values()))


def queried(request: dict[str, Any]) -> Iterator[Any]:
    """The partition key's value in a Query's condition."""
    names = request.get("ExpressionAttributeNames") or {}
    values = request.get("ExpressionAttributeValues") or {}
    wanted = partition_key(request.get("TableName"), request.get("IndexName"))
    for name, placeholder in KEY_CONDITION.findall(request.get("KeyConditionExpression") or ""):
        if wanted and names.get(name, name) == wanted and placeholder in values:
            yield next(iter(values[placeholder].values()))


def leading_keys(request: dict[str, Any]) -> Iterator[Any]:
    """The values of the partition keys that a DynamoDB request names."""
    table = request.get("TableName")
    yield from value_in(table, request.get("Key"))
    yield from value_in(table, request.get("Item"))
    yield from queried(request)
    for item in request.get("TransactItems") or []:
        for action in item.values():
            yield from value_in(action.get("TableName"), action.get("Key") or action.get("Item"))
    for name, batch in (request.get("RequestItems") or {}).items():
        if isinstance(batch, dict):  # BatchGetItem
            found = batch["Keys"]
        else:  # BatchWriteItem
            actions = [action for write in batch for action in write.values()]
            found = [action.get("Key") or action.get("Item") for action in actions]
        for attributes in found:
            yield from value_in(name, attributes)


def know_leading_keys() -> None:
    """Stock knows no `dynamodb:LeadingKeys`, so a function narrowed to one tenant reads them all or none.

    Literal partition keys are found in keys, items, transactions, batches and `pk = :value` conditions.
    """

    @replace(iam_actions, "dynamodb_service_context")
    def _(stock: Any) -> Any:
        def service_context(body: bytes) -> dict[str, Any]:
            context: dict[str, Any] = stock(body)
            try:
                keys = list(leading_keys(json.loads(body or b"{}")))
            except (ValueError, AttributeError, TypeError):
                return context  # malformed: the service refuses it itself
            return {**context, "dynamodb:LeadingKeys": keys} if keys else context

        return service_context
