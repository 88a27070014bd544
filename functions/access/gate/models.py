"""A gate as managers set it up."""

from functions.access.gates.models import GateDirection
from linli.contracts import Contract
from linli.ids import Id


class GateSetUp(Contract):
    """Where a gate leads and which way it counts."""

    area: Id
    direction: GateDirection
