"""Watchdog: every minute → has the sweep gone through?"""

from datetime import datetime

from chalice.app import Blueprint

from functions.care.sweeping import store as sweeping
from functions.care.watchdog.domain import is_missed
from linli.schedules import every

blueprint = Blueprint(__name__)


@every(blueprint, "1 minute")
def watchdog(now: datetime) -> str:
    """A minute has passed."""
    return "sweep_missed" if is_missed(sweeping.last(), now) else "sweep_runs"
