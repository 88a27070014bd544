"""A community with a gate, in a DynamoDB Local of its own, for this process and for others that ask it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from chalice.app import Chalice

from linli import connections
from linli.aws import of_botocore
from linli_cli.deploy import packaging
from linli_cli.deploy.templates import of_type
from tests.integration import gateway
from tests.integration.conftest import _invoke, app_of, load_event
from tests.integration.dynamodb_local import running
from tests.integration.messages import rule_event
from tests.integration.neighbourhood import furnish_access

ROOT = Path(__file__).parents[2]
STAGE = "test"
TABLE = f"linli-{STAGE}-access"
PEERS, KEY = ROOT / "tests/bench/peers", "a key of the bench"
BEGUN, APART = datetime(2026, 1, 5, 8, tzinfo=UTC), timedelta(seconds=20)
CARD = {"credential": "card", "value": "willow-resident-1-card"}
WANTED = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")


@dataclass(frozen=True, slots=True)
class Question:
    """Whether a card opens a gate; each is a passing of its own."""

    number: int

    def mqtt(self) -> dict[str, Any]:
        """As the topic rule tells it."""
        now = BEGUN + self.number * APART
        body = {"event_id": f"q-{self.number}", "seq": self.number, "occurred_at": now.isoformat(), **CARD}
        return rule_event("gate_pass", body, "willow-gate-1", now=now)

    def http(self) -> dict[str, Any]:
        """As API Gateway tells it."""
        event: dict[str, Any] = load_event("access/gate_pass/http_normal_ask.json")
        event["body"] = json.dumps({"event_id": f"q-{self.number}", **CARD})
        at = BEGUN + self.number * APART
        event["requestContext"]["requestTimeEpoch"] = int(at.timestamp() * 1000)
        return event


def peers() -> dict[str, Any]:
    """The peers' handlers, by their names."""
    return {
        "FastAPI + Mangum": import_module("peer_fastapi").handler,
        "Powertools + Idempotency": import_module("peer_powertools").handler,
    }


@contextmanager
def furnished() -> Iterator[dict[str, str]]:
    """Willow with its gates and cards, in the environment of this process; returns that."""
    with running() as store, _stub() as port, pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("AWS_", "LINLI_"))]:
            patch.delenv(name)
        environment = {
            "AWS_ENDPOINT_URL_DYNAMODB": store.url,
            "AWS_ENDPOINT_URL_SECRETS_MANAGER": f"http://127.0.0.1:{port}",
            "AWS_ENDPOINT_URL_IOT_DATA_PLANE": f"http://127.0.0.1:{port}",
            "AWS_REGION": "eu-west-1",
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": "bench",
            "AWS_SECRET_ACCESS_KEY": "bench",
            "LINLI_STAGE": STAGE,
            "LINLI_SERVICE": "access",
            "POWERTOOLS_SERVICE_NAME": "linli-bench",
            "POWERTOOLS_TRACE_DISABLED": "true",
        }
        for name, value in environment.items():
            patch.setenv(name, value)
        ((_, table),) = of_type(packaging.state_template("access"), "AWS::DynamoDB::Table")
        about = {each: table["Properties"][each] for each in WANTED if each in table["Properties"]}
        of_botocore("dynamodb").create_table(TableName=TABLE, **about)
        furnish_access(app_of("access"), _http, _invoke)
        patch.syspath_prepend(PEERS)
        import_module("peer_store").furnish(KEY)
        yield environment
        connections.forget()
        of_botocore.cache_clear()
        for name in [each for each in sys.modules if each.startswith("peer_")]:  # they keep their clients
            del sys.modules[name]


def _http(app: Chalice, method: str, path: str, **request: Any) -> gateway.Answer:
    return gateway.answer(_invoke(app, "api", gateway.event(app, method, path, **request)))


@contextmanager
def _stub() -> Iterator[int]:
    command = [sys.executable, "-m", "tests.bench.stub"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as stub:
        assert stub.stdout is not None
        yield int(stub.stdout.readline())
        stub.communicate()
