"""Both peers' gate pass: one BatchGet, the checks on plain items, one transaction with an outbox row; by the
resource of boto3, as most would write it.
"""

import hashlib
import hmac
import json
from base64 import b32encode
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import boto3
from peer_models import Asked

TABLE = "peer"
PLACE = ("willow", "willow-gate-1")
ALWAYS = {"valid_from": "2025-01-01T00:00:00Z", "valid_until": "2030-01-01T00:00:00Z"}
OPEN_FOR = timedelta(seconds=10)


def text(at: datetime) -> str:
    """RFC 3339."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def digest(key: str, *parts: str) -> str:
    """The keyed hash that a credential is found by."""
    made = hmac.new(key.encode(), "\x1f".join(parts).encode(), hashlib.sha256).digest()
    return b32encode(made).decode().rstrip("=").lower()


def verdict(  # noqa: C901  the same checks as ours, one after the other
    asked: Asked, community: Any, gate: Any, credential: Any, at: datetime
) -> tuple[str | None, dict[str, str]]:
    """The first reason against, and all checks."""

    def known() -> str:
        if asked.score is not None and asked.score < community["face_threshold"]:
            return "no_match"
        if credential is None:
            return "unknown_credential"
        return "revoked_credential" if credential["revoked"] else "passed"

    def here() -> str:
        if gate is None or gate["revoked"]:
            return "unknown_gate"
        if credential is None or not credential["areas"]:
            return "passed"
        return "passed" if gate["area"] in credential["areas"] else "wrong_area"

    def now() -> str:
        if credential is None:
            return "not_applicable"
        if at < datetime.fromisoformat(credential["valid_from"]):
            return "not_yet_valid"
        return "expired" if at >= datetime.fromisoformat(credential["valid_until"]) else "passed"

    def blocked() -> str:
        return f"blocked_{min(credential['blocks'])}" if credential and credential["blocks"] else "passed"

    def temperature() -> str:
        if asked.temperature_c is None:
            return "not_applicable"
        return "passed" if asked.temperature_c < community["fever_c"] else "temperature"

    def passback() -> str:
        last = credential and credential["presence"].get(gate["area"] if gate else "")
        return "passback" if community["passback"] and last == gate["direction"] else "passed"

    checks = {
        "credential": known(), "place": here(), "time": now(), "block": blocked(),
        "temperature": temperature(), "passback": passback(),
    }  # fmt: skip
    return next((each for each in checks.values() if each not in {"passed", "not_applicable"}), None), checks


def settled(
    dynamodb: Any, key: str, where: tuple[str, str], asked: Asked, at: datetime, *, by: str
) -> dict[str, Any]:
    """The pass as it is decided, once."""
    community, gate = where
    own = {"pk": f"{community}#pass#{gate}", "sk": asked.event_id}
    keys = [
        own,
        {"pk": f"{community}#community", "sk": "community"},
        {"pk": f"{community}#gate", "sk": gate},
        {
            "pk": f"{community}#credential#{digest(key, community, asked.credential, asked.value)}",
            "sk": "credential",
        },
    ]
    read = dynamodb.batch_get_item(RequestItems={TABLE: {"Keys": keys, "ConsistentRead": True}})
    found = {(item["pk"], item["sk"]): item for item in read["Responses"][TABLE]}
    first, policies, place, credential = (found.get((each["pk"], each["sk"])) for each in keys)
    if first:
        return dict(first)
    reason, checks = verdict(asked, policies, place, credential, at)
    row = {
        **own,
        "kind": "pass",
        "gate": gate,
        "area": place and place["area"],
        "direction": asked.direction or "in",
        "person": credential and credential["person"],
        "credential_kind": asked.credential,
        "decided_at": text(at),
        "occurred_at": text(at),
        "outcome": "denied" if reason else "granted",
        "reason": reason,
        "checks": json.dumps(checks),
        "asked_by": by,
        "ttl": int((at + timedelta(days=30)).timestamp()),
    }
    writes = [row]
    if reason is None:
        told = {
            "specversion": "1.0",
            "id": f"gate_pass/{community}/{gate}/{asked.event_id}",
            "source": "peer",
            "type": "gate_passed",
            "time": text(at),
            "data": {name: row[name] for name in ("gate", "area", "person")},
        }
        writes.append(
            {"pk": f"{community}#outbox", "sk": told["id"], "kind": "outbox", "event": json.dumps(told)}
        )
    dynamodb.meta.client.transact_write_items(
        TransactItems=[
            {"Put": {"TableName": TABLE, "Item": each, "ConditionExpression": "attribute_not_exists(pk)"}}
            for each in writes
        ]
    )
    return row


def answer(asked: Asked, row: dict[str, Any], at: datetime) -> dict[str, Any]:
    """What the guard is told."""
    is_granted = row["outcome"] == "granted"
    return {
        "event_id": asked.event_id,
        "outcome": row["outcome"],
        "open": is_granted,
        "reason": row["reason"],
        "open_until": text(at + OPEN_FOR),
    }


def furnish(key: str) -> None:
    """Their tables, and the community, the gate and the card in them."""
    dynamodb = boto3.resource("dynamodb")
    string = {"AttributeType": "S"}
    table = dynamodb.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", **string}, {"AttributeName": "sk", **string}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    )
    dynamodb.create_table(
        TableName="peer-idempotency",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", **string}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )
    community, gate = PLACE
    card = digest(key, community, "card", "willow-resident-1-card")
    for item in (
        {
            "pk": f"{community}#community", "sk": "community", "face_threshold": Decimal("0.8"),
            "fever_c": Decimal("37.3"), "passback": False,
        },
        {"pk": f"{community}#gate", "sk": gate, "area": "garden", "direction": "in", "revoked": False},
        {
            "pk": f"{community}#credential#{card}", "sk": "credential", "person": "willow-resident-1",
            "revoked": False, "areas": [], "blocks": {}, "presence": {}, **ALWAYS,
        },
    ):  # fmt: skip
        table.put_item(Item=item)


def instant(event_ms: int) -> datetime:
    """When API Gateway took the request in."""
    return datetime.fromtimestamp(event_ms / 1000, UTC)
