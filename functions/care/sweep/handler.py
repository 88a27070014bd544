"""Sweep: every minute → tasks for what has fallen due."""

from datetime import datetime

from chalice.app import Blueprint

from functions.care.sweep import store
from linli.schedules import every

blueprint = Blueprint(__name__)


@every(blueprint, "1 minute", timeout_s=50)
def sweep(now: datetime) -> str:
    """A minute has passed."""
    return store.sweep(now)
