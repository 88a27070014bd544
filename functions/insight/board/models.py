"""A thing on the board, and how it is counted. No person, home, name or amount is in it."""

from typing import Annotated, Literal

from pydantic import Field

from linli.contracts import Contract
from linli.ids import Id
from linli.instants import Instant

Kind = Literal[
    "sos", "alert", "emergency", "breach", "hazard", "gate_alarm", "device_lost", "device_fault",
    "refund_stuck",
]  # fmt: skip
Severity = Literal["critical", "major", "minor", "warning"]
RANKS: dict[Severity, int] = {"critical": 0, "major": 1, "minor": 2, "warning": 3}


Code = Literal[
    "sos", "idle", "not_back", "cannot_see", "ticket_emergency", "ticket_late", "leak", "back_flow",
    "forced", "held_open", "device_lost", "device_fault", "refund_stuck", "refund_failed",
]  # fmt: skip


class Saying(Contract):
    """What it is, in no language: the catalogue has words for `code`.

    A parameter is a number or a word that the catalogue has as well: `priority`, `category` and `clock` of a
    ticket (which ran out), `medium` of a meter, `device_kind` and `fault` of a device and how many are unseen
    `behind` it.
    """

    code: Code
    parameters: dict[str, str | int] = {}


class Place(Contract):
    """Where it is, if that is nobody's home: a building at most, or the gate or device that tells of it."""

    building: Id | None = None
    gate: Id | None = None
    device: Id | None = None


class Target(Contract):
    """What to open, and which service has it: there the permission for it is asked."""

    service: Literal["care", "maintenance", "access", "devices", "utilities", "payments"]
    what: Literal["alert", "ticket", "gate", "device", "meter", "refund"]
    id: Id


class Item(Contract):
    """Something that is open. `item`: its name on this board.

    `severity`: `critical` is danger to life, `major` needs somebody at once, `minor` today, `warning` some
    time. `due_at`: when somebody must have done something about it, or must have had, of what is late.
    `in_hand`: somebody sees to it. `doubtful`: nobody has told of it for so long that its end may have been
    lost.
    """

    item: str
    kind: Kind
    severity: Severity
    since: Instant
    due_at: Instant | None = None
    in_hand: bool = False
    doubtful: bool = False
    what: Saying
    place: Place | None = None
    target: Target


Count = Annotated[int, Field(ge=0)]


class BySeverity(Contract):
    """How many are open of each severity."""

    critical: Count = 0
    major: Count = 0
    minor: Count = 0
    warning: Count = 0
