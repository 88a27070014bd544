"""Samples as people read them: what Lambda gets as text stands in the file as JSON.

`payload_json` stands for `payload`, which is base64; `body_json` and `grants_json` for the texts `body` and
`grants`; at any depth, so that a device's message in a queue's body can be read as well. What is no JSON, or
what JSON would not keep as it is spelt (a number as `1.50`, a field that is there twice), stays as it is.
"""

import base64
import binascii
import json
import re
from itertools import accumulate
from typing import Any

SUFFIX = "_json"
IN_BASE64 = "payload"
TEXTS = (IN_BASE64, "body", "grants")
DEEPEST = 32  # brackets in each other that somebody may want to read
STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"')
SPACES = re.compile(rf"({STRINGS.pattern})|\s+")  # a string, which is kept, or spaces outside of strings


def encoded(value: Any) -> Any:
    """A readable sample as Lambda gets it; one that was raw already stays the same."""
    if isinstance(value, list):
        return [encoded(each) for each in value]
    if not isinstance(value, dict):
        return value
    return dict(_encoded(key, each) for key, each in value.items())


def _encoded(key: str, value: Any) -> tuple[str, Any]:
    inner, raw = encoded(value), key.removesuffix(SUFFIX)
    if raw == key or raw not in TEXTS:
        return key, inner
    text = compact(inner)
    return raw, base64.b64encode(text.encode()).decode() if raw == IN_BASE64 else text


def readable(value: Any, *, exactly: bool = False) -> Any:
    """A raw event with JSON in place of text. Spaces between the parts may go, unless `exactly`: then only
    what `encoded` makes again byte by byte, since somebody has signed it.
    """
    if isinstance(value, list):
        return [readable(each, exactly=exactly) for each in value]
    if not isinstance(value, dict):
        return value
    return dict(_readable(key, each, exactly=exactly) for key, each in value.items())


def _readable(key: str, value: Any, *, exactly: bool) -> tuple[str, Any]:
    if key not in TEXTS or not isinstance(value, str):
        return key, readable(value, exactly=exactly)
    told = said(key, value, exactly=exactly)
    return (key, value) if told is None else (f"{key}{SUFFIX}", readable(told, exactly=exactly))


def said(key: str, text: str, *, exactly: bool = False) -> Any:
    """The object or list that a field's text says; None when it says none, or would be spelt otherwise."""
    try:
        plain = base64.b64decode(text, validate=True).decode() if key == IN_BASE64 else text
        told = json.loads(plain) if depth(plain) <= DEEPEST else None
        compact(told).encode()  # half of a pair of surrogates cannot be written into a file
    except (binascii.Error, ValueError):
        return None
    same = {compact(told), compact(told, ascii_only=True)}
    kept = plain == compact(told) if exactly else SPACES.sub(r"\1", plain) in same
    return told if kept and isinstance(told, dict | list) else None


def depth(text: str) -> int:
    """How many brackets are open at once, of a text that may be JSON."""
    opened = ((mark in "[{") - (mark in "]}") for mark in STRINGS.sub("", text))
    return max(accumulate(opened), default=0)


def compact(value: Any, *, ascii_only: bool = False) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=ascii_only)
