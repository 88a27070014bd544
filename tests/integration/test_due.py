"""What falls due: found by its time and kind and nothing else, and seen to one by one."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain

import boto3
import pytest
from moto import mock_aws
from pynamodb.attributes import UnicodeAttribute

from linli.due import TimedRow, due, see_to_each, shard_of

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
MOST = 10


class KettleRow(TimedRow, discriminator="test_kettle"):
    """Among the rows of other kinds."""

    SHARDS = 4

    water = UnicodeAttribute(default="much")


class ToastRow(TimedRow, discriminator="test_toast"):
    """In a lane of its own."""

    SHARDS = 2
    LANE = "toast#"


Either = KettleRow | ToastRow


@pytest.fixture(autouse=True)
def kitchen(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "LINLI_STAGE": "test",
        "LINLI_SERVICE": "kitchen",
    }.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        keys = {"pk": "HASH", "sk": "RANGE"}, {"due_shard": "HASH", "due_at": "RANGE"}
        table, index = (
            [{"AttributeName": name, "KeyType": kind} for name, kind in of.items()] for of in keys
        )
        boto3.client("dynamodb").create_table(
            TableName="linli-test-kitchen",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in chain(*keys)],
            KeySchema=table,
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "due",
                    "KeySchema": index,
                    "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["kind"]},
                }
            ],
        )
        yield


def put(kind: type[Either], name: str, at: datetime | None) -> None:
    kind(f"willow#{kind.__name__}", name, **kind.timed(name, at)).save()


def names(kind: type[TimedRow], now: datetime = NOW, most: int = MOST) -> list[str]:
    return sorted(row.sk for row in due(kind, now, most))


def test_what_is_due_is_found_however_long_ago_and_nothing_else() -> None:
    for name, at in (
        ("year-old", NOW - timedelta(days=365)),
        ("now", NOW),
        ("later", NOW + MINUTE),
        ("never", None),
    ):
        put(KettleRow, name, at)

    assert names(KettleRow) == ["now", "year-old"]
    assert names(KettleRow, NOW + MINUTE) == ["later", "now", "year-old"]


def test_a_lane_is_read_apart() -> None:
    put(KettleRow, "kettle", NOW)
    put(ToastRow, "toast", NOW)

    assert names(KettleRow) == names(TimedRow) == ["kettle"]
    assert names(ToastRow) == ["toast"]


def test_a_run_reads_no_more_than_it_may_of_a_shard_the_longest_overdue_first() -> None:
    same = [name for name in map(str, range(40)) if shard_of(name, KettleRow.SHARDS) == "1"][:4]
    for minutes, name in enumerate(same):
        put(KettleRow, name, NOW - minutes * MINUTE)

    assert [row.sk for row in due(KettleRow, NOW, 3)] == same[:0:-1]


def test_a_row_is_timed_and_no_longer_timed_in_place() -> None:
    put(KettleRow, "kettle", None)
    row = KettleRow("willow#KettleRow", "kettle")

    row.update(KettleRow.timing("kettle", NOW))
    (found,) = due(KettleRow, NOW, MOST)
    assert (found.due_shard, found.due_at) == (shard_of("kettle", 4), NOW)

    row.update(KettleRow.timing("kettle", None))
    assert names(KettleRow) == []


def test_one_that_fails_holds_up_no_other_and_stays_due() -> None:
    for name in ("a", "bad", "z"):
        put(KettleRow, name, NOW)
    seen: list[str] = []

    def see_to(row: KettleRow) -> str:
        if row.sk == "bad":
            raise ValueError("burnt")
        row.update(KettleRow.timing(row.sk, None))
        seen.append(row.sk)
        return "boiled"

    assert see_to_each("kettle", due(KettleRow, NOW, MOST), NOW, see_to) == "some_failed"
    assert sorted(seen) == ["a", "z"]
    assert names(KettleRow) == ["bad"]

    assert see_to_each("kettle", due(KettleRow, NOW, MOST), NOW, lambda _: "boiled") == "done"
    assert see_to_each("kettle", [], NOW, see_to) == "nothing_due"


def test_each_is_an_attempt_of_its_own(caplog: pytest.LogCaptureFixture) -> None:
    for name in ("kettle", "pan"):
        put(KettleRow, name, NOW)

    see_to_each("kettle", due(KettleRow, NOW, MOST), NOW, lambda row: f"{row.sk}-boiled")

    assert sorted(caplog.messages) == ["kettle-boiled", "pan-boiled"]
