"""Samples can be read, and are sent as if they had never been made readable."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli_cli.develop.readable import compact, encoded, readable
from linli_cli.layout import ROOT

SAMPLES = sorted((ROOT / "events").rglob("*.json"))
texts = st.text(st.characters(codec="utf-8"))
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
messages = st.dictionaries(texts, values, max_size=4) | st.lists(values, max_size=4)


def in_base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def queued(payload: str) -> dict[str, Any]:
    """What a device says, waiting in a queue."""
    said = {"payload": in_base64(payload), "topic": "linli/willow/willow-gate-1/gate_pass"}
    return {"Records": [{"messageId": "1", "body": compact(said)}]}


def signed_by_others(event: Any) -> bool:
    headers = (event.get("headers") or {}) if isinstance(event, dict) else {}
    return any("signature" in name.lower() and "{signed:" not in value for name, value in headers.items())


@settings(deadline=None)
@given(messages)
def test_what_is_made_readable_is_sent_byte_by_byte_as_it_was(message: Any) -> None:
    raw = queued(compact(message))
    shown = readable(raw, exactly=True)
    assert shown["Records"][0]["body_json"]["payload_json"] == readable(message, exactly=True)
    assert encoded(shown) == raw


@settings(deadline=None)
@given(messages, st.sampled_from([None, 1, 4]), st.booleans())
def test_only_spaces_between_the_parts_may_go(message: Any, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(message, indent=indent, ensure_ascii=ascii_only)
    (record,) = encoded(readable(queued(text)))["Records"]
    assert json.loads(base64.b64decode(json.loads(record["body"])["payload"])) == message


@settings(deadline=None)
@given(messages)
def test_to_encode_twice_is_to_encode_once(message: Any) -> None:
    sent = encoded({"body_json": message, "isBase64Encoded": False})
    assert encoded(sent) == sent


@pytest.mark.parametrize(
    "text",
    [
        "no json at all",
        '{"event_id": "sample',
        '{"value": 1.50}',
        '{"value": 1E2}',
        '{"value": NaN, "value": 1}',
        '{"value": 1, "value": 1}',
        '{"name": "\\ud800"}',
        '{"name": "\\u0041"}',
        "12",
        '"words"',
        "[" * 5000,
        "[" * 600 + "]" * 600,
        "[" * 33 + "]" * 33,
    ],
)
def test_what_json_would_not_keep_as_it_is_spelt_stays_as_it_is(text: str) -> None:
    raw = {"payload": in_base64(text), "body": text}
    assert encoded(readable(raw)) == raw
    assert queued(text) == encoded(readable(queued(text)))


def test_bytes_that_are_no_text_stay_as_they_are() -> None:
    assert readable({"payload": "//4="}) == {"payload": "//4="}


def test_what_is_signed_is_readable_only_where_every_byte_comes_back() -> None:
    spaced, tight = {"body": '{"id": 1}'}, {"body": '{"id":1}'}
    assert readable(spaced, exactly=True) == spaced
    assert readable(tight, exactly=True) == {"body_json": {"id": 1}}


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.relative_to(ROOT / "events").as_posix())
def test_every_sample_is_written_so_that_it_can_be_read(path: Path) -> None:
    written = json.loads(path.read_text(encoding="utf-8"))
    assert readable(encoded(written), exactly=signed_by_others(written)) == written
