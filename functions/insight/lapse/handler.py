"""Lapse: every 10 minutes → things of which nobody has told for long."""

from datetime import datetime

from chalice.app import Blueprint

from functions.insight.lapse import store
from linli.schedules import every

blueprint = Blueprint(__name__)


@every(blueprint, "10 minutes", timeout_s=120)
def lapse(now: datetime) -> str:
    """Ten minutes have passed."""
    return store.sweep(now)
