"""What triggers hand over: rule events of devices, and queue batches of them or of facts from the bus."""

import base64
import json
from datetime import datetime
from typing import Any

from linli.events import Fact, envelope
from tests.integration.gateway import NOW


def rule_event(
    action: str,
    body: dict[str, Any] | bytes,
    device: str,
    *,
    community: str = "willow",
    client_id: str | None = None,
    now: datetime = NOW,
) -> dict[str, Any]:
    """What the topic rule makes of a message that `device` publishes."""
    payload = body if isinstance(body, bytes) else json.dumps(body, default=str).encode()
    return {
        "payload": base64.b64encode(payload).decode(),
        "topic": f"linli/{community}/{device}/{action}",
        "client_id": client_id or device,
        "received_at_ms": int(now.timestamp() * 1000),
    }


def told(fact: Fact, event_id: str, now: datetime = NOW) -> dict[str, Any]:
    """What the bus puts into a queue when `fact` is published."""
    event = envelope(fact, event_id, now)
    return {
        "version": "0",
        "id": "e",
        "detail-type": event.type,
        "source": event.source,
        "detail": event.model_dump(mode="json"),
    }


def batch(
    *bodies: Any, sent: datetime = NOW, first: datetime | None = None, times: int = 1
) -> dict[str, Any]:
    """A batch of queue messages; a body that is no text is sent as JSON.

    `sent` to the queue and taken out of it for the `first` time then, for the `times`th now.
    """
    attributes = {
        "ApproximateReceiveCount": str(times),
        "SentTimestamp": str(int(sent.timestamp() * 1000)),
        "ApproximateFirstReceiveTimestamp": str(int((first or sent).timestamp() * 1000)),
    }
    return {
        "Records": [
            {
                "messageId": f"message-{number}",
                "receiptHandle": "handle",
                "body": body if isinstance(body, str) else json.dumps(body),
                "attributes": attributes,
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:queue",
                "awsRegion": "eu-west-1",
            }
            for number, body in enumerate(bodies)
        ]
    }
