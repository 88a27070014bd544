"""A table in memory that answers PynamoDB as DynamoDB does, a hundred times as fast as a mocked cloud.

It knows the operations, conditions and updates that `functions/payments` uses and refuses every other one;
`test_quick_table.py` shows that moto answers the same. Its calls can be made to fail.
"""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError

from linli.dynamodb import Store

Item = dict[str, dict[str, Any]]
Names = dict[str, str]
Values = dict[str, dict[str, Any]]
Test = Callable[[Item, Names, Values], bool]
Fault = Callable[[str, Callable[[], Any]], Any]
DUE = ("kind", "due", "paid_by", "paid_at", "receipt", "refunded_fen")
CALLBACK = ("verdict", "provider", "notice", "outcome", "mismatch", "first_at", "last_at", "deliveries")
INDEXES: dict[str, tuple[str, str, tuple[str, ...]]] = {  # as in infra/payments/state.yaml
    "by_shelf": ("shelf", "shelved_at", (*DUE, "intent", "refund", *CALLBACK)),
    "by_state": ("standing", "shelved_at", DUE),
    "due": ("due_shard", "due_at", ("kind",)),
}
COMPARISONS: dict[str, Callable[[Any, list[Any]], bool]] = {
    "=": lambda value, given: value == given[0],
    "<": lambda value, given: value < given[0],
    ">": lambda value, given: value > given[0],
    "<=": lambda value, given: value <= given[0],
    "BETWEEN": lambda value, given: given[0] <= value <= given[1],
    "IN": lambda value, given: value in given,
}
TOKEN = re.compile(r"\(|\)|,|<>|<=|>=|<|>|=|[#:]\w+|\w+")
CLAUSE = re.compile(r"\b(SET|REMOVE|ADD|DELETE) ")


class Killed(BaseException):
    """The process ends here: no handler of ours may catch it."""


def failed(operation: str, code: str, **more: Any) -> ClientError:
    """An error of DynamoDB."""
    response: Any = {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {}, **more}
    return ClientError(response, operation)


class QuickTable:
    """Stands in for PynamoDB's client. `fault(operation, call)` decides what becomes of a call."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str], Item] = {}
        self.calls: list[str] = []
        self.fault: Fault = lambda _operation, call: call()

    def _make_api_call(self, operation: str, kwargs: dict[str, Any]) -> Any:
        self.calls.append(operation)
        act = {
            "BatchGetItem": self._batch_get,
            "PutItem": self._put,
            "Query": self._query,
            "TransactWriteItems": self._transact,
            "UpdateItem": self._update,
        }[operation]
        return self.fault(operation, lambda: act(kwargs))

    def _batch_get(self, kwargs: dict[str, Any]) -> Any:
        ((name, wanted),) = kwargs["RequestItems"].items()
        found = [self.items[key] for each in wanted["Keys"] if (key := _key(each)) in self.items]
        return {"Responses": {name: found}, "UnprocessedKeys": {}}

    def _put(self, kwargs: dict[str, Any]) -> Any:
        assert "ConditionExpression" not in kwargs
        self.items[_key(kwargs["Item"])] = kwargs["Item"]
        return {}

    def _update(self, kwargs: dict[str, Any]) -> Any:
        key = _key(kwargs["Key"])
        if not self._holds(key, kwargs):
            raise failed("UpdateItem", "ConditionalCheckFailedException")
        self.items[key] = _updated(self.items.get(key, kwargs["Key"]), kwargs)
        return {"Attributes": self.items[key]}

    def _transact(self, kwargs: dict[str, Any]) -> Any:
        writes = [next(iter(each.items())) for each in kwargs["TransactItems"]]
        keys = [_key(each["Item"] if kind == "Put" else each["Key"]) for kind, each in writes]
        assert len(set(keys)) == len(keys), "a transaction writes each row once"
        reasons = [self._reason(key, each) for key, (_, each) in zip(keys, writes, strict=True)]
        if any(reason["Code"] != "None" for reason in reasons):
            raise failed("TransactWriteItems", "TransactionCanceledException", CancellationReasons=reasons)
        for key, (kind, each) in zip(keys, writes, strict=True):
            if kind == "Put":
                self.items[key] = each["Item"]
            elif kind == "Update":
                self.items[key] = _updated(self.items.get(key, each["Key"]), each)
            elif kind == "Delete":
                self.items.pop(key, None)
            else:
                assert kind == "ConditionCheck"
        return {}

    def _query(self, kwargs: dict[str, Any]) -> Any:
        names, values = kwargs["ExpressionAttributeNames"], kwargs["ExpressionAttributeValues"]
        hash_name, range_name, projected = INDEXES.get(kwargs.get("IndexName", ""), ("pk", "sk", ()))
        matches = _test(kwargs["KeyConditionExpression"])
        found = [
            item
            for item in self.items.values()
            if hash_name in item and range_name in item and matches(item, names, values)
        ]
        found.sort(key=lambda item: item[range_name]["S"], reverse=not kwargs.get("ScanIndexForward", True))
        limit = kwargs.get("Limit", len(found))
        page = found[:limit]
        if "FilterExpression" in kwargs:
            passes = _test(kwargs["FilterExpression"])
            page = [item for item in page if passes(item, names, values)]
        if projected:
            shown = {"pk", "sk", hash_name, range_name, *projected}
            page = [{name: value for name, value in item.items() if name in shown} for item in page]
        return {"Items": page, "Count": len(page), "ScannedCount": limit}

    def _reason(self, key: tuple[str, str], write: dict[str, Any]) -> dict[str, Any]:
        if self._holds(key, write):
            return {"Code": "None"}
        item = self.items.get(key)
        told = item and write.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
        return {"Code": "ConditionalCheckFailed", "Message": "", **({"Item": item} if told else {})}

    def _holds(self, key: tuple[str, str], write: dict[str, Any]) -> bool:
        if "ConditionExpression" not in write:
            return True
        names, values = write["ExpressionAttributeNames"], write.get("ExpressionAttributeValues", {})
        return _test(write["ConditionExpression"])(self.items.get(key, {}), names, values)


def _key(item: Item) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]


def _plain(value: dict[str, Any] | None) -> Any:
    """A value that can be compared; None for none."""
    if value is None:
        return None
    ((kind, raw),) = value.items()
    return int(raw) if kind == "N" else raw


_compiled: dict[str, Test] = {}


def _test(expression: str) -> Test:
    if expression not in _compiled:
        tokens = TOKEN.findall(expression)
        test = _either(tokens)
        assert not tokens, expression
        _compiled[expression] = test
    return _compiled[expression]


def _either(tokens: list[str]) -> Test:
    left = _both(tokens)
    while tokens and tokens[0] == "OR":
        tokens.pop(0)
        left = _joined(left, _both(tokens), any)
    return left


def _both(tokens: list[str]) -> Test:
    left = _one(tokens)
    while tokens and tokens[0] == "AND":
        tokens.pop(0)
        left = _joined(left, _one(tokens), all)
    return left


def _joined(left: Test, right: Test, how: Callable[[Iterator[bool]], bool]) -> Test:
    return lambda item, names, values: how(test(item, names, values) for test in (left, right))


def _one(tokens: list[str]) -> Test:
    token = tokens.pop(0)
    if token == "(":
        inner = _either(tokens)
        assert tokens.pop(0) == ")"
        return inner
    if token in {"attribute_exists", "attribute_not_exists"}:
        name = _arguments(tokens)[0]
        wanted = token == "attribute_exists"
        return lambda item, names, _values: (names[name] in item) is wanted
    if token == "begins_with":
        name, prefix = _arguments(tokens)
        return lambda item, names, values: str(_plain(item.get(names[name]))).startswith(values[prefix]["S"])
    return _comparison(token, tokens)


def _arguments(tokens: list[str]) -> list[str]:
    assert tokens.pop(0) == "("
    end = tokens.index(")")
    found = [token for token in tokens[:end] if token != ","]
    del tokens[: end + 1]
    return found


def _comparison(name: str, tokens: list[str]) -> Test:
    operator = tokens.pop(0)
    operands = [tokens.pop(0)]
    if operator == "BETWEEN":
        assert tokens.pop(0) == "AND"
        operands.append(tokens.pop(0))
    if operator == "IN":
        assert operands == ["("]
        operands = []
        while (token := tokens.pop(0)) != ")":
            operands += [token] if token != "," else []

    compare = COMPARISONS[operator]

    def test(item: Item, names: Names, values: Values) -> bool:
        value = _plain(item.get(names[name]))
        return value is not None and compare(value, [_plain(values[each]) for each in operands])

    return test


def _updated(old: Item, write: dict[str, Any]) -> Item:
    names, values = write["ExpressionAttributeNames"], write.get("ExpressionAttributeValues", {})
    item = dict(old)
    parts = CLAUSE.split(write["UpdateExpression"])[1:]
    for clause, text in zip(parts[::2], parts[1::2], strict=True):
        for action in re.split(r", (?![^(]*\))", text.strip()):
            tokens = TOKEN.findall(action)
            _apply(clause, [names.get(token) or values.get(token, token) for token in tokens], old, item)
    return item


def _apply(clause: str, action: list[Any], old: Item, item: Item) -> None:
    """One action, its names and values in their places: `a`, `a 1`, `a = 1` or `a = if_not_exists (a, 1)`."""
    attribute, *rest = action
    if clause == "REMOVE":
        item.pop(attribute, None)
    elif clause == "ADD":
        before = int(old[attribute]["N"]) if attribute in old else 0
        item[attribute] = {"N": str(before + int(rest[0]["N"]))}
    elif clause == "SET" and rest[1] == "if_not_exists":
        item[attribute] = old.get(rest[3], rest[5])
    else:
        assert (clause, len(rest)) == ("SET", 2), action
        item[attribute] = rest[1]


@contextmanager
def in_place_of_dynamodb() -> Iterator[QuickTable]:
    """A quick table, empty, behind all rows."""
    table, before = QuickTable(), Store.client
    logging.disable()  # a line for each of ten thousand calls helps nobody
    Store.client = property(lambda _: table)  # type: ignore[assignment,method-assign]  # what PynamoDB calls
    try:
        yield table
    finally:
        logging.disable(logging.NOTSET)
        Store.client = before  # type: ignore[method-assign]  # as it was
