"""What a manager sees of a register: readings that wait for a decision, corrections of what was counted."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import islice
from typing import Literal

from functions.utilities.local_days import to_ms
from functions.utilities.readings.dials import Dial, Interval, Reading
from functions.utilities.readings.standings import Doubt, doubt
from functions.utilities.registers.site import Site
from functions.utilities.tables import CorrectionRow, HeldRow
from linli.instants import to_text
from linli.tables import Transaction

CORRECTED = 200
Reason = (
    Doubt
    | Literal[
        "run", "contradicted", "conflict", "changes_too_much", "before_installation", "after_replacement"
    ]
)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a manager decided of a held reading."""

    by: str
    decision: str
    note: str
    at: int
    ticks: int
    corrected_ticks: int | None = None


def held_id(meter: str, register: str, reading: Reading) -> str:
    """The id of a held reading: the same for the same reading."""
    return sha256(f"{meter}#{register}#{reading.at}#{reading.ticks}".encode()).hexdigest()[:32]


def keep_held(transaction: Transaction, site: Site, before: list[Reading], after: list[Reading]) -> int:
    """Keep the list of what waits for a manager. Returns how many rows change."""
    old, new = _waiting(site, before), _waiting(site, after)
    community, meter, register = site.community, site.meter.meter, site.register.obis
    gone = {held_id(meter, register, each) for each in old} - {held_id(meter, register, each) for each in new}
    for held in sorted(gone):
        transaction.delete(f"gone-{held}", HeldRow(*HeldRow.key(community, held)))
    come = [(each, why) for each, why in new.items() if old.get(each) != why]
    for each, (reason, earlier) in come:
        held = held_id(meter, register, each)
        row = HeldRow(
            *HeldRow.key(community, held),
            meter=meter,
            register=register,
            at=each.at,
            ticks=each.ticks,
            decimals=site.register.decimals,
            reason=reason,
            before_ticks=earlier,
        )
        transaction.put(f"held-{held}", row)
    return len(gone) + len(come)


def _waiting(site: Site, readings: list[Reading]) -> dict[Reading, tuple[Reason, int | None]]:
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
    if reading.at < to_ms(meter.installed_at):
        return "before_installation"
    if meter.closed_at is not None and reading.at > to_ms(meter.closed_at):
        return "after_replacement"
    alone = not any(each.at == reading.at and each.live for each in readings)
    return "changes_too_much" if alone else "conflict"


def corrected(before: list[Interval], after: list[Interval]) -> tuple[list[Interval], list[Interval]]:
    """The intervals that gave way, and those that are there instead."""
    known, current = set(before), set(after)
    removed = [each for each in before if each not in current]
    if not removed:
        return [], []
    start, end = removed[0].start, removed[-1].end
    added = [each for each in after if each not in known and each.start < end and each.end > start]
    return removed[:CORRECTED], added[:CORRECTED]


def correction(
    site: Site,
    was_became: tuple[list[Interval], list[Interval]],
    cause: str,
    now: datetime,
    decision: Decision | None,
) -> CorrectionRow:
    """The entry that says what gave way to what, and who decided it."""
    removed, added = was_became
    register = site.register.obis
    return CorrectionRow(
        CorrectionRow.partition(site.community, site.meter.meter),
        f"{to_text(now)}#{register}#{cause}",
        at=now,
        register=register,
        cause=cause,
        by=decision.by if decision else None,
        decision=decision.decision if decision else None,
        note=decision.note if decision else None,
        was=[list(each[:3]) for each in removed],
        became=[list(each[:3]) for each in added],
    )
