"""The sandbox's message gateways as tests use them: one server a session, an empty exchange a test."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Thread
from typing import Any

from chalice.app import Chalice

from linli import secrets
from linli.aws import of_botocore
from linli.webhooks import signed
from localstack.sandbox.gateways import Exchange
from localstack.sandbox.server import HOST, Handler, Request, serving
from tests.integration import gateway
from tests.integration.conftest import STAGE, Invoke

REPLY_URL = "https://api.example/gateway_replies"
Answer = gateway.Answer


def keep_channels(community: str, text: str) -> None:
    """Make the secret that holds a community's gateways, whatever it was before."""
    vault, name = of_botocore("secretsmanager"), f"linli/{STAGE}/channels/{community}"
    try:
        vault.create_secret(Name=name, SecretString=text)
    except vault.exceptions.ResourceExistsException:
        vault.put_secret_value(SecretId=name, SecretString=text)


class Gateways:
    """Push, text and voice of willow and maple, and the world's side of them."""

    def __init__(self, base: str, folder: Path) -> None:
        self.exchange = Exchange(base, folder / "gateways.json")
        self.secrets: dict[str, str] = {}
        self.serve: Callable[[Handler], None] = lambda _: None

    def open(self, community: str) -> None:
        """Give a community its gateways."""
        body = json.dumps({"reply_url": f"{REPLY_URL}/{community}"}).encode()
        asked = Request("PUT", f"/gateways/communities/{community}", {}, body)
        text = self.exchange.open_account(asked).body.decode()
        keep_channels(community, text)
        self.secrets[community] = json.loads(text)["push"]["secrets"][0]

    def are(self, mood: str, *channels: str) -> None:
        """`are("busy", "push")`: how gateways answer from now on."""
        for channel in channels or ("push", "sms", "voice"):
            self.exchange.moods[channel] = mood

    @property
    def sent(self) -> list[tuple[str, str]]:
        """Who was sent something by which channel, in order."""
        return [(each.notice["to"], each.notice["channel"]) for each in self.exchange.taken.values()]

    @property
    def notices(self) -> list[dict[str, Any]]:
        """All that was sent."""
        return [each.notice for each in self.exchange.taken.values()]

    @property
    def times(self) -> list[int]:
        """How often each message came."""
        return [each.times for each in self.exchange.taken.values()]

    def message_to(self, to: str, channel: str) -> str:
        """The id of the last message to somebody by a channel."""
        found = [each for each in self.notices if (each["to"], each["channel"]) == (to, channel)]
        return str(found[-1]["message_id"])


def reply_event(
    body: dict[str, Any],
    community: str,
    channel: str,
    *,
    secret: str,
    now: datetime,
    headers: dict[str, str] | None = None,
    reply_id: str = "reply-1",
) -> dict[str, Any]:
    """A gateway's signed reply, as Lambda gets it."""
    text = json.dumps(body)
    sent = {"content-type": "application/json", **signed(reply_id, text.encode(), [secret], now)}
    sent |= headers or {}
    path = f"/gateway_replies/{community}/{channel}"
    return {
        "resource": "/gateway_replies/{community}/{channel}",
        "path": path,
        "httpMethod": "POST",
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": {"community": community, "channel": channel},
        "stageVariables": None,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "a1b2c3d4e5",
            "httpMethod": "POST",
            "identity": {"sourceIp": "192.0.2.7"},
            "path": f"/api{path}",
            "protocol": "HTTP/1.1",
            "requestId": "reply-1",
            "requestTimeEpoch": int(now.timestamp() * 1000),
            "resourcePath": "/gateway_replies/{community}/{channel}",
            "stage": "api",
        },
        "body": text,
        "isBase64Encoded": False,
    }


def reply(app: Chalice, invoke: Invoke, event: dict[str, Any]) -> Answer:
    """What the gateway is answered."""
    return gateway.answer(invoke(app, "api", event))


@contextmanager
def open_world(folder: Path) -> Iterator[Gateways]:
    """The gateways on a port of loopback, for the time of a test."""
    gateways = Gateways("", folder)
    handlers: dict[str, Handler] = {"/gateways/": gateways.exchange.take}
    gateways.serve = lambda handler: handlers.update({"/gateways/": handler})
    server = serving(0, handlers)
    gateways.exchange.base = f"http://{HOST}:{server.server_address[1]}"
    secrets.forget()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield gateways
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        secrets.forget()
