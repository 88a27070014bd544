"""How a dead letter goes back to where it failed: the function's queue, the function itself, or the relay."""

import json
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from linli_cli.cloud import Cloud
from linli_cli.deploy.stacks import full_name
from linli_cli.letters import peeking, relaying
from linli_cli.operate.invoking import hand_over

RELAY = "relay"
REASONS = ("ErrorMessage", "ERROR_MESSAGE", "ErrorCode", "ERROR_CODE")  # ours and Lambda's; EventBridge's


@dataclass(frozen=True)
class WayBack:
    """`send` takes a message over or raises; `target` names where it goes.

    `settled`: whether all that was sent has been dealt with; False where nobody can tell.
    """

    target: str
    send: Callable[[dict[str, Any]], None]
    settled: Callable[[], bool]


def way_back(cloud: Cloud, queue: str) -> WayBack:
    """The way back for the dead letters of `<service>-<action>`."""
    name = full_name(cloud.stage, queue)
    service, _, action = queue.partition("-")
    if action == RELAY:
        return WayBack(name, lambda letter: relaying.again(cloud, service, letter["Body"]), lambda: True)
    sqs = cloud.client("sqs")
    try:
        source = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    except sqs.exceptions.QueueDoesNotExist:
        return WayBack(
            f"the function {name}",
            lambda message: hand_over(cloud, name, original(message).encode()),
            lambda: False,
        )
    return WayBack(
        f"the queue {name}",
        lambda message: sqs.send_message(QueueUrl=source, MessageBody=original(message)),
        lambda: peeking.unfinished(sqs, source) == 0,
    )


def original(message: dict[str, Any]) -> str:
    """What the function was, or should have been, called with.

    A topic rule that could not call anybody leaves a report with the device's message in it: that is turned
    into what the rule would have handed over, received when the report was written.
    """
    body = str(message["Body"])
    report = parsed(body)
    if not isinstance(report, dict) or "base64OriginalPayload" not in report:
        return body
    handed_over = {
        "payload": report["base64OriginalPayload"],
        "topic": report["topic"],
        "client_id": report["clientId"],
        "received_at_ms": int(peeking.sent_at(message) * 1000),
    }
    return json.dumps(handed_over)


def shown(message: dict[str, Any]) -> dict[str, Any]:
    """A message for people: when, why, and the body with a device's payload as text."""
    sent = datetime.fromtimestamp(peeking.sent_at(message), UTC)
    return {
        "sent_at": sent.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "reason": reason_of(message),
        "body": readable(parsed(message["Body"])),
    }


def reason_of(message: dict[str, Any]) -> str:
    """Why it is here, in the words of whoever put it here."""
    attributes = message.get("MessageAttributes", {})
    said = [attributes[name]["StringValue"] for name in REASONS if name in attributes]
    if said:
        return str(said[0])
    report = parsed(message["Body"])
    if isinstance(report, dict) and report.get("failures"):
        return str(report["failures"][0].get("errorMessage", "the topic rule failed"))
    if isinstance(report, dict) and "DDBStreamBatchInfo" in report:
        return str(report.get("requestContext", {}).get("condition", "the relay failed"))
    return "every delivery failed"


def readable(body: Any) -> Any:
    """A body with base64 payloads decoded, where they are text."""
    if not isinstance(body, dict):
        return body
    encoded = [name for name in ("payload", "base64OriginalPayload") if isinstance(body.get(name), str)]
    return {**body, **{name: decoded(body[name]) for name in encoded}}


def decoded(text: str) -> Any:
    """The JSON or text inside base64, or the base64 itself."""
    try:
        return parsed(b64decode(text, validate=True).decode())
    except ValueError:
        return text


def parsed(text: str) -> Any:
    """JSON, or the text itself when it is none (or nests too deep to read)."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
