"""Which readings a manager is asked about, and why they are held."""

from hashlib import sha256
from itertools import islice
from typing import Literal

from functions.utilities.readings.dials import Dial
from functions.utilities.readings.doubts import Doubt, doubt
from functions.utilities.readings.models import Reading
from functions.utilities.registers.site import Site
from linli.instants import to_millis

Reason = (
    Doubt
    | Literal[
        "run", "contradicted", "conflict", "changes_too_much", "before_installation", "after_replacement"
    ]
)


def held_id(meter: str, register: str, reading: Reading) -> str:
    """The id of a held reading: the same for the same reading."""
    return sha256(f"{meter}#{register}#{reading.at}#{reading.ticks}".encode()).hexdigest()[:32]


def waiting(site: Site, readings: list[Reading]) -> dict[Reading, tuple[Reason, int | None]]:
    """What a manager is asked about, why, and what the dial showed before: conflicts, and of held readings in
    a row the first with a reason of its own: they decide the rest.
    """
    asked: dict[Reading, tuple[Reason, int | None]] = {}
    row: list[Reading] = []
    reasons: set[Reason] = set()
    last: Reading | None = None
    earlier: Reading | None = None
    for place, each in enumerate(readings):
        if each.standing == "conflict":
            known = earlier if last is not None and last.at == each.at else last
            asked[each] = _aside(site, readings, each), known.ticks if known else None
        elif each.standing == "held":
            why = doubt(last, each, site.dial) or _otherwise(site.dial, readings, place)
            if why not in reasons and all(site.dial.advance(other, each) is None for other in row):
                asked[each] = why, last.ticks if last else None
            row.append(each)
            reasons.add(why)
        elif each.standing in ("kept", "superseded"):
            row, reasons = [], set()
            earlier, last = (last, each) if each.standing == "kept" else (earlier, last)
    return asked


def _otherwise(dial: Dial, readings: list[Reading], place: int) -> Reason:
    """Why a reading is held that could follow the last one that counts."""
    after = next((each for each in islice(readings, place + 1, None) if each.standing == "kept"), None)
    return "run" if after is None or dial.advance(readings[place], after) is not None else "contradicted"


def _aside(site: Site, readings: list[Reading], reading: Reading) -> Reason:
    meter = site.meter
    if reading.at < to_millis(meter.installed_at):
        return "before_installation"
    if meter.closed_at is not None and reading.at > to_millis(meter.closed_at):
        return "after_replacement"
    alone = not any(each.at == reading.at and each.live for each in readings)
    return "changes_too_much" if alone else "conflict"
