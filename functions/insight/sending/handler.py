"""Sending: what waits for a subscription → handed over, or tried again later."""

from chalice.app import Blueprint

from functions.insight.sending import store
from functions.insight.subscriptions.tasks import SendTask
from linli.errors import InvalidRequest
from linli.queues import Delivery, task_queue
from linli.triggers import Cron

blueprint = Blueprint(__name__)
EVERY_FIVE_MINUTES = Cron("0/5 * * * ? *", "What waits for subscribers, every five minutes")


@task_queue(blueprint, SendTask, timeout_s=60, cron=EVERY_FIVE_MINUTES)
def sending(task: SendTask, delivery: Delivery) -> str:
    """Something waits for a subscription, or may."""
    match task:
        case SendTask(scheduled_at=at) if at is not None:
            return store.leave_due(at)
        case SendTask(community=community, subscription=subscription) if community and subscription:
            return store.send(community, subscription, delivery.first_at)
    raise InvalidRequest("step_of_what")
