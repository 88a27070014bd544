"""Our clients against a server that answers as it is told: what is asked again, what is not, and how it ends;
and against botocore's clients, asked and answered the same.
"""

import json
import socket
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email.utils import formatdate
from typing import Any
from zlib import crc32

import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)

from linli import connections, json_services
from linli.json_services import SERVICES, Client
from tests.integration.scripted import HANGS_UP, Said, Server, dynamodb, paused, server, serving

__all__ = ["paused", "server"]  # fixtures
REGIONS = ["eu-west-1", "us-east-1", "ap-southeast-1", "us-gov-west-1", "cn-north-1", "cn-northwest-1"]


# Connections


def test_a_connection_is_kept(server: Server, paused: list[int]) -> None:
    for _ in range(3):
        assert dynamodb().query(TableName="t") == {}
    assert len(set(server.callers)) == 1
    assert paused == []


@pytest.mark.parametrize("end", [Said(hangs_up=True), HANGS_UP])
def test_a_connection_that_has_died_meanwhile_costs_no_attempt(
    server: Server, paused: list[int], end: Said
) -> None:
    client = dynamodb()
    if end is HANGS_UP:  # it dies in the moment that it is used again
        server.said = [Said(), end, Said(body=b'{"Count": 1}')]
    else:  # it dies while nobody asks, as it may while the process is frozen
        server.said = [end, Said(body=b'{"Count": 1}')]
    client.query(TableName="t")
    assert client.query(TableName="t") == {"Count": 1}
    assert len(set(server.callers)) == 2
    assert paused == []


def test_a_connection_that_nobody_may_remember_is_not_used(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, now = dynamodb(), time.time()
    client.query(TableName="t")
    monkeypatch.setattr(connections.time, "time", lambda: now + 60)  # as long as some remember
    client.query(TableName="t")
    assert len(set(server.callers)) == 2


def test_each_of_many_at_once_gets_its_own_answer(server: Server) -> None:
    client, server.answer = dynamodb(), lambda each: each
    asked = [{"TableName": f"t{number}"} for number in range(200)]
    with ThreadPoolExecutor(16) as threads:
        assert list(threads.map(lambda each: client.query(**each), asked)) == asked
    assert sum(map(len, connections._idle.values())) <= connections.MOST_IDLE


# What is asked again


@pytest.mark.parametrize(
    "trouble",
    [
        HANGS_UP,
        Said(500, b""),
        Said(503, b"<html>busy</html>"),
        Said.refusal("ThrottlingException"),
        Said.refusal("ProvisionedThroughputExceededException"),
        Said(429, b""),
        Said(200, b"<html>who are you?</html>"),
        Said(200, b"{}", {"x-amz-crc32": "1"}),
        Said.refusal("InvalidSignatureException", date=formatdate(time.time() + 3600, usegmt=True)),
    ],
)
def test_what_may_pass_is_asked_again_signed_anew(server: Server, paused: list[int], trouble: Said) -> None:
    server.said = [trouble, Said(body=b'{"Count": 1}')]
    assert dynamodb().query(TableName="t") == {"Count": 1}
    assert len(paused) == 1
    assert len({body for _, _, body in server.asked}) == 1


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        (HANGS_UP, ConnectionClosedError),
        (Said(500, b""), ClientError),
        (Said.refusal("ThrottlingException"), ClientError),
        (Said(after_s=0.3), ReadTimeoutError),
    ],
)
def test_what_does_not_pass_is_given_up_after_four_attempts_with_longer_and_longer_pauses(
    server: Server, paused: list[int], trouble: Said, kind: type[Exception]
) -> None:
    server.said = [trouble] * 4
    with pytest.raises(kind):
        dynamodb(read_timeout_s=0.1).query(TableName="t")
    assert len(server.asked) == 4
    assert paused == sorted(set(paused))
    assert len(paused) == 3


def test_the_busy_are_left_alone_for_longer_than_the_broken(server: Server, paused: list[int]) -> None:
    server.said = [Said.refusal("ThrottlingException"), Said(), Said(500, b""), Said()]
    for _ in range(2):
        dynamodb().query(TableName="t")
    assert paused[0] > paused[1]


@pytest.mark.parametrize(
    "code", ["ConditionalCheckFailedException", "TransactionConflictException", "ValidationException"]
)
def test_a_refusal_is_final(server: Server, paused: list[int], code: str) -> None:
    server.said = [Said.refusal(code)]
    with pytest.raises(ClientError) as refused:
        dynamodb().update_item(TableName="t")
    assert refused.value.response["Error"] == {"Code": code, "Message": "no"}
    assert (len(server.asked), paused) == (1, [])


def test_nobody_there_is_an_error_of_the_endpoint(
    server: Server, paused: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", f"http://127.0.0.1:{nobody.getsockname()[1]}")
        with pytest.raises(EndpointConnectionError):
            dynamodb().query(TableName="t")
    assert len(paused) == 3
    assert server.asked == []


def test_a_transaction_that_is_sent_again_is_the_same_one(server: Server, paused: list[int]) -> None:
    server.said = [Said(500, b""), HANGS_UP]
    client = dynamodb()
    client.transact_write_items(TransactItems=[])
    client.transact_write_items(TransactItems=[])
    tokens = [json.loads(body)["ClientRequestToken"] for _, _, body in server.asked]
    assert len(paused) == 1  # a kept connection has died, which counts as nothing
    assert len(set(tokens[:3])) == 1
    assert tokens[3] != tokens[0]


def test_a_clock_that_is_off_is_put_right_for_all_that_follows(server: Server, paused: list[int]) -> None:
    ahead = Said.refusal("InvalidSignatureException", date=formatdate(time.time() + 7200, usegmt=True))
    server.said = [ahead]
    client = dynamodb()
    for _ in range(2):
        client.query(TableName="t")
    first, *later = [headers["x-amz-date"] for _, headers, _ in server.asked]
    assert all(each[:11] > first[:11] for each in later)
    assert len(paused) == 1


def test_a_wrong_key_is_not_taken_for_a_wrong_clock(server: Server, paused: list[int]) -> None:
    server.said = [Said.refusal("InvalidSignatureException", date=formatdate(usegmt=True))]
    with pytest.raises(ClientError):
        dynamodb().query(TableName="t")
    assert paused == []


# Whose it is


def test_credentials_that_are_renewed_in_place_are_used(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = dynamodb()
    for name in ("one", "two"):
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", name)
        monkeypatch.setenv("AWS_SESSION_TOKEN", f"token {name}")
        client.query(TableName="t")
    assert [headers["x-amz-security-token"] for _, headers, _ in server.asked] == ["token one", "token two"]
    assert "Credential=two/" in server.asked[-1][1]["authorization"]


def test_nobody_asks_without_credentials(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with pytest.raises(NoCredentialsError):
        dynamodb().query(TableName="t")
    assert server.asked == []


@pytest.fixture
def lender(monkeypatch: pytest.MonkeyPatch, server: Server) -> Iterator[Server]:  # noqa: ARG001  it is there first
    """Who lends credentials to a function that was restored from a snapshot; its environment holds none."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    with serving() as told:
        monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{told.url}/2021-04-23/credentials?a=1")
        monkeypatch.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "let me")
        json_services.forget()
        yield told


def lent(name: str, for_s: float) -> Said:
    ends = datetime.fromtimestamp(time.time() + for_s, UTC).isoformat().replace("+00:00", "Z")
    said = {"AccessKeyId": name, "SecretAccessKey": f"{name}'s", "Token": f"token {name}", "Expiration": ends}
    return Said(body=json.dumps(said).encode())


def test_credentials_that_are_lent_are_used_until_they_are_about_to_end(
    server: Server, lender: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    clients, now = [Client(SERVICES[name]) for name in ("dynamodb", "sqs")], time.time()
    lender.said = [lent("one", 3600), lent("two", 7200)]
    for later_s in (0, 1800, 3590):
        monkeypatch.setattr("time.time", lambda later_s=later_s: now + later_s)
        for client in clients:
            client.query(TableName="t")
    used = [headers["x-amz-security-token"] for _, headers, _ in server.asked]
    assert used == ["token one"] * 4 + ["token two"] * 2
    assert [path for path, _, _ in lender.asked] == ["/2021-04-23/credentials?a=1"] * 2
    assert {headers["authorization"] for _, headers, _ in lender.asked} == {"let me"}


def test_credentials_of_ones_own_come_before_those_that_are_lent(
    server: Server, lender: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "own")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "own")
    dynamodb().query(TableName="t")
    assert "Credential=own/" in server.asked[0][1]["authorization"]
    assert lender.asked == []


@pytest.mark.parametrize("said", [Said(403, b"no"), Said(200, b"[]"), Said(200, b'{"AccessKeyId": "a"}')])
def test_who_lends_nothing_that_can_be_used_is_silent(server: Server, lender: Server, said: Said) -> None:
    lender.said = [said]
    with pytest.raises(BotoCoreError):
        dynamodb().query(TableName="t")
    assert server.asked == []


def test_who_lends_is_asked_again_when_the_answer_was_lost(
    server: Server, lender: Server, paused: list[int]
) -> None:
    lender.said = [HANGS_UP, lent("one", 3600)]
    dynamodb().query(TableName="t")
    assert (len(server.asked), len(lender.asked), len(paused)) == (1, 2, 1)


# As botocore has it


def as_text(value: Any) -> str:
    """Bytes as DynamoDB writes them."""
    assert isinstance(value, bytes)
    return b64encode(value).decode()


def theirs(service: str, region: str = "eu-west-1") -> Any:
    config = Config(retries={"total_max_attempts": 1}, parameter_validation=False)
    return botocore.session.get_session().create_client(service, region, config=config)


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_where_botocore_looks_for_it(
    service: str, region: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    assert Client(SERVICES[service]).endpoint_url == theirs(service, region).meta.endpoint_url
    named = f"AWS_ENDPOINT_URL_{SERVICES[service].variable}"
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
    assert Client(SERVICES[service]).endpoint_url == theirs(service, region).meta.endpoint_url
    monkeypatch.setenv(named, "http://localhost:4567")
    assert Client(SERVICES[service]).endpoint_url == theirs(service, region).meta.endpoint_url
    monkeypatch.setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")
    assert Client(SERVICES[service]).endpoint_url == theirs(service, region).meta.endpoint_url


ROW: dict[str, Any] = {
    "pk": {"S": "willow#gate"},
    "sk": {"S": "门-1"},
    "n": {"N": "1.50"},
    "m": {"M": {"B": {"S": "no bytes"}, "BS": {"L": [{"BOOL": True}, {"NULL": True}]}}},
    "b": {"B": b"\x00\xff"},
    "s": {"BS": [b"", b"two"]},
}
KEYS = {"RequestItems": {"t": {"Keys": [ROW], "ConsistentRead": True}}}
WRITES = {"ClientRequestToken": "1", "TransactItems": [{"Put": {"TableName": "t", "Item": ROW}}]}
PAGE = {"Items": [ROW], "Count": 1, "ScannedCount": 1}
CALLS: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    ("dynamodb", "batch_get_item", KEYS, {"Responses": {"t": [ROW]}, "UnprocessedKeys": {}}),
    ("dynamodb", "delete_item", {"TableName": "t", "Key": ROW}, {}),
    ("dynamodb", "get_item", {"TableName": "t", "Key": ROW}, {"Item": ROW}),
    ("dynamodb", "put_item", {"TableName": "t", "Item": ROW}, {}),
    ("dynamodb", "query", {"TableName": "t", "Limit": 5}, PAGE),
    ("dynamodb", "transact_write_items", WRITES, {}),
    ("dynamodb", "update_item", {"TableName": "t", "Key": ROW}, {"Attributes": ROW}),
    ("events", "put_events", {"Entries": [{"Source": "a", "Detail": "{}"}]}, {"FailedEntryCount": 0}),
    ("iot-data", "publish", {"topic": "linli/willow/门 1/reply", "qos": 1, "payload": b"{}"}, {}),
    ("secretsmanager", "get_secret_value", {"SecretId": "linli/a"}, {"SecretString": "s"}),
    ("sqs", "change_message_visibility", {"QueueUrl": "http://q/1/a", "VisibilityTimeout": 5}, {}),
    ("sqs", "get_queue_url", {"QueueName": "a"}, {"QueueUrl": "http://q/1/a"}),
    ("sqs", "send_message", {"QueueUrl": "http://q/1/a", "MessageBody": "门"}, {"MessageId": "1"}),
]
REFUSALS = [
    Said.refusal("ResourceNotFoundException"),
    Said(400, b'{"__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException", "Message": "x"}'),
    Said(400, b'{"__type": "QueueDoesNotExist", "message": "x"}', {"x-amzn-query-error": "AWS.Old;Sender"}),
    Said(403, b'{"message": "Forbidden"}', {"x-amzn-ErrorType": "ForbiddenException:http://internal/"}),
    Said(413, b""),
]


@pytest.mark.parametrize(("service", "call", "arguments", "answer"), CALLS, ids=lambda each: str(each)[:24])
def test_a_call_is_asked_and_read_as_by_botocore(
    server: Server, service: str, call: str, arguments: dict[str, Any], answer: dict[str, Any]
) -> None:
    asked: list[Any] = []
    for client in (Client(SERVICES[service]), theirs(service)):
        server.said = [
            Said(body=json.dumps(answer, default=as_text).encode(), headers={"x-amzn-requestid": "1"})
        ]
        found = getattr(client, call)(**arguments) or {}
        found.pop("ResponseMetadata", None)
        path, headers, body = server.asked[-1]
        target = headers.get("x-amz-target")
        said = json.loads(body) if target else body
        asked.append((path, target, target and headers["content-type"], said, found))
    assert asked[0] == asked[1]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda each: str(each.body))
@pytest.mark.parametrize("service", ["dynamodb", "sqs", "iot-data"])
def test_a_refusal_is_read_as_by_botocore(
    server: Server, paused: list[int], service: str, refusal: Said
) -> None:
    ask: dict[str, Callable[[Any], Any]] = {
        "dynamodb": lambda client: client.query(TableName="t"),
        "sqs": lambda client: client.get_queue_url(QueueName="a"),
        "iot-data": lambda client: client.publish(topic="t", qos=1, payload=b""),
    }
    told = []
    for client in (Client(SERVICES[service]), theirs(service)):
        server.said = [refusal]
        with pytest.raises(ClientError) as refused:
            ask[service](client)
        error, about = refused.value.response["Error"], refused.value.response["ResponseMetadata"]
        told.append((error["Code"], error["Message"], about["HTTPStatusCode"]))
    assert told[0] == told[1]
    assert paused == []


def test_a_whole_answer_is_worth_its_checksum(server: Server, paused: list[int]) -> None:
    body = b'{"Count": 1}'
    server.said = [Said(200, body, {"x-amz-crc32": str(crc32(body))})]
    assert dynamodb().query(TableName="t") == {"Count": 1}
    assert paused == []


def test_silence_is_botocores_kind_of_error() -> None:
    assert all(issubclass(each, BotoCoreError) for each in (ConnectionClosedError, ReadTimeoutError))
