"""What cannot be processed is parked, with the reason, where operations can read and redrive it."""

import json
import os
from typing import Any

from linli.aws import client
from linli.errors import LinliError


def park(body: str, error: LinliError) -> None:
    """Put a message that no retry can help into this function's dead-letter queue.

    `body` is the message as the function got it, so that a redrive sends the same again. The attributes
    carry the names that Lambda itself uses on an asynchronous dead letter.
    """
    client("sqs").send_message(
        QueueUrl=os.environ["DEAD_LETTER_QUEUE_URL"],
        MessageBody=body,
        MessageAttributes={
            "ErrorCode": {"DataType": "String", "StringValue": error.slug},
            "ErrorMessage": {"DataType": "String", "StringValue": (error.detail or error.title)[:1000]},
        },
    )


def as_body(event: Any) -> str:
    """A raw event as the text of a dead letter."""
    return json.dumps(event, ensure_ascii=True, separators=(",", ":"))
