"""Dead letters of the relay: they name records that the stream keeps for a day, and the outbox for a week."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from linli_cli.cloud import Cloud
from linli_cli.deploy.stacks import function_name
from linli_cli.errors import CommandError
from linli_cli.operate.invoking import invoke

BATCH = 10  # what the relay takes at a time
GONE = (
    "TrimmedDataAccessException",
    "ResourceNotFoundException",
    "ExpiredIteratorException",
    "ValidationException",
)


def again(cloud: Cloud, service: str, letter: str) -> None:
    """Have the relay publish once more what a letter names; consumers know an event they had before.

    Records that the stream has no more are made from the outbox rows that are still there.
    Raises CommandError when the relay refuses again or the letter names no records.
    """
    try:
        batch = json.loads(letter)["DDBStreamBatchInfo"]
    except (ValueError, KeyError, TypeError):
        raise CommandError(f"the letter names no records of a stream: {letter[:100]}") from None
    records = of_stream(cloud, batch) or list(of_outbox(cloud, service))
    for start in range(0, len(records), BATCH):
        relay = function_name(cloud.stage, service, "relay")
        answer = invoke(cloud, relay, {"Records": records[start : start + BATCH]}).body
        if answer.get("batchItemFailures"):
            raise CommandError(
                f"the bus refused events of {service} again: read `linli logs {service}-relay`"
            )


def of_stream(cloud: Cloud, batch: dict[str, Any]) -> list[dict[str, Any]]:
    """The records from the first to the last of a batch; none when the stream has lost the first."""
    streams = cloud.client("dynamodbstreams")
    first, last = int(batch["startSequenceNumber"]), int(batch["endSequenceNumber"])
    records: list[dict[str, Any]] = []
    try:
        iterator = streams.get_shard_iterator(
            StreamArn=batch["streamArn"],
            ShardId=batch["shardId"],
            ShardIteratorType="AT_SEQUENCE_NUMBER",
            SequenceNumber=batch["startSequenceNumber"],
        )["ShardIterator"]
        while iterator:
            page = streams.get_records(ShardIterator=iterator)
            numbered = [(int(each["dynamodb"]["SequenceNumber"]), each) for each in page["Records"]]
            records += [as_lambda_gets_it(each) for number, each in numbered if first <= number <= last]
            ended = not numbered or numbered[-1][0] >= last
            iterator = None if ended else page.get("NextShardIterator")
    except ClientError as error:
        if error.response["Error"]["Code"] not in GONE:
            raise
        return []
    begins = records and int(records[0]["dynamodb"]["SequenceNumber"]) == first
    return records if begins else []


def as_lambda_gets_it(record: dict[str, Any]) -> dict[str, Any]:
    """A record of the streams API as the JSON that Lambda hands over."""
    text = json.dumps(
        record, default=lambda value: value.timestamp() if isinstance(value, datetime) else str(value)
    )
    made: dict[str, Any] = json.loads(text)
    return made


def of_outbox(cloud: Cloud, service: str) -> Iterator[dict[str, Any]]:
    """All outbox rows of a service as records of new ones. A scan: operations may, requests never do."""
    pages = (
        cloud.client("dynamodb")
        .get_paginator("scan")
        .paginate(
            TableName=f"linli-{cloud.stage}-{service}",
            FilterExpression="kind = :outbox",
            ExpressionAttributeValues={":outbox": {"S": "outbox"}},
        )
    )
    rows = (row for page in pages for row in page["Items"])
    for number, row in enumerate(rows):
        yield {
            "eventID": f"outbox-{number}",
            "eventName": "INSERT",
            "eventSource": "aws:dynamodb",
            "dynamodb": {"SequenceNumber": str(number), "NewImage": row},
        }
