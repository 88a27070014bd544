"""Reconcile: every minute → orders and refunds that providers are silent about."""

from datetime import datetime

from chalice.app import Blueprint

from functions.payments.reconcile import store
from linli.schedules import scheduled

blueprint = Blueprint(__name__)


@blueprint.schedule("rate(1 minute)", name="reconcile")
@scheduled
def reconcile(now: datetime) -> str:
    """A minute has passed."""
    return store.reconcile(now)
