"""Looks at the devices that are due."""

from datetime import datetime

from functions.devices.life import store as life
from functions.devices.life.rows import DeviceRow
from linli.due import due, see_to_each

MOST_A_RUN = 100  # per shard


def sweep(now: datetime) -> str:
    """Look at all that are due, unless nobody at all comes through. Returns the outcome."""
    if not life.comes_through(now):
        return "our_queue_stands_still"
    rows = due(DeviceRow, now, MOST_A_RUN)
    return see_to_each("missed_heartbeat", rows, now, lambda row: life.look(row.community, row.sk, now))
