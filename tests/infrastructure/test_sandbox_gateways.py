"""The sandbox's message gateways and our own sender understand each other, over real HTTP."""

import json
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest

from functions.care.calling.alerts import Message
from functions.care.calling.channels import outgoing
from linli import outbound
from linli.escalation import client
from linli.escalation.client import Courier
from linli.escalation.parties import Party
from linli.messages.gateways import Channel, Channels, GatewayReply
from linli.posting import BUSY, RETRIES, NotSent
from linli.webhooks import verify
from linli_cli.local.sandbox import Sandbox

NOW = datetime.now(UTC)


class Door:
    """Where replies come in, as `gateway_reply` takes them."""

    def __init__(self) -> None:
        self.came: list[tuple[str, dict[str, str], bytes]] = []
        door = self

        class Conversation(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                door.came.append((self.path, headers, body))
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b'{"outcome": "acknowledged"}')

            def log_message(self, *_about: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Conversation)
        self.url = f"http://127.0.0.1:{self.server.server_port}/gateway_replies/willow"


@pytest.fixture
def door() -> Iterator[Door]:
    made = Door()
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    made = Sandbox(tmp_path_factory.mktemp("a home"))
    made.start()
    made.wait()
    yield made
    outbound.session(RETRIES, BUSY, checked=True).close()
    outbound.session.cache_clear()
    made.stop()


@pytest.fixture
def channels(sandbox: Sandbox, door: Door, monkeypatch: pytest.MonkeyPatch) -> Iterator[Channels]:
    """Willow's gateways, as its secret has them."""
    secret = sandbox.ask("PUT", "/gateways/communities/willow", {"reply_url": door.url})
    made = Channels.model_validate_json(json.dumps(secret))
    monkeypatch.setattr(client, "channels_of", lambda _community: made)
    monkeypatch.setenv("LINLI_RECEIVERS", "anywhere")
    yield made
    for channel in ("push", "sms", "voice"):
        sandbox.ask("PUT", f"/gateways/moods/{channel}", {"answers": "normal"})


DAUGHTER = Party("contact", "daughter", "daughter", "+8613800000002")


def message(number: int, channel: Channel = "sms") -> Message:
    return Message(
        message=f"a-1-{number}", community="willow", alert="a-1", person="ann", to="contact",
        recipient="daughter", channel=channel, purpose="alert", emergency=True, made_at=NOW,
    )  # fmt: skip


@pytest.mark.usefixtures("channels")
def test_a_message_is_taken_over_once_however_often_it_comes(sandbox: Sandbox) -> None:
    for _ in range(2):
        Courier(NOW, outgoing).send(message(1), DAUGHTER)
    (taken,) = sandbox.ask("GET", "/gateways/messages?message_id=a-1-1")["items"]
    assert (taken["times"], taken["to"], taken["template"]) == (2, "+8613800000002", "care_emergency_contact")


def test_a_key_that_is_pressed_comes_back_signed(sandbox: Sandbox, door: Door, channels: Channels) -> None:
    Courier(NOW, outgoing).send(message(2, "voice"), DAUGHTER)
    told = {"message_id": "a-1-2", "event": "replied", "digit": "1"}
    said = sandbox.ask("POST", "/gateways/replies", told)
    assert said == {"status": 200, "answer": {"outcome": "acknowledged"}}
    ((path, headers, body),) = door.came
    assert path == "/gateway_replies/willow/voice"
    assert channels.voice is not None
    assert verify(headers, body, channels.voice.secrets, datetime.now(UTC)).startswith("reply-")
    assert GatewayReply.model_validate_json(body).digit == "1"


@pytest.mark.usefixtures("channels")
@pytest.mark.parametrize("mood", ["busy", "refuses"])
def test_it_can_fail_on_demand(sandbox: Sandbox, mood: str) -> None:
    sandbox.ask("PUT", "/gateways/moods/push", {"answers": mood})
    with pytest.raises(NotSent):
        Courier(NOW, outgoing).send(message(3, "push"), DAUGHTER)
    assert sandbox.ask("GET", "/gateways/messages?message_id=a-1-3")["items"] == []


def test_what_is_not_signed_by_the_account_is_refused(
    sandbox: Sandbox, channels: Channels, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert channels.sms is not None
    forged = channels.sms.model_copy(update={"secrets": ["whsec_dGhlIG1lc3NhZ2UgZ2F0ZXdheXMgb2Ygd2lsbG93"]})
    monkeypatch.setattr(client, "channels_of", lambda _: channels.model_copy(update={"sms": forged}))
    with pytest.raises(NotSent, match="401"):
        Courier(NOW, outgoing).send(message(4), DAUGHTER)
    assert sandbox.ask("GET", "/gateways/messages?message_id=a-1-4")["items"] == []


@pytest.mark.usefixtures("channels")
def test_it_believes_a_signature_for_five_minutes_unless_it_is_told_otherwise(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "signing_time", lambda: datetime.now(UTC) - timedelta(seconds=310))
    with pytest.raises(NotSent, match="400"):
        Courier(NOW, outgoing).send(message(8), DAUGHTER)
    sandbox.ask("PUT", "/gateways/moods/sms", {"answers": "timeless"})
    Courier(NOW, outgoing).send(message(8), DAUGHTER)
    (taken,) = sandbox.ask("GET", "/gateways/messages?message_id=a-1-8")["items"]
    assert taken["times"] == 1


@pytest.mark.usefixtures("channels")
def test_what_is_sent_is_signed_with_the_time_of_now(sandbox: Sandbox) -> None:
    Courier(NOW - timedelta(days=300), outgoing).send(message(9), DAUGHTER)
    assert sandbox.ask("GET", "/gateways/messages?message_id=a-1-9")["items"]


def test_a_gateway_that_is_down_is_waited_for_once_in_a_task(
    channels: Channels, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a gateway that nobody answers at
    assert channels.sms is not None
    dead = channels.sms.model_copy(update={"url": "http://127.0.0.1:9/"})
    monkeypatch.setattr(client, "channels_of", lambda _: channels.model_copy(update={"sms": dead}))
    courier = Courier(NOW, outgoing)
    with pytest.raises(NotSent, match="ConnectionError"):
        courier.send(message(5), DAUGHTER)
    # Then the other messages of the task do not try
    with pytest.raises(NotSent, match="is down"):
        courier.send(message(6), DAUGHTER)
    with pytest.raises(NotSent, match="not set up"):
        courier.send(message(7), None)


def test_an_account_keeps_its_secret_over_a_restart(sandbox: Sandbox) -> None:
    before = sandbox.ask("PUT", "/gateways/communities/cedar", {"reply_url": "http://127.0.0.1:1/x"})
    sandbox.stop()
    sandbox.start()
    sandbox.wait()
    assert sandbox.ask("PUT", "/gateways/communities/cedar", {"reply_url": "http://127.0.0.1:1/x"}) == before


def test_it_waits_for_its_port_which_one_that_was_killed_holds_a_moment_longer(sandbox: Sandbox) -> None:
    before = urlsplit(sandbox.url)
    sandbox.stop()
    holder = socket.create_server((before.hostname or "", before.port or 0))
    letting_go = threading.Timer(0.3, holder.close)
    letting_go.start()
    sandbox.start()
    sandbox.wait()
    letting_go.join()
    assert urlsplit(sandbox.url) == before
