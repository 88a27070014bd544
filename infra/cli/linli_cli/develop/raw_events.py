"""Raw events as Lambda gets them, made from what they are about: the first samples of a new action."""

import base64
import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

NOW_MS = 1767600000000  # 2026-01-05T08:00:00Z
COMMUNITY = "willow"
PERSON = "willow-manager-1"
ACCOUNT = "123456789012"


def request(
    path: str,
    body: Any,
    method: str = "POST",
    query: Mapping[str, str] | None = None,
    *,
    parameters: Mapping[str, str] = MappingProxyType({"community": COMMUNITY}),
    person: str = PERSON,
    role: str = "manager",
    at_ms: int = NOW_MS,
    request_id: str = "5a3b1c00-0000-4000-8000-000000000001",
) -> dict[str, Any]:
    """What a person of one role in the community asks through API Gateway; `path` holds the `parameters` in
    braces.
    """
    headers = {
        "Accept": "application/json",
        "Authorization": "Bearer ***",
        "Content-Type": "application/json",
    }
    concrete = path.format_map(parameters)
    grants = {
        "communities": {parameters.get("community", COMMUNITY): [role]},
        "companies": {},
        "sub_districts": {},
    }
    return {
        "resource": path,
        "path": concrete,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": query and dict(query),
        "multiValueQueryStringParameters": query and {name: [value] for name, value in query.items()},
        "pathParameters": dict(parameters),
        "stageVariables": None,
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": "a1b2c3d4e5",
            "authorizer": {
                "principalId": person,
                "person": person,
                "grants": json.dumps(grants, separators=(",", ":")),
            },
            "httpMethod": method,
            "identity": {"sourceIp": "192.0.2.7", "userAgent": "linli-app/1.0"},
            "path": f"/api{concrete}",
            "protocol": "HTTP/1.1",
            "requestId": request_id,
            "requestTimeEpoch": at_ms,
            "resourcePath": path,
            "stage": "api",
        },
        "body": None if body is None else json.dumps(body),
        "isBase64Encoded": False,
    }


def rule_event(action: str, device: str, payload: bytes) -> dict[str, Any]:
    """What the topic rule makes of a message that `device` publishes."""
    return {
        "payload": base64.b64encode(payload).decode(),
        "topic": f"linli/{COMMUNITY}/{device}/{action}",
        "client_id": device,
        "received_at_ms": NOW_MS,
    }


def batch(queue: str, *bodies: Any, at_ms: int = NOW_MS) -> dict[str, Any]:
    """A batch of messages of an SQS queue."""
    return {
        "Records": [
            {
                "messageId": f"00000000-0000-4000-8000-{number:012}",
                "receiptHandle": "handle",
                "body": json.dumps(body, separators=(",", ":")),
                "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": str(at_ms)},
                "messageAttributes": {},
                "md5OfBody": "",
                "eventSource": "aws:sqs",
                "eventSourceARN": f"arn:aws:sqs:eu-west-1:{ACCOUNT}:{queue}",
                "awsRegion": "eu-west-1",
            }
            for number, body in enumerate(bodies, start=1)
        ]
    }


def on_the_bus(event: dict[str, Any]) -> dict[str, Any]:
    """What a rule of the bus puts into a queue for a CloudEvent."""
    return {
        "version": "0",
        "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
        "detail-type": event["type"],
        "source": event["source"],
        "account": ACCOUNT,
        "time": "2026-01-05T08:00:00Z",
        "region": "eu-west-1",
        "resources": [],
        "detail": event,
    }
