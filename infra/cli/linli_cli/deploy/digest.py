"""Names for content: what has the same digest need not be built, uploaded or deployed again."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

LENGTH = 32  # hex digits; 128 bits


def of_bytes(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:LENGTH]


def of_json(value: Any) -> str:
    """The digest of a JSON value, whatever the order of its keys."""
    return of_bytes(json.dumps(value, sort_keys=True, separators=(",", ":")).encode())


def of_files(*trees: Mapping[str, bytes], also: Any = None) -> str:
    """The digest of file trees (names and contents) and of whatever else the result depends on."""
    return of_json([[{name: of_bytes(content) for name, content in tree.items()} for tree in trees], also])
