"""PynamoDB asks by our client and by no other, and nothing is left of what stood in for botocore meanwhile.

These fail when PynamoDB wants more of botocore than it did, or asks it by another way.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from linli_cli.layout import services

ROOT = Path(__file__).parents[3]
SERVICES = sorted(services())
ENVIRONMENT = {
    "PYTHONPATH": f"{ROOT}:{ROOT / 'layers/core/python'}",
    "AWS_REGION": "eu-west-1",  # ours is Lambda's name for it, botocore's the next
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "a",
    "AWS_SECRET_ACCESS_KEY": "b",
    "LINLI_STAGE": "test",
    "LINLI_SERVICE": "access",
}
ASKED = """
import json, sys
from linli import connections, tables
from linli.connections import Answer
from linli.communities import CommunityRow
from botocore.exceptions import ClientError

asked = []
def exchange(each):
    asked.append(each.operation)
    if len(asked) > 5:
        reasons = [{"Code": "ConditionalCheckFailed"}]
        refused = {"__type": "x#TransactionCanceledException", "CancellationReasons": reasons}
        return Answer(400, {}, json.dumps(refused).encode())
    return Answer(200, {}, b'{"Responses": {}, "Items": [], "Count": 0, "ScannedCount": 0, "Attributes": {}}')
connections.exchange = exchange

row = CommunityRow("willow#community", "profile")
tables.read([("a", "b")])
list(CommunityRow.query("willow#community"))
tables.change(row, [CommunityRow.version.set(1)], CommunityRow.version.does_not_exist())
row.delete()
transaction = tables.Transaction()
transaction.delete("row", row)
transaction.commit()
try:
    transaction.commit()
except tables.ConditionsFailed as error:
    assert error.rows == {"row": None}
else:
    raise AssertionError("it was refused")
told = ["BatchGetItem", "Query", "UpdateItem", "DeleteItem", "TransactWriteItems", "TransactWriteItems"]
assert asked == [f"dynamodb.{each}" for each in told], asked
"""
NOTHING_MORE = """
heavy = {name for name in sys.modules if name.startswith(("botocore", "boto3", "urllib3"))}
allowed = ("botocore.vendored", "botocore.exceptions")
assert {each for each in heavy if each != "botocore" and not each.startswith(allowed)} == set(), heavy
"""
ITSELF = """
import botocore.client, botocore.session
from linli.aws import client
assert client("s3").meta.endpoint_url.startswith("https://s3.")
assert botocore.session.get_session().create_client("dynamodb").meta.service_model.service_name == "dynamodb"
"""
FIRST = "import botocore.session, botocore.client, pynamodb.connection\n"


def run(program: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", program], env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_row_is_read_and_written_without_botocores_clients() -> None:
    run(ASKED + NOTHING_MORE)


def test_botocore_itself_is_there_for_whoever_wants_it_afterwards() -> None:
    run(ASKED + ITSELF)


def test_who_came_with_botocore_asks_by_our_client_as_well() -> None:
    run(FIRST + ASKED + ITSELF)


@pytest.mark.parametrize("service", SERVICES)
def test_no_function_imports_botocores_clients(service: str) -> None:
    actions = sorted(path.parent.name for path in (ROOT / "functions" / service).glob("*/handler.py"))
    imports = "".join(f"import functions.{service}.{each}.handler\n" for each in actions)
    run(f"import sys\n{imports}" + NOTHING_MORE)
