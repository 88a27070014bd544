"""Sweep: every minute → callbacks that were stored and not settled."""

from datetime import datetime

from chalice.app import Blueprint

from functions.payments.sweep import store
from linli.schedules import every

blueprint = Blueprint(__name__)


@every(blueprint, "1 minute", timeout_s=120)
def sweep(now: datetime) -> str:
    """A minute has passed."""
    return store.sweep(now)
