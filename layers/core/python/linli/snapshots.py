"""What is done before Lambda takes a snapshot of a process (SnapStart), so that whoever is restored from it
need not: the schemas of all contracts, the certificates of authorities, clients, and one call of all that
reads or that a device waits for, on behalf of a community that is not there.

AWS is away meanwhile: nothing is asked of it, kept or sent, no secret is known, no connection is open.
"""

import json
import random
import time
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from chalice.app import Chalice

from linli import connections, http, json_services, secrets
from linli.aws import client
from linli.contracts import Contract
from linli.http import Route
from linli.instants import to_text
from linli.triggers import REHEARSED

HOOKS = "snapshot_restore_py"  # which its run time brings along
NOBODY = "rehearsal"
NOTHING = {  # whatever is asked for
    "AccessKeyId": NOBODY, "SecretAccessKey": NOBODY, "Token": NOBODY, "Expiration": "1970-01-01T00:00:00Z",
    "Responses": {}, "Items": [], "Count": 0, "ScannedCount": 0, "SecretString": NOBODY, "QueueUrl": "",
}  # fmt: skip


def offer(app: Chalice) -> None:
    """Have this done before a snapshot is taken; chances are drawn anew in each process of it."""
    hooks = import_module(HOOKS)
    hooks.register_before_snapshot(rehearse, app)
    hooks.register_after_restore(random.seed)


def rehearse(app: Chalice) -> None:
    """Make what a first call would make. Raises what a call of a device raises."""
    connections.tls()
    with connections.away(json.dumps(NOTHING).encode()):
        for service in json_services.SERVICES:
            client(service)
        for handler, topic, body in REHEARSED:
            handler(_published(topic, body), None)
        for declared in http.ROUTES:
            if declared.method == "GET":
                app(_asked(declared), None)
    while unbuilt := [each for each in _contracts(Contract) if not each.__pydantic_complete__]:
        for contract in unbuilt:  # which may name others
            contract.model_rebuild()
    for forget in (secrets.forget, json_services.forget, connections.forget):
        forget()


def _contracts(kind: type[Contract]) -> Iterator[type[Contract]]:
    for each in kind.__subclasses__():
        yield each
        yield from _contracts(each)


def _published(topic: str, body: dict[str, Any]) -> dict[str, Any]:
    """What a topic rule hands over of a device."""
    now = datetime.now(UTC)
    message = {"event_id": NOBODY, "seq": 0, "occurred_at": to_text(now), **body}
    return {
        "topic": f"linli/{NOBODY}/{NOBODY}/{topic}",
        "client_id": NOBODY,
        "received_at_ms": int(now.timestamp() * 1000),
        "payload": b64encode(json.dumps(message).encode()).decode(),
    }


def _asked(declared: Route) -> dict[str, Any]:
    """What API Gateway hands over of somebody who may."""
    names = [part[1:-1] for part in declared.path.split("/") if part.startswith("{")]
    held = {NOBODY: sorted(declared.permission.roles)}
    return {
        "requestContext": {
            "resourcePath": declared.path,
            "httpMethod": declared.method,
            "requestId": NOBODY,
            "requestTimeEpoch": int(time.time() * 1000),
            "authorizer": {
                "person": NOBODY,
                "grants": json.dumps(dict.fromkeys(http.SCOPES.values(), held)),
            },
        },
        "headers": {},
        "multiValueQueryStringParameters": None,
        "pathParameters": dict.fromkeys(names, NOBODY),
        "stageVariables": None,
        "body": None,
    }
