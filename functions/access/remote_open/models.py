"""Openings from afar."""

from typing import Annotated

from pydantic import Field

from linli.contracts import Contract
from linli.device_messages import DeviceCommand
from linli.ids import Id
from linli.instants import Instant
from linli.texts import Words


class OpeningWanted(Contract):
    """Why a gate is to be opened."""

    reason: Annotated[Words, Field(max_length=200)]


class Opening(Contract):
    """What the gate was told; `open_until` is by our clock."""

    opening: Id
    gate: Id
    open_until: Instant


class OpenCommand(DeviceCommand):
    """What is published on `linli/<community>/<gate>/command`. A gate whose clock is right opens until
    `open_until`, which is by ours; one without a clock for `open_seconds` from its arrival, once.
    """

    command: str = "open"
    opening: Id
    open_until: Instant
    open_seconds: int
