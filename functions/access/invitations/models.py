"""Invitations: who may come to whom, when, where and how often (访客)."""

from typing import Annotated

from pydantic import Field

from functions.access.credentials.validity import Windows
from linli.contracts import Contract
from linli.ids import Id
from linli.instants import Instant


class Invitation(Contract):
    """Who may come, when, where and how often. `plate` lets the visitor's vehicle in on the same entries.

    `windows`: hours of the week within `valid_from` and `valid_until`; without them at any hour.
    """

    visitor_name: Annotated[str, Field(min_length=1, max_length=64)]
    valid_from: Instant
    valid_until: Instant
    entries: Annotated[int, Field(ge=1, le=20)] = 1
    gates: Annotated[list[Id], Field(max_length=50)] = []
    windows: Windows = []
    plate: Annotated[str, Field(min_length=5, max_length=10)] | None = None
