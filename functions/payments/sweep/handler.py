"""Sweep: every minute → callbacks that were stored and not settled."""

from datetime import datetime

from chalice.app import Blueprint

from functions.payments.sweep import store
from linli.schedules import scheduled

blueprint = Blueprint(__name__)


@blueprint.schedule("rate(1 minute)", name="sweep")
@scheduled
def sweep(now: datetime) -> str:
    """A minute has passed."""
    return store.sweep(now)
