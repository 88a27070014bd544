"""Messages of a queue, looked at without taking them away: what is not removed shows up again at once."""

from collections.abc import Generator
from typing import Any

BATCH = 10  # the most that SQS hands over at a time
HIDDEN_S = 60
WAIT_S = 1  # less, and SQS asks only some of its servers


def peek(sqs: Any, url: str, most: int) -> Generator[dict[str, Any]]:
    """Up to `most` messages; each is hidden from others while we look, and visible again afterwards."""
    held: list[str] = []
    seen: set[str] = set()
    try:
        while len(seen) < most:
            batch = sqs.receive_message(
                QueueUrl=url,
                MaxNumberOfMessages=min(BATCH, most - len(seen)),
                VisibilityTimeout=HIDDEN_S,
                WaitTimeSeconds=WAIT_S,
                MessageAttributeNames=["All"],
                AttributeNames=["All"],
            ).get("Messages", [])
            if not batch:
                break
            held += [message["ReceiptHandle"] for message in batch]
            for message in batch:
                if message["MessageId"] not in seen:
                    seen.add(message["MessageId"])
                    yield message
    finally:
        for handle in held:
            release(sqs, url, handle)


def release(sqs: Any, url: str, handle: str) -> None:
    """Show a message to others again; one that was removed meanwhile is left alone."""
    try:
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0)
    except (sqs.exceptions.MessageNotInflight, sqs.exceptions.ReceiptHandleIsInvalid):
        return
    except sqs.exceptions.ClientError as error:
        if error.response["Error"]["Code"] not in ("InvalidParameterValue", "MessageNotInflight"):
            raise


def remove(sqs: Any, url: str, message: dict[str, Any]) -> None:
    """Take a message away for good."""
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def waiting(sqs: Any, url: str) -> int:
    """How many messages can be had, about."""
    wanted = ["ApproximateNumberOfMessages"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=wanted)["Attributes"]
    return int(attributes[wanted[0]])


def unfinished(sqs: Any, url: str) -> int:
    """How many messages of a queue wait or are being worked on, about."""
    states = [f"ApproximateNumberOfMessages{state}" for state in ("", "NotVisible", "Delayed")]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=states)["Attributes"]
    return sum(int(attributes[state]) for state in states)


def sent_at(message: dict[str, Any]) -> float:
    """When it was sent, in seconds since the epoch."""
    return int(message["Attributes"]["SentTimestamp"]) / 1000
