"""Ids: lower-case `[a-z0-9-]`, at most 64 characters, since they stand in MQTT topics and key prefixes."""

import re
from datetime import datetime
from typing import Annotated

from pydantic import StringConstraints

ID_PATTERN = r"^[a-z0-9][a-z0-9-]{0,63}$"
_ID = re.compile(ID_PATTERN)

Id = Annotated[str, StringConstraints(pattern=ID_PATTERN)]


def is_id(text: str) -> bool:
    """Whether `text` may stand in a topic or a key."""
    return _ID.fullmatch(text) is not None


def new_id(now: datetime) -> str:
    """A ULID (sortable by `now`, 80 random bits) in lower case."""
    from ulid import ULID  # noqa: PLC0415  only creating requests pay for the import

    return str(ULID.from_datetime(now)).lower()
