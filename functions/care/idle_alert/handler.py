"""Idle alert: people who are due → judge, and open an alert or ask."""

from chalice.app import Blueprint

from functions.care.idle_alert import store
from functions.care.sweeping.tasks import DueTask
from linli.naming import reference
from linli.queues import Delivery, task_queue

blueprint = Blueprint(__name__)


@blueprint.on_sqs_message(queue_arn=reference("IdleAlertArn"), batch_size=1, name="idle_alert")
@task_queue(DueTask)
def idle_alert(task: DueTask, delivery: Delivery) -> str:
    """The deadlines of some people have passed."""
    now = task.time(delivery)
    return store.judge_all(task.model_copy(update={"at": now})) if now else "late"
