"""Reconcile: every minute → orders and refunds that providers are silent about."""

from datetime import datetime

from chalice.app import Blueprint

from functions.payments.reconcile import store
from linli.schedules import every

blueprint = Blueprint(__name__)


@every(blueprint, "1 minute", timeout_s=300)
def reconcile(now: datetime) -> str:
    """A minute has passed."""
    return store.reconcile(now)
