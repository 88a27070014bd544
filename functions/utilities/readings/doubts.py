"""What speaks against a reading: an error code, a drop that no rollover explains, an impossible rise."""

from collections.abc import Sequence
from typing import Literal

from functions.utilities.readings.dials import Dial
from functions.utilities.readings.models import Reading

Doubt = Literal["error_code", "drop", "rise"]


def contradiction(readings: Sequence[Reading], new: Reading, dial: Dial) -> Doubt | None:
    """Why a reading would be held that follows these, which were judged; None if it goes on from them."""
    read = (each for each in reversed(readings) if each.at < new.at and each.kind != "estimate")
    return doubt(next((each for each in read if each.standing == "kept"), None), new, dial)


def doubt(before: Reading | None, held: Reading, dial: Dial) -> Doubt | None:
    """What speaks against a reading after the last one `before` it that counts."""
    if dial.is_error_code(held.ticks) and (held.ticks or (before is not None and before.ticks)):
        return "error_code"
    if before is None or dial.advance(before, held) is not None:
        return None
    return "drop" if held.ticks < before.ticks else "rise"
