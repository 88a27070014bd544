"""Watchdog: every minute → has the sweep gone through?"""

from datetime import datetime

from chalice.app import Blueprint

from functions.care.sweeping import store as sweeping
from functions.care.watchdog.domain import is_missed
from linli.schedules import scheduled

blueprint = Blueprint(__name__)


@blueprint.schedule("rate(1 minute)", name="watchdog")
@scheduled
def watchdog(now: datetime) -> str:
    """A minute has passed."""
    return "sweep_missed" if is_missed(sweeping.last(), now) else "sweep_runs"
