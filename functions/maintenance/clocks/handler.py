"""Clocks: every minute → what has fallen due."""

from datetime import datetime

from chalice.app import Blueprint

from functions.maintenance.clocks import store
from linli.schedules import scheduled

blueprint = Blueprint(__name__)


@blueprint.schedule("rate(1 minute)", name="clocks")
@scheduled
def clocks(now: datetime) -> str:
    """A minute has passed."""
    return store.sweep(now)
