"""Looks at the devices that are due."""

from datetime import datetime

from functions.devices import monitor
from functions.devices.tables import DeviceRow
from linli.due import due, see_to_each

MOST_A_RUN = 100  # per shard


def sweep(now: datetime) -> str:
    """Look at all that are due, unless nobody at all comes through. Returns the outcome."""
    if not monitor.comes_through(now):
        return "our_queue_stands_still"
    rows = due(DeviceRow, now, MOST_A_RUN)
    return see_to_each("missed_heartbeat", rows, now, lambda row: monitor.look(row.community, row.sk, now))
