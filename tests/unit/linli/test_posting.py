"""What leaves for others: where it may go, whom it believes, how long it waits, what it makes of answers."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from linli import outbound, posting
from linli.posting import NotSent, Post, retry_after_s
from linli.webhooks import Outgoing
from tests.integration.receiver import Receiver, receiving

NOW = datetime(2026, 11, 27, 8, tzinfo=UTC)
HOST = "hooks.example.com"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture
def anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINLI_RECEIVERS", "anywhere")


def request(url: str) -> Outgoing:
    return Outgoing(url, {"content-type": "application/json"}, b'{"a": 1}')


def refusal(url: str, post: Post | None = None) -> NotSent:
    with pytest.raises(NotSent) as caught:
        (post or Post(retries=0)).hand_over(request(url))
    return caught.value


@pytest.mark.usefixtures("anywhere")
def test_what_is_taken_over_says_so(receiver: Receiver) -> None:
    assert Post(retries=0).hand_over(request(receiver.url)) == 204
    ((path, headers, body),) = receiver.came
    assert (path, body, headers["user-agent"]) == ("/hook", b'{"a": 1}', "linli")


@pytest.mark.usefixtures("anywhere")
@pytest.mark.parametrize(
    ("status", "why", "is_down"),
    [
        (301, "redirected", False), (307, "redirected", False), (400, "refused", False),
        (404, "refused", False), (410, "gone", True), (429, "busy", True),
        (500, "refused", False), (503, "busy", True),
    ],
)  # fmt: skip
def test_each_answer_means_something(receiver: Receiver, status: int, why: str, is_down: bool) -> None:
    receiver.answers = lambda it: receiver.say(it, status, Location=receiver.url, Retry_After="7")
    found = refusal(receiver.url)
    assert (found.why, found.status, found.is_down, found.retry_after_s) == (why, status, is_down, 7)
    assert len(receiver.came) == 1, "neither repeated at once, nor followed"


@pytest.mark.usefixtures("anywhere")
def test_nobody_is_asked_twice_in_a_task_who_was_down_once(receiver: Receiver) -> None:
    receiver.answers = lambda it: receiver.say(it, 503)
    post = Post(retries=0)
    assert [refusal(receiver.url, post).status for _ in range(2)] == [503, None]
    assert len(receiver.came) == 1


def test_a_stage_in_the_world_asks_no_private_address(receiver: Receiver) -> None:
    assert refusal(receiver.url).why == "not_public"
    assert refusal(f"https://127.0.0.1:{receiver.port}/").why == "not_public"
    assert receiver.came == []


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """What names resolve to from now on, in turn; returns who was asked for."""
    left, asked = list(answers), []

    def getaddrinfo(host: str, port: int, *args: Any, **more: Any) -> Any:
        if host != HOST:
            return resolved(host, port, *args, **more)
        asked.append(host)
        found = left.pop(0) if len(left) > 1 else left[0]
        return [each for one in found for each in resolved(one, port, type=socket.SOCK_STREAM)]

    resolved = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


@pytest.mark.parametrize(
    "found", [["127.0.0.1"], ["1.1.1.1", "10.0.0.7"], ["::ffff:169.254.169.254"], ["64:ff9b::7f00:1"]]
)
def test_a_name_that_leads_home_is_not_asked(monkeypatch: pytest.MonkeyPatch, found: list[str]) -> None:
    resolving(monkeypatch, found)
    connected: list[Any] = []
    monkeypatch.setattr(socket.socket, "connect", lambda *a: connected.append(a))
    assert refusal(f"https://{HOST}/").why == "not_public"
    assert connected == []


def test_a_name_that_changes_between_the_check_and_the_connection_is_not_followed(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a name that was public when it was looked at, and is ours ever after
    asked = resolving(monkeypatch, ["1.1.1.1"], ["127.0.0.1"])
    assert outbound.addresses_of(HOST, 443) == ["1.1.1.1"]
    # Then the connection looks for itself
    assert refusal(f"https://{HOST}/").why == "not_public"
    assert (receiver.came, len(asked)) == ([], 2)


def test_what_was_looked_at_is_what_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, connected = resolving(monkeypatch, ["1.1.1.1"], ["127.0.0.1"]), []

    def connect(_: socket.socket, address: Any) -> None:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", connect)
    assert refusal(f"https://{HOST}/").why == "silent"
    assert (connected, len(asked)) == ([("1.1.1.1", 443)], 1)


@pytest.mark.usefixtures("anywhere")
def test_tls_asks_for_the_name_and_believes_no_other(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    authority = certified(receiver, tmp_path, HOST)
    resolving(monkeypatch, ["127.0.0.1"])
    session = outbound.session(0, (), checked=True)
    assert refusal(f"https://{HOST}:{receiver.port}/").why == "silent", "an authority that nobody knows"
    session.verify = str(authority)
    assert Post(retries=0).hand_over(request(f"https://{HOST}:{receiver.port}/")) == 204
    assert receiver.asked_for[-1] == HOST
    assert refusal(f"https://127.0.0.1:{receiver.port}/").why == "silent", "its certificate has another name"


def certified(receiver: Receiver, folder: Path, name: str) -> Path:
    """Let a receiver speak TLS under a name; returns the certificate to believe."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "receiver.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    context.sni_callback = lambda _wire, asked, _context: receiver.asked_for.append(asked)
    receiver.server.socket = context.wrap_socket(receiver.server.socket, server_side=True)
    return pem


@pytest.mark.usefixtures("anywhere")
def test_an_answer_that_trickles_in_is_not_waited_for(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbound, "PATIENCE_S", 0.3)
    over = threading.Event()

    def trickle(handler: Any) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not over.wait(0.02):
            handler.wfile.write(b"x: y\r\n")

    receiver.answers = trickle
    began = time.monotonic()
    assert refusal(receiver.url).why == "silent"
    over.set()
    assert time.monotonic() - began < 2


@pytest.mark.usefixtures("anywhere")
@pytest.mark.parametrize("slowly", [True, False])
def test_a_body_without_end_is_not_read(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, slowly: bool
) -> None:
    monkeypatch.setattr(posting, "READ_WITHIN_S", 0.2)
    over, sent = threading.Event(), []

    def flood(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(10**9))
        handler.end_headers()
        while not over.wait(0.02 if slowly else 0):
            handler.wfile.write(b"x" * (1 if slowly else 100_000))
            sent.append(1)

    receiver.answers = flood
    began = time.monotonic()
    assert Post(retries=0).hand_over(request(receiver.url)) == 200
    over.set()
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120), ("0", 0), (None, None), ("soon", None), ("-5", None), ("１２", None),
        ("9" * 400, 999_999_999),
        ("Fri, 27 Nov 2026 08:02:00 GMT", 120), ("Fri, 27 Nov 2026 07:00:00 GMT", 0), ("Fri, 99 Nov", None),
        ("Fri, 27 Nov 2026 08:02:00", None),
    ],
)  # fmt: skip
def test_when_to_come_again_is_read_or_left_alone(said: str | None, seconds: int | None) -> None:
    assert retry_after_s(said, NOW) == seconds
