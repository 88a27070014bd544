"""Clocks: every minute → what has fallen due."""

from datetime import datetime

from chalice.app import Blueprint

from functions.maintenance.clocks import store
from linli.schedules import every

blueprint = Blueprint(__name__)


@every(blueprint, "1 minute", timeout_s=50)
def clocks(now: datetime) -> str:
    """A minute has passed."""
    return store.sweep(now)
