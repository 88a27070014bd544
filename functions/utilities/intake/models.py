"""Readings as they come in, together, and why one of them cannot be entered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from functions.utilities.readings.models import Fate


@dataclass(frozen=True, slots=True)
class Offered:
    """A reading as it came: `register` is the meter's first where it is left out."""

    meter: str
    register: str | None
    measured_at: datetime
    value: Decimal
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """Readings that came together. `sender`: the device that sent them, None for a file; `cause`: its id."""

    community: str
    offered: Sequence[Offered]
    cause: str
    now: datetime
    sender: str | None = None


Refusal = Literal[
    "unknown_meter", "not_its_meter", "unknown_register", "not_on_its_dial", "in_the_future", "too_old"
]
"""Why a reading cannot be entered."""


Outcome = Fate | Refusal
