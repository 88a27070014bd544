"""Outages: which sensors and gateways are lost or revoked, whether or not they serve anybody yet.

A watch that begins, or takes a sensor on, must not believe that such a one sees.
"""

from collections.abc import Iterable
from datetime import datetime

from functions.care.tables import SensorRow
from functions.care.watching.silences import outage_after
from functions.care.watching.state import Outage, Silence
from linli.tables import ConditionsFailed, Rows, change, read, until_it_holds


def keep(community: str, silence: Silence, at: datetime, *, lost: bool, row: SensorRow | None) -> None:
    """Take in that a device is lost or heard again, revoked or registered anew; `row` is as read, and read
    again if others are faster.
    """
    if not _kept(community, silence, at, row, lost=lost):
        key = SensorRow.key(community, silence.device)

        def again() -> None:
            if not _kept(community, silence, at, read([key]).one(SensorRow, key), lost=lost):
                raise ConditionsFailed({"row": None})

        until_it_holds(again)


def _kept(community: str, silence: Silence, at: datetime, row: SensorRow | None, *, lost: bool) -> bool:
    before = row.outage if row else None
    after = outage_after(before or Outage(), silence, at, lost=lost)
    if after == (before or Outage()):
        return True
    as_read = SensorRow.outage.does_not_exist() if before is None else SensorRow.outage == before
    actions = [SensorRow.kind.set(SensorRow), SensorRow.outage.set(after)]
    try:
        change(SensorRow(*SensorRow.key(community, silence.device)), actions, as_read)
    except ConditionsFailed:
        return False
    return True


def of(community: str, devices: Iterable[str]) -> list[Silence]:
    """The spells of silence of these devices that are not over."""
    keys = [SensorRow.key(community, each) for each in sorted(devices)]
    rows = (read(keys) if keys else Rows()).values()
    return [each for row in rows if isinstance(row, SensorRow) and row.outage for each in row.outage.lost]
