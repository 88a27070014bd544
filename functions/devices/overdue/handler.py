"""Overdue: every minute → which devices have not been heard from for too long."""

from datetime import datetime

from chalice.app import Blueprint

from functions.devices.overdue import store
from linli.schedules import scheduled

blueprint = Blueprint(__name__)


@blueprint.schedule("rate(1 minute)", name="overdue")
@scheduled
def overdue(now: datetime) -> str:
    """A minute has passed."""
    return store.sweep(now)
