"""Sweep: every minute → tasks for what has fallen due."""

from datetime import datetime

from chalice.app import Blueprint

from functions.care.sweep import store
from linli.schedules import scheduled

blueprint = Blueprint(__name__)


@blueprint.schedule("rate(1 minute)", name="sweep")
@scheduled
def sweep(now: datetime) -> str:
    """A minute has passed."""
    return store.sweep(now)
