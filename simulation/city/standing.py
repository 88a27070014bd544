"""What the service stands on here: DynamoDB Local with its table, a vault, a gateway that pushes.

All of it is heard on loopback alone and gone with the process that plays.
"""

import json
import os
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import boto3

from linli_cli.deploy import packaging
from linli_cli.deploy.templates import of_type
from linli_cli.layout import ROOT, base
from linli_cli.local import dynamodb_local

STAGE, SERVICE = "city", "maintenance"
TABLE = f"linli-{STAGE}-{SERVICE}"
ABOUT = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
SECRET = "whsec_" + b64encode(b"a city that is played, not lived").decode()
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "city",
    "AWS_SECRET_ACCESS_KEY": "city",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "LINLI_STAGE": STAGE,
    "LINLI_SERVICE": SERVICE,
    "POWERTOOLS_SERVICE_NAME": f"linli-{SERVICE}",
    "POWERTOOLS_METRICS_NAMESPACE": "Linli",
    "NO_PROXY": "127.0.0.1",
}


@dataclass(slots=True)
class Gateway:
    """Secrets for whoever asks, and a gateway that takes all messages: how often each came."""

    url: str = ""
    pushed: Counter[str] = field(default_factory=Counter)

    def channels(self) -> str:
        """What a community's secret says of its gateways."""
        return json.dumps({"push": {"url": f"{self.url}/push", "secrets": [SECRET]}})

    def answer(self, target: str, body: bytes) -> bytes:
        """One request: of Secrets Manager, or a message."""
        asked = json.loads(body)
        if not target:
            self.pushed[asked["message_id"]] += 1
            return b"{}"
        name = str(asked["SecretId"])
        value = self.channels() if "/channels/" in name else f"city {name}"
        return json.dumps({"Name": name, "SecretString": value, "VersionId": "1"}).encode()


@contextmanager
def gateway() -> Iterator[Gateway]:
    """One that is served."""
    made = Gateway()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer = made.answer(self.headers.get("X-Amz-Target", ""), body)
            self.send_response(200)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *_: object) -> None:  # noqa: A002  as the standard library has it
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made.url = f"http://127.0.0.1:{server.server_address[1]}"
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield made
        finally:
            server.shutdown()


def home() -> Path:
    """Where DynamoDB Local is installed, for LocalStack and the tests as well."""
    return base() / "venvs/dynamodb-local"


@contextmanager
def standing(place: Path) -> Iterator[Gateway]:
    """All of it, named in this process's environment; `place` is where DynamoDB Local was installed."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "LINLI_", "POWERTOOLS_"))]:
        del os.environ[name]
    with dynamodb_local.serving(place, dynamodb_local.LASTING) as served, gateway() as made:
        os.environ |= ENVIRONMENT
        os.environ["AWS_ENDPOINT_URL_DYNAMODB"] = served.url
        os.environ["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = made.url
        create_table()
        yield made


def create_table() -> None:
    """The service's table as its template has it."""
    ((_, table),) = of_type(packaging.state_template(SERVICE, ROOT), "AWS::DynamoDB::Table")
    about = {each: table["Properties"][each] for each in ABOUT if each in table["Properties"]}
    tables = boto3.client("dynamodb")
    with suppress(tables.exceptions.ResourceInUseException):  # asked again before it had answered
        tables.create_table(TableName=TABLE, **about)
