"""Overdue: every minute → which devices have not been heard from for too long."""

from datetime import datetime

from chalice.app import Blueprint

from functions.devices.overdue import store
from linli.schedules import every

blueprint = Blueprint(__name__)


@every(blueprint, "1 minute", timeout_s=50)
def overdue(now: datetime) -> str:
    """A minute has passed."""
    return store.sweep(now)
