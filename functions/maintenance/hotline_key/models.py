"""Hotlines and their keys."""

from typing import Annotated

from pydantic import Field

from linli.contracts import Contract
from linli.ids import Id
from linli.instants import Instant
from linli.texts import Words


class HotlineWanted(Contract):
    """A hotline that is to get a key."""

    hotline: Id
    name: Annotated[Words, Field(max_length=100)]


class HotlineIssued(Contract):
    """The key, which is shown now and never again."""

    hotline: Id
    api_key: str


class HotlineListed(Contract):
    """A hotline, without its key."""

    hotline: Id
    name: str
    issued_at: Instant
    revoked_at: Instant | None
