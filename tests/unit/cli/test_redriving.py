"""Dead letters: what is shown of them, and what is sent again."""

import json
from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

import pytest

from linli_cli.letters import clearing, dead_letters, peeking, redriving, relaying
from linli_cli.letters.redriving import WayBack

SENT = datetime(2026, 5, 4, 3, 2, 1, 500_000, UTC)


def letter(body: Any, **attributes: str) -> dict[str, Any]:
    text = body if isinstance(body, str) else json.dumps(body)
    return {
        "MessageId": text,
        "ReceiptHandle": text,
        "Body": text,
        "Attributes": {"SentTimestamp": str(int(SENT.timestamp() * 1000))},
        "MessageAttributes": {name: {"StringValue": value} for name, value in attributes.items()},
    }


REPORT = {
    "ruleName": "linli_local_access_gate_pass",
    "topic": "linli/willow/willow-gate-1/gate_pass",
    "clientId": "willow-gate-1",
    "base64OriginalPayload": b64encode(b'{"seq": 1}').decode(),
    "failures": [{"errorMessage": "throttled"}],
}


def test_a_letter_goes_back_as_it_came() -> None:
    assert redriving.original(letter('{"topic": "t"}')) == '{"topic": "t"}'
    assert redriving.original(letter("no json")) == "no json"


def test_the_report_of_a_topic_rule_becomes_what_the_rule_would_have_handed_over() -> None:
    assert json.loads(redriving.original(letter(REPORT))) == {
        "payload": REPORT["base64OriginalPayload"],
        "topic": REPORT["topic"],
        "client_id": "willow-gate-1",
        "received_at_ms": int(SENT.timestamp() * 1000),
    }


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (letter("{}", ErrorCode="conflict", ErrorMessage="taken"), "taken"),
        (letter("{}", ERROR_CODE="NO_PERMISSIONS"), "NO_PERMISSIONS"),
        (letter(REPORT), "throttled"),
        (letter({"DDBStreamBatchInfo": {}, "requestContext": {"condition": "Exhausted"}}), "Exhausted"),
        (letter("{}"), "every delivery failed"),
    ],
)
def test_the_reason_is_of_whoever_put_it_there(message: dict[str, Any], reason: str) -> None:
    assert redriving.reason_of(message) == reason


def test_a_devices_payload_is_shown_as_what_it_says() -> None:
    shown = redriving.shown(letter({"payload": b64encode(b'{"seq": 1}').decode(), "topic": "t"}))

    assert shown["body"] == {"payload": {"seq": 1}, "topic": "t"}
    assert shown["sent_at"] == "2026-05-04T03:02:01.500Z"


def test_what_is_no_text_is_shown_as_it_is() -> None:
    binary = b64encode(b"\xff\xfe").decode()

    assert redriving.readable({"payload": binary}) == {"payload": binary}
    assert redriving.readable({"payload": "%"}) == {"payload": "%"}
    assert redriving.readable([1]) == [1]
    assert redriving.parsed("[" * 100_000) == "[" * 100_000


def test_a_stream_record_is_as_lambda_hands_it_over() -> None:
    record = {"eventID": "1", "dynamodb": {"ApproximateCreationDateTime": SENT, "SequenceNumber": "7"}}

    assert relaying.as_lambda_gets_it(record)["dynamodb"] == {
        "ApproximateCreationDateTime": SENT.timestamp(),
        "SequenceNumber": "7",
    }


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (59, "59 s"), (60, "1 min"), (7200, "2 h"), (200_000, "2 d")]
)
def test_an_age_is_told_in_its_largest_unit(seconds: int, words: str) -> None:
    assert dead_letters.age_in_words(seconds) == words


class Queue:
    """A queue that hands out two messages at a time and remembers what became visible again."""

    class exceptions:  # noqa: N801  as boto3 names it
        class MessageNotInflight(Exception): ...

        class ReceiptHandleIsInvalid(Exception): ...

        class ClientError(Exception): ...

    def __init__(self, *bodies: str) -> None:
        self.waiting = [letter(body) for body in bodies]
        self.released: list[str] = []

    def receive_message(self, *, MaxNumberOfMessages: int, **_: Any) -> dict[str, Any]:  # noqa: N803
        count = min(2, MaxNumberOfMessages)
        batch, self.waiting = self.waiting[:count], self.waiting[count:]
        return {"Messages": batch} if batch else {}

    def change_message_visibility(self, *, ReceiptHandle: str, **_: Any) -> None:  # noqa: N803
        self.released.append(ReceiptHandle)


@pytest.mark.parametrize(
    ("settled", "returned", "told"), [(True, 0, (0, True)), (False, 2, (2, True)), (False, 1, (1, False))]
)
def test_what_came_back_is_told_as_far_as_it_shows(
    monkeypatch: pytest.MonkeyPatch, *, settled: bool, returned: int, told: tuple[int, bool]
) -> None:
    monkeypatch.setattr(clearing, "LOOK_S", 0.02)
    monkeypatch.setattr(clearing, "POLL_S", 0.01)
    way = WayBack("the function f", lambda _: None, lambda: settled)

    assert clearing.came_back(way, 2, lambda: returned) == told


def test_looking_takes_at_most_so_many_and_puts_all_back() -> None:
    queue = Queue("a", "b", "c", "d")

    assert [each["Body"] for each in peeking.peek(queue, "url", 3)] == ["a", "b", "c"]
    assert queue.released == ["a", "b", "c"]


def test_an_interrupted_look_puts_back_what_it_held() -> None:
    queue = Queue("a", "b", "c")
    looking = peeking.peek(queue, "url", 3)

    next(looking)
    looking.close()

    assert queue.released == ["a", "b"]
