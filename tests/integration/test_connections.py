"""What goes wrong between us and AWS, on real sockets: answers that are none, or come too late, in part, in
pieces; who is at the other end; who else holds the connection.
"""

import json
import socket
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, EndpointConnectionError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from linli import connections
from linli.aws import met_itself
from linli.tables import read
from tests.integration.forks import in_a_fork
from tests.integration.scripted import HANGS_UP, Said, Server, dynamodb, paused, server, serving

__all__ = ["paused", "server"]  # fixtures
OK = b"HTTP/1.1 200 OK\r\n"
BODY = b'{"Count": 1}'
COUNTED = {"Count": 1}


def raw(*parts: bytes) -> Said:
    return Said(raw=b"".join(parts))


# Answers


NO_ANSWERS = {
    "half a body": raw(OK, b"Content-Length: 100\r\n\r\n", BODY),
    "half a header": raw(OK, b"Content-Le"),
    "half a chunk": raw(OK, b"Transfer-Encoding: chunked\r\n\r\nff\r\n", BODY),
    "no last chunk": raw(OK, b"Transfer-Encoding: chunked\r\n\r\nc\r\n", BODY, b"\r\n"),
    "a chunk of no size": raw(OK, b"Transfer-Encoding: chunked\r\n\r\nsome\r\n", BODY),
    "another protocol": raw(b"SSH-2.0-OpenSSH_9.2\r\n"),
    "a status that is none": raw(b"HTTP/1.1 fine\r\n\r\n"),
    "headers without end": raw(OK, b"X-More: yes\r\n" * 200, b"\r\n"),
    "a header without end": raw(OK, b"X-More: ", b"y" * 70_000, b"\r\n\r\n"),
    "only go on": raw(b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a checksum of another body": Said(200, BODY, {"x-amz-crc32": "1"}),
    "a checksum that is none": Said(200, BODY, {"x-amz-crc32": "many"}),
    "an error's checksum of another body": Said(400, b"{}", {"x-amz-crc32": "1"}),
    "a page": Said(200, b"<html>Sign in to the guests' network</html>"),
    "a list": Said(200, b"[]"),
    "null": Said(200, b"null"),
    "no text": Said(200, b'{"Count": "\xff"}'),
    "no bytes where bytes should be": Said(200, b'{"Item": {"b": {"B": "!"}}}'),
    "a gateway's page": Said(502, b"<html>Bad Gateway</html>", {"Content_Type": "text/html"}),
    "a balancer's page": Said(503, b"<html>Service Unavailable</html>"),
    "a page that came too late": Said(504, b""),
    "a refusal that is none": Said(500, b"[1]"),
}


@pytest.mark.parametrize("first", [True, False], ids=["on a new connection", "on a kept one"])
@pytest.mark.parametrize("said", NO_ANSWERS.values(), ids=NO_ANSWERS)
def test_what_is_no_answer_is_asked_again(server: Server, paused: list[int], said: Said, first: bool) -> None:
    client = dynamodb()
    if not first:
        client.query(TableName="t")
    server.said = [said, Said(body=BODY)]
    assert client.query(TableName="t") == COUNTED
    assert len(paused) <= 1
    assert len({body for _, _, body in server.asked}) == 1


@pytest.mark.parametrize("said", NO_ANSWERS.values(), ids=NO_ANSWERS)
def test_what_is_no_answer_is_one_of_clients_errors_in_the_end(
    server: Server, paused: list[int], said: Said
) -> None:
    server.said = [said] * 4
    with pytest.raises((BotoCoreError, ClientError)):
        dynamodb().query(TableName="t")
    assert (len(server.asked), len(paused)) == (4, 3)


ANSWERS = {
    "in chunks": raw(
        OK, b"Transfer-Encoding: chunked\r\n\r\n4\r\n", BODY[:4], b"\r\n8\r\n", BODY[4:], b"\r\n0\r\n\r\n"
    ),
    "to the end of the connection": raw(OK, b"\r\n", BODY),
    "of an older protocol": raw(b"HTTP/1.0 200 OK\r\n\r\n", BODY),
    "after being told to go on": raw(
        b"HTTP/1.1 100 Continue\r\n\r\n", OK, b"Content-Length: 12\r\n\r\n", BODY
    ),
    "with headers in any case": raw(OK, b"content-length:12\r\nX-AMZ-CRC32:%d\r\n\r\n" % crc32(BODY), BODY),
    "late, but in time": Said(body=BODY, after_s=0.05),
    "of a connection that ends": Said(body=BODY, headers={"Connection": "close"}, hangs_up=True),
}


@pytest.mark.parametrize("said", ANSWERS.values(), ids=ANSWERS)
def test_a_whole_answer_is_taken_however_it_comes(server: Server, paused: list[int], said: Said) -> None:
    client = dynamodb()
    server.said = [said]
    assert client.query(TableName="t") == COUNTED
    assert client.query(TableName="t") == {}
    assert (len(server.asked), paused) == (2, [])
    assert b"Expect" not in b"".join(str(headers).encode() for _, headers, _ in server.asked)


def test_nobody_is_sent_elsewhere(server: Server, paused: list[int]) -> None:
    server.said = [Said(307, b"", {"Location": "http://127.0.0.1:1/"})]
    with pytest.raises(ClientError) as refused:
        dynamodb().query(TableName="t")
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 307
    assert (len(server.asked), paused) == (1, [])


def test_a_kept_connection_that_answers_too_late_is_not_read_by_the_next_one(
    server: Server, paused: list[int]
) -> None:
    client = dynamodb(read_timeout_s=0.1)
    server.said = [Said(), Said(body=b'{"late": 1}', after_s=0.3), Said(body=BODY)]
    client.query(TableName="t")
    assert client.query(TableName="t") == COUNTED
    assert client.query(TableName="t") == {}
    assert len(paused) == 1


def test_nobody_who_accepts_is_an_error_of_the_endpoint(
    server: Server, paused: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "CONNECT_TIMEOUT_S", 0.05)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        waiting = [socket.socket() for _ in range(2)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(full.getsockname())
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{full.getsockname()[1]}")
        with pytest.raises(ConnectTimeoutError):
            dynamodb().query(TableName="t")
        for each in waiting:
            each.close()
    assert (len(paused), server.asked) == (3, [])


def test_many_keys_are_read_though_the_store_leaves_some_out_each_time(
    server: Server, paused: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINLI_STAGE", "test")
    monkeypatch.setenv("LINLI_SERVICE", "access")
    monkeypatch.setattr("linli.tables.pause", lambda *_: None)
    table, keys = "linli-test-access", [(f"willow#{number}", "profile") for number in range(230)]
    server.answer = lambda asked: _some_of(asked, table)
    rows = read(keys)
    assert rows == {}
    asked = [json.loads(body)["RequestItems"][table]["Keys"] for _, _, body in server.asked]
    assert max(map(len, asked)) == 100
    assert {(key["pk"]["S"], key["sk"]["S"]) for each in asked for key in each} == set(keys)
    assert paused == []


def _some_of(asked: dict[str, Any], table: str) -> dict[str, Any]:
    """What BatchGetItem answers that has got to 40 keys, of which nothing is there."""
    left = asked["RequestItems"][table]["Keys"][40:]
    return {"Responses": {table: []}, "UnprocessedKeys": {table: {"Keys": left}} if left else {}}


@pytest.mark.parametrize(
    ("before", "may_be_done"),
    [
        ([], False),
        ([Said.refusal("ThrottlingException")], False),
        ([Said(500, b"")], True),
        ([HANGS_UP], True),
        ([Said.refusal("ThrottlingException"), Said(503, b""), Said.refusal("ThrottlingException")], True),
    ],
)
@pytest.mark.parametrize("kept", [True, False])
def test_a_refusal_tells_whether_the_call_may_have_been_done_before(
    server: Server, paused: list[int], before: list[Said], may_be_done: bool, kept: bool
) -> None:
    client = dynamodb()
    if kept:
        client.query(TableName="t")
    server.said = [*before, Said.refusal("ConditionalCheckFailedException")]
    with pytest.raises(ClientError) as refused:
        client.update_item(TableName="t")
    assert met_itself(refused.value) == may_be_done
    assert len(paused) == len(before) - (kept and before[:1] == [HANGS_UP])


# Clocks


@pytest.mark.parametrize("date", [None, "yesterday", "Fri, 31 Feb 2026 00:00:00 GMT", ""])
def test_a_signature_is_not_made_anew_by_a_clock_that_tells_no_time(
    server: Server, paused: list[int], date: str | None
) -> None:
    server.said = [Said.refusal("RequestTimeTooSkewed", 403, **({} if date is None else {"date": date}))]
    with pytest.raises(ClientError):
        dynamodb().query(TableName="t")
    assert paused == []


def test_a_clock_is_put_right_once_for_a_call(server: Server, paused: list[int]) -> None:
    ahead = formatdate(time.time() + 3600, usegmt=True)
    server.said = [Said.refusal("RequestTimeTooSkewed", 403, date=ahead)] * 4
    with pytest.raises(ClientError):
        dynamodb().query(TableName="t")
    assert (len(server.asked), len(paused)) == (2, 1)


def test_a_clock_that_was_put_right_itself_is_believed_again(server: Server, paused: list[int]) -> None:
    client = dynamodb()
    for off_s in (3600, 0):
        told = formatdate(time.time() + off_s, usegmt=True)
        server.said = [Said.refusal("InvalidSignatureException", date=told)]
        client.query(TableName="t")
        signed = datetime.strptime(server.asked[-1][1]["x-amz-date"], "%Y%m%dT%H%M%S%z")
        assert abs(signed.timestamp() - time.time() - off_s) < 10
    assert len(paused) == 2


# Who is there


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[tuple[ssl.SSLContext, Path]]:
    """A server that vouches for itself, under 127.0.0.1 and no other name."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tests")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    bundle, private = tmp_path / "bundle.pem", tmp_path / "key.pem"
    bundle.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(bundle, private)
    connections.tls.cache_clear()
    yield context, bundle
    connections.tls.cache_clear()


Authority = tuple[ssl.SSLContext, Path]


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("end", [Said(), Said(hangs_up=True), HANGS_UP], ids=["kept", "closed", "died"])
def test_who_is_vouched_for_is_asked_over_one_kept_connection(
    authority: Authority, paused: list[int], monkeypatch: pytest.MonkeyPatch, end: Said
) -> None:
    context, bundle = authority
    monkeypatch.setenv("AWS_CA_BUNDLE", str(bundle))
    client = dynamodb()
    with serving(context) as guarded:
        monkeypatch.setenv("AWS_ENDPOINT_URL", guarded.url)
        guarded.said = [Said(), end] if end is HANGS_UP else [end]
        for _ in range(3):
            assert client.query(TableName="t") == {}
        assert len(set(guarded.callers)) == (1 if end == Said() else 2)
    assert (paused, connections.tls.cache_info().misses) == ([], 1)


@pytest.mark.parametrize("vouched_for", [True, False])
def test_who_is_not_vouched_for_is_told_nothing(
    server: Server,
    authority: Authority,
    paused: list[int],
    monkeypatch: pytest.MonkeyPatch,
    vouched_for: bool,
) -> None:
    context, bundle = authority
    if vouched_for:  # but under another name
        monkeypatch.setenv("AWS_CA_BUNDLE", str(bundle))
    with serving(context) as guarded:
        named = guarded.url.replace("127.0.0.1", "localhost") if vouched_for else guarded.url
        monkeypatch.setenv("AWS_ENDPOINT_URL", named)
        with pytest.raises(EndpointConnectionError):
            dynamodb().query(TableName="t")
        assert (guarded.asked, server.asked) == ([], [])
    assert len(paused) == 3


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"])
def test_no_proxy_of_the_environment_gets_to_see_it(
    server: Server, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert dynamodb().query(TableName="t") == {}
    assert len(server.asked) == 1


# Who else


def test_a_copy_of_the_process_has_connections_of_its_own(server: Server) -> None:
    client = dynamodb()
    server.answer = lambda asked: asked
    assert client.query(TableName="before") == {"TableName": "before"}
    assert in_a_fork(lambda: client.query(TableName="copy")) == {"TableName": "copy"}
    assert client.query(TableName="after") == {"TableName": "after"}
    before, copy, after = server.callers
    assert before == after != copy
