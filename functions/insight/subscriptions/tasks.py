"""Tasks of sending: what waits for one subscription, or, by a schedule, whatever waits too long."""

from datetime import timedelta
from math import ceil

from linli.contracts import Contract
from linli.ids import Id
from linli.instants import Instant
from linli.tasks import leave

SOON = timedelta(minutes=15)  # which a queue can hold a task back; the schedule finds the others


class SendTask(Contract):
    """Send what waits for a subscription; or, `scheduled_at`, look which of them have something waiting."""

    scheduled_at: Instant | None = None
    community: Id | None = None
    subscription: Id | None = None


def leave_to_send(community: str, subscription: str, wait: timedelta = timedelta()) -> None:
    """Have what waits for a subscription sent, now or after a while; a longer one is for the schedule."""
    if wait <= SOON:
        task = SendTask(community=community, subscription=subscription)
        leave("sending", [task], after_s=ceil(wait.total_seconds()))
