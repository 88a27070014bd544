"""Idle alert: people who are due → judge, and open an alert or ask."""

from chalice.app import Blueprint

from functions.care.idle_alert import store
from linli.escalation.tasks import DueTask
from linli.queues import Delivery, task_queue

blueprint = Blueprint(__name__)


@task_queue(blueprint, DueTask, timeout_s=30)
def idle_alert(task: DueTask, delivery: Delivery) -> str:
    """The deadlines of some people have passed."""
    now = task.time(delivery)
    return store.judge_all(task.model_copy(update={"at": now})) if now else "late"
