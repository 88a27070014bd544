"""`linli restore`, on a cloud in the process: a table as it was stands beside it, and lost rows come back.

What this cannot show: moto copies the rows of now, whatever the instant; AWS restores those of the instant.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner

from functions.payments.books.rows import IntentRow
from linli_cli.cloud import Cloud
from linli_cli.errors import CommandError
from linli_cli.main import app
from linli_cli.restoring import commands
from linli_cli.standing.readings import told
from tests.integration.conftest import STAGE, Http, Service, published
from tests.integration.gateway import NOW
from tests.integration.paying import (  # noqa: F401  the fixture
    Till,
    furnished_till,
    paid,
)
from tests.integration.people import ACME

TABLE = f"linli-{STAGE}-payments"
INBOX = "/communities/willow/inbox"
Run = Callable[..., Any]


@pytest.fixture
def stage(cloud: None) -> Cloud:  # noqa: ARG001  its effect is wanted
    return Cloud(STAGE, boto3.Session(region_name="eu-west-1"))


@pytest.fixture
def linli(stage: Cloud, service: Service, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`linli("payments", "--compare")`: what `linli restore` printed; its error is raised."""
    service("payments")
    stage.client("dynamodb").update_continuous_backups(  # moto's CloudFormation passes over it
        TableName=TABLE, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    monkeypatch.setattr(commands, "connect", lambda *_: stage)

    def run(*words: str) -> str:
        ended = CliRunner().invoke(app, ["restore", *words])
        if ended.exception and not isinstance(ended.exception, SystemExit):
            raise ended.exception
        assert ended.exit_code == 0, ended.output
        return ended.stdout

    return run


def lose(stage: Cloud, pk: str) -> list[dict[str, Any]]:
    """Somebody deletes all rows of a partition."""
    dynamodb = stage.client("dynamodb")
    asked = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": pk}}}
    rows: list[dict[str, Any]] = dynamodb.query(TableName=TABLE, **asked)["Items"]
    for each in rows:
        dynamodb.delete_item(TableName=TABLE, Key={"pk": each["pk"], "sk": each["sk"]})
    return rows


def test_an_order_that_was_lost_comes_back_and_its_callback_settles_it_once(
    till: Till, stage: Cloud, linli: Run, http: Http
) -> None:
    # Given an order, and its rows deleted by somebody after the instant of the copy
    till.owe()
    intent = till.order("wechat")
    linli("payments", "--at", "latest")
    partition = IntentRow.key.partition("willow", intent)
    lost = lose(stage, partition)
    till.deliver(paid("wechat", intent))
    assert [row.mismatch for row in till.inbox("mismatched")] == ["unknown_order"]
    facts = [event.id for event in published("willow")]

    # When they are brought back, and the callback is replayed as its runbook says
    listed = linli("payments", "--compare", "--community", "willow")
    said = linli("payments", "--bring", "--partition", partition, "--yes")
    assert [event.id for event in published("willow")] == facts  # nothing is published by bringing back
    (stored,) = http(till.app, "GET", INBOX, query={"state": "mismatched"}, **ACME).body["items"]
    replayed = http(till.app, "POST", f"{INBOX}/{stored['callback']}/replay", **ACME)

    # Then it is settled, once, and the books balance
    assert "gone: 1 payment_intent" in listed
    assert f"brought back: {len(lost)}" in said
    assert replayed.body["outcome"] == "settled"
    assert till.due().state == "paid"
    assert sum(line.fen for entry in till.entries() for line in entry.lines) == 0
    assert till.facts() == ["payment_settled"]


def test_the_outbox_is_not_brought_back_so_that_nothing_is_published_twice(
    till: Till, stage: Cloud, linli: Run
) -> None:
    till.owe()
    till.deliver(paid("wechat", till.order("wechat")))
    linli("payments", "--at", "latest")
    assert lose(stage, "willow#outbox")

    said = linli("payments", "--bring", "--partition", "willow#outbox", "--yes")

    assert "brought back: 0" in said
    assert "left: 1 were facts to publish, and are published" in said
    assert published("willow") == []


def test_a_row_that_somebody_has_written_meanwhile_is_left(till: Till, linli: Run) -> None:
    till.owe()
    intent = till.order("wechat")
    linli("payments", "--at", "latest")
    before = till.intent(intent)
    till.deliver(paid("wechat", intent))

    said = linli("payments", "--bring", "--kind", "payment_intent", "--over", "--yes")

    assert "brought back: 0" in said
    assert "have a version that went on" in said
    assert till.intent(intent).state == "paid" != before.state


def test_a_copy_acts_on_nothing_and_its_table_stays_as_it_is(till: Till, stage: Cloud, linli: Run) -> None:
    till.owe()
    dynamodb = stage.client("dynamodb")
    before = dynamodb.describe_table(TableName=TABLE)["Table"]

    linli("payments", "--at", "latest")

    (line,) = [each for each in told(stage, NOW) if each.part == "copies"]
    copy = dynamodb.describe_table(TableName=line.what)["Table"]
    ttl = dynamodb.describe_time_to_live(TableName=line.what)["TimeToLiveDescription"]
    assert copy["ItemCount"] == before["ItemCount"] > 0
    assert "StreamSpecification" not in copy or not copy["StreamSpecification"]["StreamEnabled"]
    assert ttl["TimeToLiveStatus"] == "DISABLED"
    after = dynamodb.describe_table(TableName=TABLE)["Table"]
    assert (after["LatestStreamArn"], after["TableStatus"]) == (before["LatestStreamArn"], "ACTIVE")


def test_status_names_a_copy_until_it_is_dropped_and_the_table_stays(
    till: Till, stage: Cloud, linli: Run
) -> None:
    till.owe()
    linli("payments", "--at", "latest")
    (line,) = [each for each in told(stage, datetime.now(UTC)) if each.part == "copies"]
    assert line.command == "linli restore payments --drop --stage test"

    linli("payments", "--drop", "--yes")

    assert [each for each in told(stage, datetime.now(UTC)) if each.part == "copies"] == []
    assert till.due().state == "open"


def test_what_is_new_since_the_copy_is_listed_and_stays(till: Till, linli: Run) -> None:
    till.owe()
    linli("payments", "--at", "latest")
    till.owe("bill-2")

    assert "new: 1 due" in linli("payments", "--compare", "--kind", "due")
    said = linli("payments", "--bring", "--kind", "due", "--yes")

    assert "left: 1 new since" in said
    assert till.due("bill-2").state == "open"


@pytest.mark.parametrize(
    "words",
    [
        ("payments",),
        ("payments", "--compare"),
        ("payments", "--compare", "--drop"),
        ("payments", "--bring", "--kind", "due"),
        ("nothing", "--at", "latest"),
        ("care", "--at", "latest"),
        ("payments", "--at", "2020-01-01T00:00:00Z"),
    ],
)
def test_what_cannot_be_done_is_one_line(linli: Run, words: tuple[str, ...]) -> None:
    with pytest.raises(CommandError) as refused:
        linli(*words)

    assert "\n" not in str(refused.value)


def test_bringing_asks_which_rows_since_some_were_rightly_deleted(till: Till, linli: Run) -> None:
    till.owe()
    linli("payments", "--at", "latest")

    with pytest.raises(CommandError, match="--kind"):
        linli("payments", "--bring", "--yes")


def test_a_second_copy_waits_until_the_first_is_dropped(till: Till, linli: Run) -> None:
    till.owe()
    linli("payments", "--at", "latest")

    with pytest.raises(CommandError, match="stands beside"):
        linli("payments", "--at", "latest")
