"""Gates: what an area's gate is, as the manager set it up and as the device registry knows it."""

from typing import Literal

from linli.contracts import Contract
from linli.ids import Id

GateDirection = Literal["in", "out", "both"]


class Gate(Contract):
    """`area`: what the gate leads into. A revoked gate's device is no longer believed."""

    gate: Id
    area: Id
    direction: GateDirection
    revoked: bool = False
