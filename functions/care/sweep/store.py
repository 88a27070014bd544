"""Leaves the keys of what is due to the workers."""

from datetime import datetime

from functions.care.calling.rows import AlertRow, MessageRow
from functions.care.tending.rows import DutyRow, VisitRow
from functions.care.watching.rows import StateRow
from linli.due import TimedRow
from linli.escalation.beats import store as beats
from linli.escalation.tasks import leave_due

OTHERS = "escalation"
WORKERS: dict[type[TimedRow], str] = {
    StateRow: "idle_alert",
    AlertRow: OTHERS,
    MessageRow: OTHERS,
    DutyRow: OTHERS,
    VisitRow: OTHERS,
}


def sweep(now: datetime) -> str:
    """Leave a task for every few rows. Returns the outcome."""
    outcome = leave_due(WORKERS, OTHERS, now)
    beats.beat(now)
    return outcome
