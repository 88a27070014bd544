"""What the stores of our tests and local clouds answer differently, as localstack/README.md says it."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from moto import mock_aws

from linli_cli.layout import ROOT
from linli_cli.local.embedded_cloud import EmbeddedCloud
from linli_cli.local.local_cloud import free_ports
from tests.integration import dynamodb_local

STORES = ("DynamoDB Local", "embedded", "moto")
NOT_ASKED = "–"
Named = tuple[str, "Store"]
TABLE, INDEX = "linli-test-differences", "by_shelf"
HUGE = "x" * 390_000
WHERE = "pk = :p"


def key(row: str = "1", partition: str = "p") -> dict[str, Any]:
    return {"pk": {"S": partition}, "sk": {"S": row}}


class Store:
    """A table with one index, and what is asked of it."""

    def __init__(self, client: Any) -> None:
        self.client = client
        text = [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "shelf")]
        by = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
        shelf = [{"AttributeName": "shelf", "KeyType": "HASH"}, by[1]]
        index = {"IndexName": INDEX, "KeySchema": shelf, "Projection": {"ProjectionType": "ALL"}}
        client.create_table(
            TableName=TABLE, BillingMode="PAY_PER_REQUEST", AttributeDefinitions=text, KeySchema=by,
            GlobalSecondaryIndexes=[index],
        )  # fmt: skip

    def put(self, row: str = "1", partition: str = "p", **more: Any) -> str:
        self.client.put_item(TableName=TABLE, Item=key(row, partition) | more)
        return "taken"

    def get(self, **more: Any) -> Any:
        return self.client.get_item(TableName=TABLE, Key=key(), ConsistentRead=True, **more)

    def update(self, does: str, if_: str | None = None, **values: Any) -> str:
        named = {"ExpressionAttributeValues": {f":{name}": value for name, value in values.items()}}
        condition = {"ConditionExpression": if_} if if_ else {}
        self.client.update_item(TableName=TABLE, Key=key(), UpdateExpression=does, **named, **condition)
        return "taken"

    def query(self, where: str, values: dict[str, str], **more: Any) -> str:
        named = {f":{name}": {"S": value} for name, value in values.items()}
        self.client.query(
            TableName=TABLE, KeyConditionExpression=where, ExpressionAttributeValues=named, **more
        )
        return "taken"

    def batch_get(self, *keys: dict[str, Any], **more: Any) -> Any:
        asked = {TABLE: {"Keys": list(keys), "ConsistentRead": True}}
        return self.client.batch_get_item(RequestItems=asked, **more)

    def transact(self, *writes: dict[str, Any], **more: Any) -> str:
        self.client.transact_write_items(TransactItems=list(writes), **more)
        return "taken"


ONE = {"N": "1"}
COUNT = {
    "TableName": TABLE,
    "Key": key(),
    "UpdateExpression": "ADD counted :one",
    "ExpressionAttributeValues": {":one": ONE},
}


def counted(store: Store) -> int:
    return int(store.get()["Item"]["counted"]["N"])


def sent_twice(store: Store) -> str:
    store.put(counted={"N": "0"})
    for _ in range(2):
        store.transact({"Update": COUNT}, ClientRequestToken="the-same")
    return {1: "once", 2: "twice"}[counted(store)]


def at_the_same_moment(store: Store) -> str:
    """Whether transactions about one item are all taken, or some are cancelled for the others."""
    store.put(counted={"N": "0"})

    def count(number: int) -> str:
        try:
            other = {"TableName": TABLE, "Item": key(f"{number}", "other")}
            return store.transact({"Update": COUNT}, {"Put": other})
        except ClientError as error:
            return str(error.response["CancellationReasons"][0]["Code"])

    with ThreadPoolExecutor(16) as threads:
        ends = Counter(threads.map(count, range(100)))
    assert counted(store) == ends["taken"]
    return "one after the other" if ends == {"taken": 100} else "some are cancelled"


def left_out(store: Store) -> str:
    keys = [key(f"{number:02}", "huge") for number in range(50)]
    for each in keys:
        store.client.put_item(TableName=TABLE, Item=each | {"text": {"S": HUGE}})
    answer = store.batch_get(*keys)
    return "leaves keys out" if answer["UnprocessedKeys"] else "answers all"


def capacity_of_10_kb(store: Store) -> str:
    store.put(text={"S": "x" * 10_000})
    return f"{store.get(ReturnConsumedCapacity='TOTAL')['ConsumedCapacity']['CapacityUnits']:g}"


def capacity_of_nothing(store: Store) -> str:
    answer = store.batch_get(key("none"), ReturnConsumedCapacity="TOTAL")
    return f"{sum(each['CapacityUnits'] for each in answer.get('ConsumedCapacity', [])):g}"


def as_read_back(store: Store) -> str:
    store.put(number={"N": "1.50"})
    return str(store.get()["Item"]["number"]["N"])


def many_values(store: Store) -> str:
    store.put(amount=ONE)
    values = {f"v{number}": {"N": f"{number}"} for number in range(101)}
    return store.update("SET seen = :v0", f"amount IN ({', '.join(f':{name}' for name in values)})", **values)


def a_large_transaction(store: Store) -> str:
    rows = [key(f"{number:02}", "large") | {"text": {"S": HUGE}} for number in range(12)]
    return store.transact(*({"Put": {"TableName": TABLE, "Item": row}} for row in rows))


def elsewhere(store: Store) -> str:
    return store.query(f"{WHERE} AND sk < :m", {"p": "p", "m": "m"}, ExclusiveStartKey=key("z"))


def turned_round(store: Store) -> str:
    return store.query(f"{WHERE} AND sk BETWEEN :b AND :a", {"p": "p", "a": "a", "b": "b"})


def filtered_by_key(store: Store) -> str:
    return store.query(WHERE, {"p": "p"}, FilterExpression="sk = :p")


QUESTIONS: dict[str, Callable[[Store], str]] = {
    "arithmetic in a condition, `n - :o >= :z`": lambda store: store.update(
        "SET n = :o", "n - :o >= :z", o=ONE, z={"N": "0"}
    ),
    "an empty key": lambda store: store.put(""),
    "an item of 401 KB": lambda store: store.put(text={"S": "x" * 401 * 1024}),
    "a transaction that is sent again under its token": sent_twice,
    "transactions about one item at the same moment": at_the_same_moment,
    "a transaction of more than 4 MB": a_large_transaction,
    "a cursor outside of the condition it is used with": elsewhere,
    "`BETWEEN` the wrong way round": turned_round,
    "a filter on a key": filtered_by_key,
    "`IN` with more than 100 values": many_values,
    "one attribute set and removed in one update": lambda store: store.update("SET a = :o REMOVE a", o=ONE),
    "a number as the key of an index of texts": lambda store: store.put(shelf=ONE),
    "a number of 39 digits": lambda store: store.put(number={"N": "1" * 39}),
    "a set that holds a value twice": lambda store: store.put(held={"SS": ["a", "a"]}),
    "`1.50`, read back": as_read_back,
    "`BatchGetItem` of more than 16 MB": left_out,
    "capacity units of a consistent read of 10 KB": capacity_of_10_kb,
    "capacity units of a consistent read of nothing": capacity_of_nothing,
}


def told() -> dict[str, dict[str, str]]:
    """The README's table: question, store, answer."""
    text = (ROOT / "localstack/README.md").read_text(encoding="utf-8")
    _, _, table = text.partition("### Tables\n")
    rows = [
        [cell.strip() for cell in line.strip("| ").split(" | ")]
        for line in table.partition("\n#")[0].splitlines()
        if line.startswith("|")
    ]
    head, _, *body = rows
    return {question: dict(zip(head[1:], answers, strict=True)) for question, *answers in body}


@pytest.fixture(
    scope="module", params=[pytest.param(STORES[0], marks=pytest.mark.dynamodb_local), *STORES[1:]]
)
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Named]:
    name = request.param
    with pytest.MonkeyPatch.context() as patch:
        for variable in [each for each in os.environ if each.startswith("AWS_")]:
            patch.delenv(variable)
        if name == "moto":
            with mock_aws():
                yield name, Store(client(None))
        elif name == "embedded":
            home = tmp_path_factory.mktemp("tables")
            cloud = EmbeddedCloud(home, *free_ports(), venvs=ROOT / ".linli/venvs")
            cloud.install()
            try:
                yield name, Store(client(cloud.start().endpoint))
            finally:
                cloud.stop()
        else:
            with dynamodb_local.running() as served:
                yield name, Store(client(served.url))


def client(url: str | None) -> Any:
    return boto3.client(
        "dynamodb",
        endpoint_url=url,
        region_name="eu-west-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"max_attempts": 0}, max_pool_connections=16),
    )


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_store_answers_as_the_readme_says(store: Named, question: str) -> None:
    name, asked = store
    expected = told()[question][name]
    if expected != NOT_ASKED:
        assert answer_of(asked, question) == expected


def answer_of(store: Store, question: str) -> str:
    try:
        return QUESTIONS[question](store)
    except ClientError as error:
        return "refused" if error.response["Error"]["Code"] == "ValidationException" else str(error)
    except ValueError:  # moto's parser
        return "refused"


def test_the_readme_says_nothing_else() -> None:
    assert list(told()) == list(QUESTIONS)
