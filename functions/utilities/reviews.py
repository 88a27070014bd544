"""What a manager sees of a register: readings that wait for a decision, corrections of what was counted."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Literal

from functions.utilities.days import to_ms
from functions.utilities.readings import Dial, Interval, Reading
from functions.utilities.sites import Site
from functions.utilities.standings import Doubt, doubt
from functions.utilities.tables import CorrectionRow, HeldRow
from linli.instants import to_text
from linli.tables import Transaction

CORRECTED = 200
Reason = Doubt | Literal["run", "conflict", "changes_too_much", "before_installation", "after_replacement"]


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
    old, new = set(_waiting(before, site.dial)), set(_waiting(after, site.dial))
    names = (site.community, site.meter.meter, site.register.obis)
    gone = {held_id(*names[1:], each) for each in old - new} - {held_id(*names[1:], each) for each in new}
    for held in sorted(gone):
        transaction.delete(f"gone-{held}", HeldRow(*HeldRow.key(names[0], held)))
    come = sorted(new - old, key=lambda each: (each.at, each.ticks))
    for each in come:
        held = held_id(*names[1:], each)
        earlier = [other for other in after if other.at < each.at and other.standing == "kept"]
        row = HeldRow(
            *HeldRow.key(names[0], held),
            meter=names[1],
            register=names[2],
            at=each.at,
            ticks=each.ticks,
            decimals=site.register.decimals,
            reason=_reason(site, after, each, earlier[-1] if earlier else None),
            before_ticks=earlier[-1].ticks if earlier else None,
        )
        transaction.put(f"held-{held}", row)
    return len(gone) + len(come)


def _waiting(readings: list[Reading], dial: Dial) -> list[Reading]:
    """What a manager is asked about: conflicts, and of held readings in a row the first with a reason of its
    own: they decide the rest.
    """
    asked: list[Reading] = []
    row: list[Reading] = []
    reasons: set[Doubt | None] = set()
    last: Reading | None = None
    for each in readings:
        if each.standing == "conflict":
            asked.append(each)
        elif each.standing == "held":
            why = doubt(last, each, dial)
            if why not in reasons and all(dial.advance(other, each) is None for other in row):
                asked.append(each)
            row.append(each)
            reasons.add(why)
        elif each.standing in ("kept", "superseded"):
            row, reasons = [], set()
            last = each if each.standing == "kept" else last
    return asked


def _reason(site: Site, readings: list[Reading], reading: Reading, before: Reading | None) -> Reason:
    meter = site.meter
    if reading.standing == "held":
        return doubt(before, reading, site.dial) or "run"
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
