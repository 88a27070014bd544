"""The rows of what waits for a manager, and of what was corrected."""

from datetime import datetime

from functions.utilities.readings.models import Interval, Reading
from functions.utilities.registers.site import Site
from functions.utilities.reviews.decisions import Decision
from functions.utilities.reviews.held import held_id, waiting
from functions.utilities.reviews.rows import CorrectionRow, HeldRow
from linli.instants import to_text
from linli.tables import Transaction


def update_waiting(transaction: Transaction, site: Site, before: list[Reading], after: list[Reading]) -> int:
    """Add and delete rows of what waits for a manager as readings change. Returns how many."""
    old, new = waiting(site, before), waiting(site, after)
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
        CorrectionRow.key.partition(site.community, site.meter.meter),
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
