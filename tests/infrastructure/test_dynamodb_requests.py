"""What DynamoDB refuses and what it takes: where a cloud says otherwise, a fault of ours passes there."""

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from linli_cli.layout import ROOT
from linli_cli.local import local_cloud
from linli_cli.local.dynamodb_local import installed, missing, serving
from linli_cli.local.embedded_cloud import EmbeddedCloud
from linli_cli.local.local_cloud import free_ports

VENVS = ROOT / ".linli/venvs"
DYNAMODB_LOCAL = VENVS / "dynamodb-local"
ASKED_FOR = pytest.param("from_aws", marks=pytest.mark.dynamodb_local)
TABLE = "requests"
KEY = {"pk": {"S": "willow"}, "sk": {"S": "1"}}
ROW = {
    **KEY,
    "remaining": {"N": "5"},
    "said": {"S": "hello"},
    "urgent": {"BOOL": True},
    "labels": {"SS": ["a", "b"]},
    "steps": {"L": [{"N": "1"}]},
    "home": {"M": {"floor": {"N": "3"}}},
}
ONE, TEXT, LIST = {"N": "1"}, {"S": "hello"}, {"L": [{"N": "1"}]}
Request = dict[str, Any]


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """DynamoDB of the embedded cloud."""
    local = EmbeddedCloud(tmp_path_factory.mktemp("dynamodb"), *free_ports(), venvs=VENVS)
    local.install()
    local.start()
    yield client(local.endpoint)
    local.stop()


@pytest.fixture(scope="session")
def from_aws() -> Iterator[Any]:
    """AWS's DynamoDB Local."""
    if reason := missing(DYNAMODB_LOCAL):
        pytest.skip(reason)
    with serving(installed(DYNAMODB_LOCAL)) as served:
        yield client(served.url)


@pytest.fixture(scope="session", params=["embedded", ASKED_FOR])
def dynamodb(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


def client(url: str) -> Any:
    """With one table, which has an index of the keys and `kind`."""
    made = boto3.client(
        "dynamodb",
        endpoint_url=url,
        region_name=local_cloud.REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(parameter_validation=False, retries={"total_max_attempts": 1}),
    )
    made.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "by")],
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-kind",
                "KeySchema": [{"AttributeName": "by", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["kind"]},
            }
        ],
    )
    return made


def with_values(request: Request, names: Request, values: Request) -> Request:
    """A request with the placeholders that it needs."""
    named = {"ExpressionAttributeNames": names} if names else {}
    return {
        "TableName": TABLE,
        **request,
        **named,
        **({"ExpressionAttributeValues": values} if values else {}),
    }


def condition(text: str, names: Request | None = None, /, **values: Any) -> tuple[str, Request]:
    request = {"Item": ROW, "ConditionExpression": text}
    return "put_item", with_values(
        request, names or {}, {f":{name}": value for name, value in values.items()}
    )


def put_if(text: str, values: Request) -> tuple[str, Request]:
    action, request = condition(text)
    return action, {**request, "ExpressionAttributeValues": values}


def update(text: str, names: Request | None = None, /, **values: Any) -> tuple[str, Request]:
    request = {"Key": KEY, "UpdateExpression": text}
    return "update_item", with_values(
        request, names or {}, {f":{name}": value for name, value in values.items()}
    )


def query(
    text: str, names: Request | None = None, more: Request | None = None, /, **values: Any
) -> tuple[str, Request]:
    request = {"KeyConditionExpression": text, **(more or {})}
    return "query", with_values(request, names or {}, {f":{name}": value for name, value in values.items()})


def filtered(text: str, /, **values: Any) -> tuple[str, Request]:
    """A query that finds no row for its filter."""
    return query("pk = :nobody", None, {"FilterExpression": text}, nobody={"S": "nobody"}, **values)


def transaction(*members: Request) -> tuple[str, Request]:
    return "transact_write_items", {"TransactItems": list(members)}


def put(**item: Any) -> tuple[str, Request]:
    return "put_item", {"TableName": TABLE, "Item": {**KEY, **item}}


HERE = {"TableName": TABLE, "Key": KEY}
BY = {"IndexName": "by-kind"}

REFUSED = {
    # the grammar of conditions
    "arithmetic": condition("remaining - :one >= :one", one=ONE),
    "a sum": condition("remaining >= :one + :one", one=ONE),
    "an unknown function": condition("no_such_function(remaining)"),
    "a function in capitals": condition("ATTRIBUTE_EXISTS(remaining)"),
    "a function of updates": condition("if_not_exists(remaining, :one) = :one", one=ONE),
    "a size that is compared with nothing": condition("size(said)"),
    "a path alone": condition("remaining"),
    "a number as it is": condition("remaining = 5"),
    "a text as it is": condition("said = 'hello'"),
    "two equals signs": condition("remaining == :one", one=ONE),
    "a comparison of three": condition(":one < remaining < :one", one=ONE),
    "an unfinished condition": condition("remaining = :one AND", one=ONE),
    "two conditions": condition("remaining = :one remaining = :one", one=ONE),
    "an empty condition": condition(" "),
    "needless parentheses": condition("((remaining = :one))", one=ONE),
    "a reserved word": condition("status = :one", one=ONE),
    "a reserved word inside": condition("home.status = :one", one=ONE),
    "a hyphen in a name": condition("a-b = :one", one=ONE),
    "an attribute compared with itself": condition("remaining = remaining"),
    "too many operators": condition(" OR ".join(["remaining = :one"] * 151), one=ONE),
    "101 values of IN": condition("remaining IN (" + ", ".join([":one"] * 101) + ")", one=ONE),
    "nested too deeply": condition("NOT " * 600 + "remaining = :one", one=ONE),
    # what is compared
    "whether true is less": condition("urgent < :true", true={"BOOL": True}),
    "whether a list is less": condition("steps <= :list", list=LIST),
    "whether a number begins so": condition("begins_with(said, :one)", one=ONE),
    "between two kinds": condition("remaining BETWEEN :one AND :text", one=ONE, text=TEXT),
    "between the greater and the smaller": condition(
        "remaining BETWEEN :two AND :one", one=ONE, two={"N": "2"}
    ),
    "a type that there is not": condition("attribute_type(said, :type)", type={"S": "TEXT"}),
    # placeholders
    "an undefined value": condition("remaining = :0"),
    "an undefined name": condition("#0 = :one", one=ONE),
    "an unused value": condition("attribute_exists(said)", one=ONE),
    "an unused value that another begins with": condition("remaining = :10", **{"1": ONE, "10": ONE}),
    "an unused name that another begins with": condition(
        "attribute_exists(#10)", {"#1": "said", "#10": "said"}
    ),
    "a name without its sign": condition("said = :text", {"said": "said"}, text=TEXT),
    "a placeholder of no name": condition("attribute_exists(#0)", {"#0": ""}),
    "no values, but room for them": put_if("attribute_exists(said)", {}),
    "an empty set as a value": condition("labels = :none", none={"SS": []}),
    "a value of two types": condition("said = :both", both={"S": "a", "N": "1"}),
    "a value of no type": condition("said = :none", none={}),
    # updates
    "two changes of one attribute": update("SET remaining = :one, remaining = :one", one=ONE),
    "two changes by two names": update("SET #0 = :one REMOVE remaining", {"#0": "remaining"}, one=ONE),
    "a change within a change": update("SET home.floor = :one, home = :map", one=ONE, map={"M": {}}),
    "a map that is a list": update("SET home.floor = :one, home[0] = :one", one=ONE),
    "a section twice": update("SET remaining = :one SET said = :one", one=ONE),
    "a section without changes": update("SET"),
    "a comma at the end": update("SET remaining = :one,", one=ONE),
    "a comma that is missing": update("SET remaining = :one said = :one", one=ONE),
    "a product": update("SET remaining = remaining * :one", one=ONE),
    "a sum of three": update("SET remaining = remaining + :one + :one", one=ONE),
    "a minus of one": update("SET remaining = -:one", one=ONE),
    "a size in an update": update("SET remaining = size(said)"),
    "an addition with an equals sign": update("ADD remaining = :one", one=ONE),
    "more than a removal": update("REMOVE remaining = :one", one=ONE),
    "a text in a sum": update("SET remaining = remaining + :text", text=TEXT),
    "a sum with a text": update("SET said = said + :one", one=ONE),
    "a number appended": update("SET steps = list_append(steps, :one)", one=ONE),
    "a list appended to a text": update("SET said = list_append(said, :list)", list=LIST),
    "a list appended to nothing": update("SET early = list_append(early, :list)", list=LIST),
    "a copy of nothing": update("SET said = early"),
    "a sum of 39 digits": update("SET remaining = remaining + :small", small={"N": "1E-38"}),
    "an addition of 39 digits": update("ADD remaining :small", small={"N": "1E-38"}),
    "a place in nothing": update("SET early.late = :one", one=ONE),
    "a removal in nothing": update("REMOVE early.late"),
    "an addition in nothing": update("ADD early.late :one", one=ONE),
    "a removal in a text": update("REMOVE said.late"),
    "an element of a text": update("SET said[0] = :one", one=ONE),
    "a text added": update("ADD said :text", text=TEXT),
    "a key": update("SET pk = :text", text=TEXT),
    "an index key of another type": update("SET by = :one", one=ONE),
    "an index key without text": update("SET by = :none", none={"S": ""}),
    # queries
    "OR in a key condition": query("pk = :text OR pk = :text", text=TEXT),
    "another sign in a key condition": query("pk = :text AND sk <> :text", text=TEXT),
    "contains in a key condition": query("pk = :text AND contains(sk, :text)", text=TEXT),
    "size in a key condition": query("pk = :text AND size(sk) > :one", text=TEXT, one=ONE),
    "a key compared with a key": query("pk = :text AND sk = pk", text=TEXT),
    "two conditions of one key": query("pk = :text AND sk > :text AND sk < :text", text=TEXT),
    "a filter on a key": filtered("sk = :text", text=TEXT),
    "a filter with arithmetic": filtered("remaining - :one > :one", one=ONE),
    "a filter with an unknown function": filtered("no_such_function(said)"),
    "a filter with a reserved word": filtered("attribute_exists(status)"),
    "an empty filter": filtered(""),
    "a filter on what the index has not": query(
        "#by = :text", {"#by": "by"}, {**BY, "FilterExpression": "said = :text"}, text=TEXT
    ),
    "what the index has not": query(
        "#by = :text", {"#by": "by"}, {**BY, "ProjectionExpression": "said"}, text=TEXT
    ),
    "all of an index that has not all": query(
        "#by = :text", {"#by": "by"}, {**BY, "Select": "ALL_ATTRIBUTES"}, text=TEXT
    ),
    "arithmetic in a projection": query(
        "pk = :text", None, {"ProjectionExpression": "remaining + said"}, text=TEXT
    ),
    "a projection of the same": query(
        "pk = :text", None, {"ProjectionExpression": "home, home.floor"}, text=TEXT
    ),
    "a projection of a missing row": (
        "get_item",
        {**HERE, "Key": {**KEY, "sk": {"S": "none"}}, "ProjectionExpression": "a b"},
    ),
    # rows
    "an attribute without a name": put(**{"": TEXT}),
    "a map with a key without a name": put(home={"M": {"": TEXT}}),
    "an empty set": put(labels={"SS": []}),
    "an empty set inside": put(home={"M": {"labels": {"SS": []}}}),
    "a key without text": put(sk={"S": ""}),
    "a row over 400 KB": put(said={"S": "x" * 410_000}),
    "a number of 39 digits": put(remaining={"N": "1" * 39}),
    # many at once
    "a row twice in a transaction": transaction({"Put": {"TableName": TABLE, "Item": ROW}}, {"Delete": HERE}),
    "101 actions": transaction(
        *({"Delete": {**HERE, "Key": {**KEY, "sk": {"S": str(n)}}}} for n in range(101))
    ),
    "two actions in one": transaction(
        {"Delete": HERE, "Put": {"TableName": TABLE, "Item": {**ROW, "sk": TEXT}}}
    ),
    "a check of nothing": transaction({"ConditionCheck": HERE}),
    "a row without its key": transaction({"Put": {"TableName": TABLE, "Item": {"pk": TEXT}}}),
    "arithmetic in a transaction": transaction({"Put": condition("remaining - :one > :one", one=ONE)[1]}),
    "an empty set in a transaction": transaction(
        {"Update": update("SET labels = :none", none={"SS": []})[1]}
    ),
    "two changes in a transaction": transaction(
        {"Update": update("SET said = :text, said = :text", text=TEXT)[1]}
    ),
    "a row twice in a batch": (
        "batch_write_item",
        {"RequestItems": {TABLE: [{"PutRequest": {"Item": ROW}}, {"DeleteRequest": {"Key": KEY}}]}},
    ),
    "26 rows in a batch": (
        "batch_write_item",
        {
            "RequestItems": {
                TABLE: [{"PutRequest": {"Item": {**ROW, "sk": {"S": str(n)}}}} for n in range(26)]
            }
        },
    ),
    "a name without a use in a batch": (
        "batch_get_item",
        {"RequestItems": {TABLE: {"Keys": [KEY], "ExpressionAttributeNames": {"#0": "said"}}}},
    ),
}

TAKEN = {
    "a comparison": condition("remaining >= :one", one=ONE),
    "parentheses with a use": condition(
        "(remaining = :one) OR (attribute_exists(said) AND NOT said = :one)", one=ONE
    ),
    "no spaces": condition("(remaining=:one)OR(size(said)>:one)", one=ONE),
    "a path": condition("home.#0 > :one AND steps[0] = :one", {"#0": "floor"}, one=ONE),
    "a function of a map": condition(
        "attribute_type(home, :type) AND contains(labels, :a)", type={"S": "M"}, a={"S": "a"}
    ),
    "150 comparisons": condition(" OR ".join(["remaining >= :one"] * 150), one=ONE),
    "what is not there is not that": condition("early <> :one AND NOT early = late", one=ONE),
    "what is no text does not begin so": condition("NOT begins_with(remaining, :text)", text=TEXT),
    "keys in a condition": condition("attribute_exists(pk) AND sk <> :text", text=TEXT),
    "a difference": update("SET remaining = remaining - :one", one=ONE),
    "a difference in parentheses": update("SET remaining = (remaining - :one)", one=ONE),
    "a counter that is not there": update("SET early = if_not_exists(early, :one) + :one", one=ONE),
    "a list that is not there": update(
        "SET early = list_append(if_not_exists(early, :list), :list)", list=LIST
    ),
    "four sections": update(
        "SET said = :text REMOVE urgent ADD remaining :one DELETE labels :a",
        text=TEXT,
        one=ONE,
        a={"SS": ["a"]},
    ),
    "two elements": update(
        "SET home.floor = :one, home.door = :one, steps[0] = :one, steps[7] = :one", one=ONE
    ),
    "a removal of nothing": update("REMOVE early, home.door, steps[7]"),
    "words in small letters": update("set remaining = :one remove said", one=ONE),
    "a range of a key": query("pk = :text AND begins_with(sk, :text)", text=TEXT),
    "a range in parentheses": query("(pk = :text) AND (sk BETWEEN :text AND :text)", text=TEXT),
    "a value before its key": query(":text = pk", text=TEXT),
    "a filter of what the index has": query(
        "#by = :text", {"#by": "by"}, {**BY, "FilterExpression": "kind = :text"}, text=TEXT
    ),
    "what the index has": query(
        "#by = :text", {"#by": "by"}, {**BY, "ProjectionExpression": "pk, kind"}, text=TEXT
    ),
    "an empty text": put(said={"S": ""}),
    "a row of nearly 400 KB": put(said={"S": "x" * 409_000}),
    "100 actions": transaction(
        *({"Delete": {**HERE, "Key": {**KEY, "sk": {"S": str(n)}}}} for n in range(100))
    ),
}


def outcome(dynamodb: Any, action: str, request: Request) -> str:
    """How DynamoDB calls what came of it."""
    try:
        getattr(dynamodb, action)(**request)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "taken"


def row(dynamodb: Any) -> Any:
    return dynamodb.get_item(TableName=TABLE, Key=KEY, ConsistentRead=True).get("Item")


@pytest.mark.parametrize("fault", REFUSED)
def test_what_dynamodb_refuses_is_refused_and_changes_nothing(dynamodb: Any, fault: str) -> None:
    dynamodb.put_item(TableName=TABLE, Item=ROW)
    before = row(dynamodb)
    assert outcome(dynamodb, *REFUSED[fault]) == "ValidationException"
    assert row(dynamodb) == before


@pytest.mark.parametrize("request_", TAKEN)
def test_what_dynamodb_takes_is_taken(dynamodb: Any, request_: str) -> None:
    dynamodb.put_item(TableName=TABLE, Item=ROW)
    assert outcome(dynamodb, *TAKEN[request_]) == "taken"


def test_a_transaction_that_changes_a_key_is_cancelled(dynamodb: Any) -> None:
    dynamodb.put_item(TableName=TABLE, Item=ROW)
    changed = transaction({"Update": update("SET sk = :text", text=TEXT)[1]})
    assert outcome(dynamodb, *changed) == "TransactionCanceledException"
    assert row(dynamodb)["sk"] == KEY["sk"]


@pytest.mark.parametrize("text", ["SET remaining = remaining + :one", "ADD remaining :one"])
def test_a_sum_keeps_38_digits(dynamodb: Any, text: str) -> None:
    dynamodb.put_item(
        TableName=TABLE, Item={**ROW, "remaining": {"N": "12345678901234567890123456789012345678"}}
    )
    assert outcome(dynamodb, *update(text, one=ONE)) == "taken"
    assert row(dynamodb)["remaining"] == {"N": "12345678901234567890123456789012345679"}


def test_two_attributes_that_are_not_there_are_not_equal(dynamodb: Any) -> None:
    dynamodb.put_item(TableName=TABLE, Item=ROW)
    assert outcome(dynamodb, *condition("early = late")) == "ConditionalCheckFailedException"


NAMES = ["remaining", "said", "home.floor", "steps[0]", "#0", ":one", ":two", "5", "_", "邻"]
SIGNS = ["=", "<>", "<=", "(", ")", "[", "]", ".", ",", "+", "-", "*", "\\", "'"]
WORDS = ["AND", "OR", "NOT", "BETWEEN", "IN", "SET", "REMOVE", "ADD", "DELETE"]
CALLS = ["size(", "contains(", "attribute_exists(", "begins_with(", "if_not_exists(", "list_append("]


@settings(max_examples=150, deadline=None)
@given(
    words=st.lists(st.sampled_from([*NAMES, *SIGNS, *WORDS, *CALLS]), max_size=9),
    slot=st.sampled_from(["ConditionExpression", "UpdateExpression"]),
)
def test_no_expression_is_too_odd_to_be_answered(dynamodb: Any, words: list[str], slot: str) -> None:
    request = {**HERE, slot: " ".join(words)}
    if ":one" in words:
        request["ExpressionAttributeValues"] = {":one": ONE}
    said = outcome(dynamodb, "update_item", request)
    assert said in {"ValidationException", "ConditionalCheckFailedException", "taken"}


PATHS = [*ROW.keys() - {"pk", "by"}, "steps[0]", "steps[1]", "home.floor", "home.door", "early", "early.late"]
PLACES = [path for path in PATHS if path != "sk"]
SCALARS = st.sampled_from(
    [{"N": "1"}, {"N": "5"}, {"N": "-2"}, {"S": ""}, {"S": "hello"}, {"S": "h"}, {"BOOL": True}]
)
SETS = st.sampled_from([{"SS": ["a"]}, {"SS": ["a", "c"]}, {"NS": ["1", "2"]}])
LISTS = st.builds(lambda items: {"L": items}, st.lists(SCALARS, max_size=2))
MAPS = st.builds(
    lambda items: {"M": items}, st.dictionaries(st.sampled_from(["floor", "door"]), SCALARS | LISTS)
)
VALUES = SCALARS | SETS | LISTS | MAPS
ROWS = st.dictionaries(
    st.sampled_from(["remaining", "said", "urgent", "labels", "steps", "home", "early"]), VALUES
)
OPERATORS = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])


class Writer:
    """Writes expressions that DynamoDB can read, and of which it takes about half."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw, self.values = draw, dict[str, Any]()

    def one_of(self, *ways: Callable[[], str]) -> str:
        return self.draw(st.sampled_from(ways))()

    def path(self, paths: list[str] = PATHS) -> str:
        return self.draw(st.sampled_from(paths))

    def value(self, kind: st.SearchStrategy[Any] = VALUES) -> str:
        key = f":{len(self.values)}"
        self.values[key] = self.draw(kind)
        return key

    def operand(self) -> str:
        return self.one_of(self.path, self.value, lambda: f"size({self.path()})")

    def condition(self, depth: int = 2) -> str:
        leaves = [
            lambda: f"{self.operand()} {self.draw(OPERATORS)} {self.operand()}",
            lambda: f"attribute_exists({self.path()})",
            lambda: f"attribute_not_exists({self.path()})",
            lambda: f"begins_with({self.path()}, {self.value(SCALARS)})",
            lambda: f"contains({self.path()}, {self.value()})",
            lambda: f"{self.path()} BETWEEN {self.value(SCALARS)} AND {self.value(SCALARS)}",
            lambda: f"{self.path()} IN ({self.value()}, {self.operand()})",
        ]
        joined = [
            lambda: f"({self.condition(depth - 1)}) AND ({self.condition(depth - 1)})",
            lambda: f"({self.condition(depth - 1)}) OR ({self.condition(depth - 1)})",
            lambda: f"NOT ({self.condition(depth - 1)})",
        ]
        return self.one_of(*leaves, *(joined if depth else []))

    def addend(self) -> str:
        return self.one_of(self.path, self.value, lambda: f"if_not_exists({self.path()}, {self.value()})")

    def amount(self) -> str:
        return self.one_of(
            self.addend,
            lambda: f"{self.addend()} {self.draw(st.sampled_from('+-'))} {self.value(SCALARS)}",
            lambda: f"list_append({self.addend()}, {self.value(LISTS)})",
        )

    def update(self) -> str:
        sections = {
            "SET": lambda: f"{self.path(PLACES)} = {self.amount()}",
            "REMOVE": lambda: self.path(PLACES),
            "ADD": lambda: f"{self.path(PLACES)} {self.value(SCALARS | SETS)}",
            "DELETE": lambda: f"{self.path(PLACES)} {self.value(SETS)}",
        }
        chosen = self.draw(st.lists(st.sampled_from(sorted(sections)), min_size=1, max_size=3, unique=True))
        return " ".join(
            f"{section} " + ", ".join(sections[section]() for _ in range(self.draw(st.integers(1, 2))))
            for section in chosen
        )


@st.composite
def changes(draw: st.DrawFn) -> Request:
    """An UpdateItem, mostly under a condition."""
    writer = Writer(draw)
    request = {**HERE, "UpdateExpression": writer.update()}
    if draw(st.integers(0, 3)):
        request["ConditionExpression"] = writer.condition()
    return {**request, "ExpressionAttributeValues": writer.values} if writer.values else request


def sorted_sets(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: sorted(each) if key in ("SS", "NS") else sorted_sets(each) for key, each in value.items()
        }
    return [sorted_sets(each) for each in value] if isinstance(value, list) else value


@pytest.mark.dynamodb_local
@settings(max_examples=500, deadline=None)
@given(attributes=ROWS, change=changes())
def test_the_embedded_cloud_changes_rows_as_aws_does(
    embedded: Any, from_aws: Any, attributes: Request, change: Request
) -> None:
    came_of_it = []
    for store in (embedded, from_aws):
        store.put_item(TableName=TABLE, Item={**KEY, **attributes})
        came_of_it.append((outcome(store, "update_item", change), sorted_sets(row(store))))
    assert came_of_it[0] == came_of_it[1]
