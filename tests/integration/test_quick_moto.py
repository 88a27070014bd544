"""The quick moto answers as moto does, step by step, and leaves the same behind: rows and a stream."""

from contextlib import ExitStack
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st
from moto.cloudformation.models import Stack
from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from linli.aws import of_botocore
from tests.integration.conftest import ENVIRONMENT, _state_template
from tests.integration.quick_moto import plain

pytestmark = pytest.mark.usefixtures("cloud")
TABLE = "table"
Step = tuple[str, dict[str, Any]]

keys = st.fixed_dictionaries({"pk": st.sampled_from("ab"), "sk": st.sampled_from("12")}).map(
    lambda key: {name: {"S": value} for name, value in key.items()}
)
numbers = st.integers(-3, 3).map(lambda number: {"N": str(number)})
values = st.recursive(
    st.one_of(
        numbers,
        st.sampled_from("xyz").map(lambda text: {"S": text}),
        st.booleans().map(lambda yes: {"BOOL": yes}),
        st.just({"NULL": True}),
        st.binary(max_size=2).map(lambda some: {"B": some}),
        st.lists(st.sampled_from("xyz"), min_size=1, unique=True).map(lambda some: {"SS": some}),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2).map(lambda some: {"L": some}),
        st.dictionaries(st.sampled_from("pq"), inner, max_size=2).map(lambda some: {"M": some}),
    ),
    max_leaves=4,
)
rows = st.fixed_dictionaries(
    {},
    optional={
        "anything": values,
        "quantity": numbers,
        "labels": st.just({"SS": ["x", "y"]}),
        "remarks": st.just({"L": [{"S": "x"}]}),
        "details": st.just({"M": {"p": {"N": "1"}}}),
        "shelf": st.sampled_from("st").map(lambda text: {"S": text}),
        "shelved_at": st.sampled_from("123").map(lambda text: {"S": text}),
    },
)
conditions: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [
        {},
        {"ConditionExpression": "attribute_not_exists(pk)"},
        {"ConditionExpression": "attribute_exists(pk) AND NOT attribute_exists(shelf)"},
        {"ConditionExpression": "quantity < :most", "ExpressionAttributeValues": {":most": {"N": "1"}}},
    ]
)
UPDATES: list[tuple[str, dict[str, Any]]] = [
    ("SET anything = :s ADD quantity :n", {":s": {"S": "x"}, ":n": {"N": "2"}}),
    ("ADD labels :t", {":t": {"SS": ["y", "z"]}}),
    ("DELETE labels :t", {":t": {"SS": ["x"]}}),
    (
        "SET remarks = list_append(if_not_exists(remarks, :e), :l)",
        {":e": {"L": []}, ":l": {"L": [{"N": "1"}]}},
    ),
    ("SET details.q = :s, remarks[0] = :s", {":s": {"S": "x"}}),
    ("SET quantity = quantity + :n REMOVE anything", {":n": {"N": "1"}}),
    ("REMOVE shelf", {}),
    ("SET shelf = :s, shelved_at = :s", {":s": {"S": "s"}}),
]
shown = st.sampled_from([{}, {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}])


def put(key: Any, row: Any, condition: Any, show: Any) -> Step:
    return "put_item", {"Item": key | row, **condition, **show}


def update(key: Any, what: Any, condition: Any, show: Any) -> Step:
    expression, given_values = what
    all_values = given_values | condition.get("ExpressionAttributeValues", {})
    named = {"ExpressionAttributeValues": all_values} if all_values else {}
    return "update_item", {"Key": key, "UpdateExpression": expression, **condition, **named, **show}


def delete(key: Any, condition: Any, show: Any) -> Step:
    return "delete_item", {"Key": key, **condition, **show}


writes = st.one_of(
    st.builds(put, keys, rows, conditions, shown),
    st.builds(put, keys, rows, st.just({}), shown),
    st.builds(update, keys, st.sampled_from(UPDATES), conditions, shown),
    st.builds(delete, keys, conditions, shown),
)
checks = st.builds(
    lambda key, condition: ("condition_check", {"Key": key, **condition}),
    keys,
    conditions.filter(bool),
)
IN_A_TRANSACTION = {
    "put_item": "Put", "update_item": "Update", "delete_item": "Delete", "condition_check": "ConditionCheck",
}  # fmt: skip


def transaction(steps: list[Step]) -> Step:
    items = [{IN_A_TRANSACTION[name]: {"TableName": TABLE, **asked}} for name, asked in steps]
    return "transact_write_items", {"TransactItems": items}


OF_ROWS = [
    {"KeyConditionExpression": "pk = :p"},
    {"KeyConditionExpression": "pk = :p AND sk > :s"},
    {"KeyConditionExpression": "pk = :p AND begins_with(sk, :s)"},
]
OF_INDEX = [
    {"KeyConditionExpression": "shelf = :p", "IndexName": "by_shelf"},
    {"KeyConditionExpression": "shelf = :p AND shelved_at BETWEEN :s AND :s", "IndexName": "by_shelf"},
    {"KeyConditionExpression": "shelf = :p", "IndexName": "by_shelf_alone"},
]


def query(asked: Any, hashed: str, ranged: str, more: Any) -> Step:
    given_values = {":p": {"S": hashed}} | ({":s": {"S": ranged}} if ":s" in str(asked) else {})
    return "query", {**asked, **more, "ExpressionAttributeValues": given_values}


pages = st.fixed_dictionaries(
    {}, optional={"Limit": st.integers(1, 3), "ScanIndexForward": st.booleans(), "Select": st.just("COUNT")}
)
reads = st.one_of(
    st.builds(query, st.sampled_from(OF_ROWS), st.sampled_from("ab"), st.sampled_from("12"), pages),
    st.builds(query, st.sampled_from(OF_INDEX), st.sampled_from("st"), st.sampled_from("12"), pages),
    st.builds(lambda key: ("get_item", {"Key": key}), keys),
    st.builds(
        lambda some: ("batch_get_item", {"RequestItems": {TABLE: {"Keys": some}}}),
        st.lists(keys, min_size=1, max_size=3, unique_by=str),
    ),
)
steps = st.lists(
    st.one_of(writes, reads, st.lists(st.one_of(writes, checks), min_size=1, max_size=4).map(transaction)),
    min_size=3,
    max_size=12,
)


def furnish(dynamodb: Any) -> None:
    names = ("pk", "sk", "shelf", "shelved_at")
    schema = [
        {"AttributeName": "shelf", "KeyType": "HASH"},
        {"AttributeName": "shelved_at", "KeyType": "RANGE"},
    ]
    dynamodb.create_table(
        TableName=TABLE,
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in names],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        GlobalSecondaryIndexes=[
            {"IndexName": "by_shelf", "KeySchema": schema, "Projection": {"ProjectionType": "ALL"}},
            {
                "IndexName": "by_shelf_alone",
                "KeySchema": schema[:1],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["quantity", "details"]},
            },
        ],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        BillingMode="PAY_PER_REQUEST",
    )


def said(dynamodb: Any, step: Step) -> Any:
    """All of an answer but its request's number; errors too."""
    name, asked = step
    named = {} if "RequestItems" in asked or "TransactItems" in asked else {"TableName": TABLE}
    try:
        answer = getattr(dynamodb, name)(**named, **asked)
    except ClientError as error:
        answer = dict(error.response)
    metadata = answer.pop("ResponseMetadata")
    return answer, metadata["HTTPStatusCode"]


def told() -> list[Any]:
    """What the stream says, but its numbers and times."""
    here = dynamodb_backends[DEFAULT_ACCOUNT_ID][ENVIRONMENT["AWS_DEFAULT_REGION"]]
    records = [each.to_json() for each in here.tables[TABLE].stream_shard.items]
    return [
        (each["eventName"], {name: each["dynamodb"].get(name) for name in ("Keys", "NewImage", "OldImage")})
        for each in records
    ]


def played(story: list[Step], *, quick: bool) -> Any:
    dynamodb = of_botocore("dynamodb")
    with ExitStack() as stack:
        if not quick:
            stack.enter_context(plain())
        furnish(dynamodb)
        answers = [said(dynamodb, each) for each in story]
        left = dynamodb.scan(TableName=TABLE)["Items"]
        stream = told()
        dynamodb.delete_table(TableName=TABLE)
    return answers, left, stream


@settings(max_examples=60, deadline=None, database=None, derandomize=True)
@given(steps)
def test_it_answers_as_moto_does_and_leaves_the_same_behind(story: list[Step]) -> None:
    assert played(story, quick=True) == played(story, quick=False)


def test_what_a_transaction_has_done_before_it_fails_is_undone() -> None:
    first, second = ({"pk": {"S": "a"}, "sk": {"S": sk}} for sk in "12")
    refused = ("condition_check", {"Key": second, "ConditionExpression": "attribute_exists(pk)"})
    row = {
        "labels": {"SS": ["x", "y"]},
        "remarks": {"L": [{"S": "x"}]},
        "details": {"M": {}},
        "quantity": {"N": "1"},
    }
    story = [put(first, row, {}, {})]
    story += [transaction([update(first, each, {}, {}), refused]) for each in UPDATES]
    story += [transaction([delete(first, {}, {}), refused]), transaction([put(first, {}, {}, {}), refused])]
    answers, left, stream = played(story, quick=True)
    assert (answers, left, stream) == played(story, quick=False)
    assert {answer["Error"]["Code"] for answer, _ in answers[1:]} == {"TransactionCanceledException"}
    assert left == [first | row]
    assert len(stream) == 1


def test_a_page_goes_on_where_the_last_one_ended() -> None:
    story = [
        put({"pk": {"S": "a"}, "sk": {"S": sk}}, {"shelf": {"S": "s"}, "shelved_at": {"S": sk}}, {}, {})
        for sk in "123"
    ]
    for asked in (OF_ROWS[0], OF_INDEX[0]):
        after = {"pk": {"S": "a"}, "sk": {"S": "2"}}
        after |= {"shelf": {"S": "s"}, "shelved_at": {"S": "2"}} if "IndexName" in asked else {}
        for forward in (True, False):
            more = {"ExclusiveStartKey": after, "ScanIndexForward": forward}
            story.append(query(asked, "s" if "IndexName" in asked else "a", "", more))
    answers, left, _ = played(story, quick=True)
    assert (answers, left) == played(story, quick=False)[:2]
    assert [[item["sk"]["S"] for item in answer["Items"]] for answer, _ in answers[3:]] == [["3"], ["1"]] * 2


def test_a_template_reads_as_moto_reads_it() -> None:
    for service in ("access", "payments"):
        text, _ = _state_template(service)
        quick = Stack.parse_template(text)
        with plain():
            assert Stack.parse_template(text) == quick
