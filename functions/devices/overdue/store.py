"""Reads the devices that are due, shard by shard, and looks at each."""

from collections.abc import Iterator
from datetime import datetime

from functions.devices import monitor
from functions.devices.tables import DUE_SHARDS, DeviceRow
from linli.instants import to_text
from linli.observability import observed

MOST_A_RUN = 100  # per shard; the rest is due a minute later still


def due(now: datetime) -> Iterator[tuple[str, str]]:
    """Community and id of the devices that are due by `now`, the longest overdue of each shard first."""
    for shard in range(DUE_SHARDS):
        for row in DeviceRow.due.query(str(shard), DeviceRow.due_at <= now, limit=MOST_A_RUN):
            yield row.community, row.sk


def sweep(now: datetime) -> str:
    """Look at all that are due. One that fails stays due and holds up no other. Returns the outcome."""
    looked_at = failed = 0
    for community, device in due(now):
        try:
            correlation_id = f"{device}:{to_text(now)}"
            with observed("missed_heartbeat", correlation_id, community=community, device=device) as attempt:
                attempt.outcome = monitor.look(community, device, now)
            looked_at += 1
        except Exception:  # noqa: BLE001  observed has logged and counted it
            failed += 1
    return "some_failed" if failed else "looked" if looked_at else "nothing_due"
