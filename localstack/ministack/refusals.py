"""Patches of DynamoDB: requests that stock takes and AWS refuses, so that a fault of ours would pass here."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from decimal import localcontext
from typing import Any

from ministack.services import dynamodb

from localstack.ministack.expressions import (
    Call,
    Change,
    Node,
    Path,
    Refused,
    Request,
    Value,
    condition,
    has_empty_names,
    parts_of,
    projection,
    update,
)
from localstack.ministack.stock import replace

Item = dict[str, Any]

ENOUGH_DIGITS = 300  # for any sum of two numbers from 1E-130 to 9.9E+125
READS = ("_get_item", "_query", "_scan", "_batch_get_item", "_transact_get_items")
WRITES = ("_put_item", "_update_item", "_delete_item", "_batch_write_item", "_transact_write_items")


def refuse_before(names: tuple[str, ...], check: Callable[[Item], None]) -> None:
    """Let `check`, which may raise Refused, see each request of these actions first."""
    for name in names:

        @replace(dynamodb, name)
        def _(stock: Any) -> Any:
            def handle(request: Item) -> Any:
                try:
                    check(request)
                except Refused as refused:
                    return dynamodb.error_response_json("ValidationException", str(refused), 400)
                return stock(request)

            return handle


def actions(request: Item) -> Iterator[Item]:
    """The parts of a request that have expressions of their own."""
    if "TransactItems" in request:
        for item in request["TransactItems"]:
            yield from item.values()
    elif "RequestItems" in request:
        yield from (part for part in request["RequestItems"].values() if isinstance(part, dict))
    else:
        yield request


def items(request: Item) -> Iterator[Item]:
    """The whole items that a request puts."""
    for action in actions(request):
        yield action.get("Item") or {}
    for writes in (request.get("RequestItems") or {}).values():
        if isinstance(writes, list):
            yield from ((write.get("PutRequest") or {}).get("Item") or {} for write in writes)


def read_expressions_as_aws_does() -> None:
    """Stock skips what it does not understand: `remaining - :n >= :z` means "there is a `remaining`".

    Nor does it know a function that does not exist, two changes of one path, an undefined `:0`, the unused
    `:1` beside `:10`, an empty set among the values; and it reads no filter before there is an item for it.
    """

    def check(request: Item) -> None:
        for action in actions(request):
            Request(action).check()

    refuse_before((*READS, *WRITES), check)


def refuse_empty_names() -> None:
    """Stock keeps attributes, and keys of maps, that have no name."""

    def check(request: Item) -> None:
        if any(map(has_empty_names, items(request))):
            raise Refused("Empty attribute name")

    refuse_before(("_put_item", "_batch_write_item", "_transact_write_items"), check)


def roots(request: Item, paths: Iterator[Path] | tuple[Path, ...]) -> set[str]:
    """The attributes of an item that these paths start from."""
    names = request.get("ExpressionAttributeNames") or {}
    return {str(names.get(path.parts[0], path.parts[0])) for path in paths}


def filtered(request: Item) -> set[str]:
    text = request.get("FilterExpression")
    if not text:
        return set()
    return roots(request, (part for part in parts_of(condition(text)) if isinstance(part, Path)))


def table_of(request: Item) -> Item:
    found: Item = dynamodb._tables.get(dynamodb._normalize_table_name(request.get("TableName"))) or {}
    return found


def keys_of(schema: Item | None) -> set[str]:
    """The key attributes of a table or of an index."""
    return {key["AttributeName"] for key in (schema or {}).get("KeySchema") or []}


def check_filter(request: Item) -> None:
    """A query's filter may not look at the keys, which the key condition is for."""
    table, index = table_of(request), request.get("IndexName")
    looked_in = dynamodb._index_def(table, index) if table and index else table
    if keys := sorted(filtered(request) & keys_of(looked_in)):
        raise Refused(
            "Filter Expression can only contain non-primary key attributes: "
            f"Primary key attribute: {', '.join(keys)}"
        )


def check_projected(request: Item) -> None:
    """A global index has what is projected into it, and nothing else."""
    table, name = table_of(request), request.get("IndexName")
    indexes = {each["IndexName"]: each for each in table.get("GlobalSecondaryIndexes") or []}
    index = indexes.get(name, {})
    projected = index.get("Projection") or {"ProjectionType": "ALL"}
    if projected["ProjectionType"] == "ALL":
        return
    held = {*keys_of(table), *keys_of(index), *(projected.get("NonKeyAttributes") or [])}
    if request.get("Select") == "ALL_ATTRIBUTES":
        raise Refused(
            "One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for "
            f"global secondary index {name} because its projection type is not ALL"
        )
    text = request.get("ProjectionExpression")
    wanted = roots(request, projection(text)) if text else set()
    for asked, what in ((filtered(request), "filter "), (wanted, "")):
        if missing := sorted(asked - held):
            raise Refused(
                f"One or more parameter values were invalid: Secondary index {name} does not project one or "
                f"more {what}attributes: [{', '.join(missing)}]"
            )


def refuse_odd_queries() -> None:
    """Stock filters by keys, and by attributes that a global index does not have: nothing comes, no error."""
    refuse_before(("_query",), check_filter)
    refuse_before(("_query", "_scan"), check_projected)


def type_of(node: Node, item: Item, request: Request) -> str:
    """The type of an update's operand, given the item that it changes. Raises ValueError as DynamoDB does."""
    if isinstance(node, Value):
        return request.type_of(node)
    if isinstance(node, Path):
        found = dynamodb._get_at_path(item, list(request.resolved(node)))
        if found is None:
            raise ValueError("The provided expression refers to an attribute that does not exist in the item")
        return str(next(iter(found)))
    return type_of_call(node, item, request)


def type_of_call(call: Call, item: Item, request: Request) -> str:
    if call.operator == "if_not_exists":
        path, otherwise = call.operands
        with suppress(ValueError):
            return type_of(path, item, request)
        return type_of(otherwise, item, request)
    wanted = "L" if call.operator == "list_append" else "N"
    if any(type_of(operand, item, request) != wanted for operand in call.operands):
        raise ValueError("An operand in the update expression has an incorrect data type")
    return wanted


def check_change(change: Change, item: Item, request: Request) -> None:
    """Raises ValueError where the item has no such place, or something else in it."""
    *above, last = request.resolved(change.path)
    if above:
        parent = dynamodb._get_at_path(item, above) or {}
        if ("L" if isinstance(last, int) else "M") not in parent:
            raise ValueError("The document path provided in the update expression is invalid for update")
    if change.section == "SET" and change.value is not None:
        type_of(change.value, item, request)


def refuse_updates_that_do_not_fit() -> None:
    """Stock leaves a text alone to which a number is added, puts a list in the place of what is none and was
    to be appended to, makes the maps on the way to where it adds, and rounds sums to 28 digits: DynamoDB has
    38, and refuses a sum of more.
    """

    @replace(dynamodb, "_apply_update_expression")
    def _(stock: Any) -> Any:
        def apply(item: Item, text: str, values: Item, names: Item, *rest: Any) -> Any:
            request = Request({"ExpressionAttributeValues": values, "ExpressionAttributeNames": names})
            for change in update(text):
                check_change(change, item, request)
            with localcontext(prec=ENOUGH_DIGITS):
                return stock(item, text, values, names, *rest)

        return apply


def check_member(member: Item) -> None:
    """One action, of a table, with its condition or the whole key."""
    if len(member) != 1:
        raise Refused("TransactItems can only contain one of Check, Put, Update or Delete")
    (kind, action), *_ = member.items()
    if kind == "ConditionCheck" and not action.get("ConditionExpression"):
        raise Refused(
            "1 validation error detected: Value null at 'transactItems.1.member.conditionCheck."
            "conditionExpression' failed to satisfy constraint: Member must not be null"
        )
    table = table_of(action)
    if kind == "Put" and keys_of(table) - action.get("Item", {}).keys():
        raise Refused("One of the required keys was not given a value")
    if (
        kind == "Get"
        and table
        and (error := dynamodb._resolve_table_key_values(table, action.get("Key", {}), allow_extra=False)[2])
    ):
        raise Refused(json.loads(error[2])["message"])


def changed_keys(member: Item) -> set[str]:
    action = member.get("Update") or {}
    text = action.get("UpdateExpression")
    changes = update(text) if text else ()
    return roots(action, tuple(change.path for change in changes)) & keys_of(table_of(action))


def refuse_odd_transactions() -> None:
    """Stock lets a transaction change a key, put an item without one, check nothing, do two things in one."""

    def check(request: Item) -> None:
        for member in request.get("TransactItems") or []:
            check_member(member)

    @replace(dynamodb, "_transact_write_items")
    def _(stock: Any) -> Any:
        def handle(request: Item) -> Any:
            members = request.get("TransactItems") or []
            reasons = {
                index: f"Cannot update attribute {min(keys)}. This attribute is part of the key"
                for index, member in enumerate(members)
                if (keys := changed_keys(member))
            }
            if reasons:
                return dynamodb._transact_validation_cancel_response(len(members), reasons)
            return stock(request)

        return handle

    refuse_before(("_transact_write_items", "_transact_get_items"), check)


def compare_what_is_not_there() -> None:
    """Stock finds two attributes equal of which an item has neither; DynamoDB does not.

    And what is no text does not begin with one, which stock calls an error.
    """

    @replace(dynamodb, "_compare_ddb")
    def _(stock: Any) -> Any:
        def compare(left: Item | None, operator: str, right: Item | None) -> bool:
            if left is None and right is None:
                return operator == "<>"
            return bool(stock(left, operator, right))

        return compare

    @replace(dynamodb._ExprEval, "_fn_begins_with")
    def _(stock: Any) -> Any:
        def begins_with(evaluation: Any) -> bool:
            try:
                return bool(stock(evaluation))
            except ValueError as error:
                if "operand type" in str(error):
                    return False
                raise

        return begins_with
