"""Gates as managers set them up, which way people go through them, and what is shown there."""

from typing import Literal

from linli.contracts import Contract
from linli.ids import Id

Direction = Literal["in", "out"]
GateDirection = Literal["in", "out", "both"]


class Gate(Contract):
    """`area`: what the gate leads into. A revoked gate's device is no longer believed."""

    gate: Id
    area: Id
    direction: GateDirection
    revoked: bool = False


CredentialKind = Literal["face", "qr", "phone", "card", "plate"]
