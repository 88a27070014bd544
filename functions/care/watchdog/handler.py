"""Watchdog: every minute → has the sweep gone through?"""

from datetime import datetime

from chalice.app import Blueprint

from linli.escalation.beats import store as beats
from linli.escalation.beats.beats import is_missed
from linli.schedules import every

blueprint = Blueprint(__name__)


@every(blueprint, "1 minute")
def watchdog(now: datetime) -> str:
    """A minute has passed."""
    return "sweep_missed" if is_missed(beats.last(), now) else "sweep_runs"
