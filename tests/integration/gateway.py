"""Raw API Gateway events: what Lambda gets for an HTTP request that the authorizer let pass."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chalice.app import Chalice

Grants = Mapping[str, Mapping[str, list[str]]]

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)


@dataclass(frozen=True)
class Answer:
    """What the caller gets. `body` is parsed JSON, or None."""

    status: int
    headers: dict[str, str]
    body: Any
    text: str

    @property
    def problem(self) -> str:
        """The last part of the problem's type."""
        return str(self.body["type"]).rpartition(":")[2]


def answer(raw: Mapping[str, Any]) -> Answer:
    """The answer in what the function returned."""
    text = raw["body"] or ""
    headers = {**raw.get("headers", {}), **{k: v[0] for k, v in raw.get("multiValueHeaders", {}).items()}}
    is_json = "json" in headers.get("Content-Type", "json")
    return Answer(raw["statusCode"], headers, json.loads(text) if text and is_json else None, text)


def resource_of(app: Chalice, path: str) -> tuple[str, dict[str, str]]:
    """The declared path that `path` falls under, and its parameters."""
    parts = path.strip("/").split("/")
    for declared in app.routes:
        names = declared.strip("/").split("/")
        pairs = list(zip(names, parts, strict=False))
        if len(names) == len(parts) and all(name == part or name[0] == "{" for name, part in pairs):
            return declared, {name[1:-1]: part for name, part in pairs if name[0] == "{"}
    raise LookupError(path)


def event(
    app: Chalice,
    method: str,
    path: str,
    *,
    person: str,
    grants: Grants,
    identity: str | None = None,
    language: str | None = None,
    body: Any = None,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str | list[str]] | None = None,
    now: datetime = NOW,
    request_id: str = "request-1",
) -> dict[str, Any]:
    """A REST proxy event (payload 1.0). A `body` that is no text is sent as JSON. `language`: what the caller
    has said they want, which the authorizer knows.
    """
    resource, parameters = resource_of(app, path)
    text = body if body is None or isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    sent = {"Accept": "application/json", "Authorization": "Bearer ***"}
    sent |= {"Content-Type": "application/json"} if text is not None else {}
    sent |= dict(headers or {})
    several = {name: [said] if isinstance(said, str) else said for name, said in (query or {}).items()}
    return {
        "resource": resource,
        "path": path,
        "httpMethod": method,
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "queryStringParameters": {k: v[-1] for k, v in several.items()} or None,
        "multiValueQueryStringParameters": several or None,
        "pathParameters": parameters or None,
        "stageVariables": None,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "a1b2c3d4e5",
            "authorizer": {
                "principalId": person,
                "person": person,
                "identity": identity or person,
                "grants": json.dumps(grants, separators=(",", ":")),
                **({"language": language} if language else {}),
                "integrationLatency": 12,
            },
            "httpMethod": method,
            "identity": {"sourceIp": "192.0.2.7", "userAgent": "linli-app/1.0"},
            "path": f"/api{path}",
            "protocol": "HTTP/1.1",
            "requestId": request_id,
            "requestTime": now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "requestTimeEpoch": int(now.timestamp() * 1000),
            "resourceId": "r3s0rc",
            "resourcePath": resource,
            "stage": "api",
        },
        "body": text,
        "isBase64Encoded": False,
    }
