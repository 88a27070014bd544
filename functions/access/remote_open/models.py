"""Openings from afar."""

from typing import Annotated

from pydantic import Field

from linli.contracts import Contract
from linli.ids import Id
from linli.instants import Instant


class OpeningWanted(Contract):
    """Why a gate is to be opened."""

    reason: Annotated[str, Field(min_length=3, max_length=200)]


class Opening(Contract):
    """What the gate was told; `open_until` is by our clock."""

    opening: Id
    gate: Id
    open_until: Instant


class OpenCommand(Contract):
    """What is published on `linli/<community>/<gate>/command`: open for `open_seconds` from its arrival.

    A gate whose clock is right takes `open_until` instead, which is by ours.
    """

    command: str = "open"
    opening: Id
    open_until: Instant
    open_seconds: int
